"""The catalogue: every code says what is wrong, who acts, how, and when it closes, in plain English."""

import pytest

from exceptions_queue.catalogue import CATALOGUE, Code, sentence

KINDS = list(CATALOGUE.values())


def test_every_code_has_its_kind():
    assert set(CATALOGUE) == set(Code)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_kind_says_everything_a_person_needs(kind):
    said = kind.sentence({})

    assert said.endswith(".")
    assert said[0].isupper()
    assert str(kind.code) not in said
    assert kind.what_to_do
    assert kind.closes_when
    assert not kind.closes_when.endswith(".")
    assert set(kind.blocks) <= set("RMSJ")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_sentence_never_fails_on_evidence_it_does_not_know(kind):
    for evidence in ({"fault": "?", "field": "?"}, {"skus": [], "fields": None, "locker": 7}, {"fault": ["a"], "skus": "one"}):
        assert kind.sentence(evidence)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_nobody_waives_what_blocks(kind):
    assert bool(kind.blocks) != bool(kind.waivable_by)


def test_what_only_some_faults_of_a_code_stop_is_said_of_the_code_and_decided_by_the_fault():
    unconfirmed = CATALOGUE[Code.ORD_UNCONFIRMED]

    assert [unconfirmed.blocks_with({"fault": one}) for one in ("elsewhere", "differs", "no_read_back")] == ["M", "", ""]
    assert unconfirmed.blocks_words == "manifest, in some cases"
    assert CATALOGUE[Code.ORD_STUCK].blocks_words == ""


@pytest.mark.parametrize(
    ("code", "evidence", "said"),
    [
        ("VAL-MOB-FORMAT", {"fault": "landline"}, "The mobile number is a landline: InPost cannot text a locker code to it."),
        (
            "LOC-CLOSED",
            {"locker": "UK00001234", "fault": "Disabled"},
            "Locker UK00001234 is out of service (InPost says Disabled): no parcel can be sent there.",
        ),
        ("LOC-SIZE", {"locker": "UK1", "size": "C"}, "Locker UK1 has no C compartment, the size this order needs."),
        (
            "VAL-DIM-MISSING",
            {"skus": ["A", "B", "C", "D"]},
            "There is no size or weight for A, B, C and others, so nobody can tell if it fits a locker.",
        ),
        ("VAL-SKU-UNKNOWN", {"skus": ["A", "B"]}, "ACS does not know A and B: it cannot be picked."),
        ("VAL-DUPLICATE", {"other": "1001"}, "It looks like order 1001 again: same customer, same products, same address."),
        ("ORD-UNCONFIRMED", {"fault": "differs", "fields": ["mobile"]}, "ACS shows this order with other mobile than we sent."),
        ("OLD-CODE", {}, "OLD-CODE (no longer checked)"),
    ],
)
def test_the_sentence_names_the_fault(code, evidence, said):
    assert sentence(code, evidence) == said
