"""Is a message really from the shop? Signatures made by another program, and everything that must not pass for one."""

import base64
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.shopify.webhooks import Delivery, read_headers, verify

BODY, SIGNED = b'{"id":450789469}', "QPF8T1ti8Gpf6xXRoKZDI2G/2Fp8v4tKnau8MqDdx3o="  # openssl dgst -sha256 -hmac hush -binary | base64
EMPTY = "Knm8rWjeSXNIt2H0AOMT7DQ8/YSy8sQi/pEjbuUmGMs="


class TestVerify:
    @pytest.mark.parametrize(("raw", "signature"), [(BODY, SIGNED), (b"", EMPTY)])
    def test_a_right_signature_passes(self, raw, signature):
        assert verify(raw, signature, [b"hush"])

    def test_while_the_secret_is_changed_both_pass(self):
        assert verify(BODY, SIGNED, [b"new", b"hush"])
        assert not verify(BODY, SIGNED, [b"new", b"newer"])

    @pytest.mark.parametrize("raw", [BODY + b" ", BODY[:-1], BODY.replace(b"9}", b"8}"), b""])
    def test_other_bytes_do_not(self, raw):
        assert not verify(raw, SIGNED, [b"hush"])

    @pytest.mark.parametrize("signature", ["", "=", SIGNED[:-1], SIGNED.lower(), f" {SIGNED}", f"{SIGNED}\n", "é" * 44, SIGNED * 2])
    def test_other_signatures_do_not(self, signature):
        assert not verify(BODY, signature, [b"hush"])

    def test_without_a_secret_nothing_passes(self):
        assert not verify(BODY, SIGNED, [])

    @given(st.binary(max_size=60), st.text(max_size=60), st.lists(st.binary(min_size=1, max_size=20), max_size=3))
    def test_whatever_comes_is_answered(self, raw, signature, secrets):
        assert verify(raw, signature, secrets) is False

    @given(st.binary(max_size=60), st.binary(min_size=1, max_size=20))
    def test_whoever_has_the_secret_passes(self, raw, secret):
        assert verify(raw, base64.b64encode(hmac.digest(secret, raw, "sha256")).decode(), [b"old", secret])


class TestHeaders:
    def test_they_are_read_whichever_way_they_are_written(self):
        said = {
            "X-Shopify-Topic": "orders/updated",
            "x-shopify-webhook-id": "b54557e4",
            "X-SHOPIFY-EVENT-ID": "98880550",
            "X-Shopify-Triggered-At": "2026-11-23T10:00:00.123456789Z",
            "X-Shopify-Shop-Domain": "lovely.myshopify.com",
        }
        when = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)
        assert read_headers(said) == Delivery("orders/updated", "b54557e4", "98880550", when, "lovely.myshopify.com")

    def test_what_is_not_there_is_empty(self):
        assert read_headers({"X-Shopify-Triggered-At": "soon"}) == Delivery("", "", "", None, "")

    @given(st.dictionaries(st.sampled_from(["X-Shopify-Topic", "X-Shopify-Webhook-Id", "X-Shopify-Triggered-At"]), st.text()))
    def test_whatever_they_say_is_read(self, said):
        assert len(read_headers(said).delivery_id) <= 64
