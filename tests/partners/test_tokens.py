"""A program's key: shown once, kept as a hash, with scopes and an end."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from exceptions_queue.models import AuditEntry
from partners import tokens
from partners.models import ApiToken
from partners.tokens import Scoped

pytestmark = pytest.mark.django_db


class Gauges(APIView):
    permission_classes = [Scoped("metrics:read")]

    def get(self, request):
        return Response({"user": str(request.user), "token": request.auth.name})


class Default(APIView):
    def get(self, request):
        return Response({})


@pytest.fixture
def made(django_user_model):
    user = django_user_model.objects.create_user("prometheus")

    def made(**facts):
        facts = {"name": "scraper", "scopes": ["metrics:read"], "days": 1, "actor": user, "at": timezone.now(), **facts}
        return tokens.create(user, **facts)

    return made


def ask(text: str = "", view=Gauges, header: str | None = None):
    headers = {"HTTP_AUTHORIZATION": header if header is not None else f"Bearer {text}"} if text or header is not None else {}
    return view.as_view()(APIRequestFactory().get("/", **headers))


def test_it_opens_what_its_scope_names(made):
    _, text = made()

    answer = ask(text)

    assert (answer.status_code, answer.data) == (200, {"user": "prometheus", "token": "scraper"})


def test_only_its_hash_is_kept(made):
    token, text = made()

    assert text not in str(ApiToken.objects.values().get())
    assert (token.token_hash, token.last_four) == (tokens.digest(text), text[-4:])
    assert text not in str(AuditEntry.objects.values().get())


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Bearer \xff\xfe", "Basic cHJvbWV0aGV1czp4", "bearer  "])
def test_without_a_token_that_we_made_nobody_comes_in(made, header):
    made()

    assert ask(header=header).status_code == 401


def test_a_program_is_told_how_to_ask(made):
    assert ask()["WWW-Authenticate"] == 'Bearer realm="lockstep"'


def test_one_that_ended_was_revoked_or_whose_user_left_is_not_valid(made):
    _, text = made(at=timezone.now() - timedelta(days=2))
    assert ask(text).status_code == 401

    revoked, text = made()
    tokens.revoke(revoked, actor="system:test", at=timezone.now())
    assert ask(text).status_code == 401

    orphan, text = made()
    orphan.user.is_active = False
    orphan.user.save()
    assert ask(text).status_code == 401


def test_another_scope_is_not_enough(made):
    token, text = made()
    ApiToken.objects.filter(pk=token.pk).update(scopes=[])

    assert ask(text).status_code == 403


def test_a_view_that_names_nobody_lets_nobody_in(made):
    _, text = made()

    assert ask(text, view=Default).status_code == 403


def test_use_is_noted_at_most_once_a_minute(made, django_assert_num_queries):
    token, text = made()
    ask(text)
    token.refresh_from_db()
    first = token.last_used_at

    ask(text)

    token.refresh_from_db()
    assert token.last_used_at == first is not None


def test_revoking_twice_is_audited_once(made):
    token, _ = made()

    for _ in range(2):
        tokens.revoke(token, actor="system:test", at=timezone.now())

    assert AuditEntry.objects.filter(verb="token revoked").count() == 1


def test_a_scope_that_does_not_exist_is_an_error_everywhere(made):
    with pytest.raises(ValueError, match="There is no scope orders:everything"):
        made(scopes=["orders:everything"])
    with pytest.raises(ValueError, match="no scope"):
        Scoped("orders:everything")


class TestCommands:
    def test_it_prints_the_token_alone_on_its_output(self, django_user_model, capsys):
        django_user_model.objects.create_user("prometheus")

        call_command("create_api_token", "prometheus", "--name", "scraper", "--scope", "metrics:read")

        text = capsys.readouterr().out.strip()
        assert ask(text).status_code == 200

    def test_it_is_revoked_by_name(self, made, capsys):
        _, text = made()

        call_command("revoke_api_token", "prometheus", "--name", "scraper")

        assert ask(text).status_code == 401
        with pytest.raises(CommandError):
            call_command("revoke_api_token", "prometheus", "--name", "scraper")

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["nobody", "--name", "x", "--scope", "metrics:read"], "no active user"),
            (["prometheus", "--name", "x", "--scope", "all"], "There is no scope all"),
            (["prometheus", "--name", "x", "--scope", "metrics:read", "--days", "9999"], "5 years"),
        ],
    )
    def test_what_cannot_be_is_said(self, django_user_model, arguments, sentence):
        django_user_model.objects.create_user("prometheus")

        with pytest.raises(CommandError, match=sentence):
            call_command("create_api_token", *arguments)
