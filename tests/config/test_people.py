"""People: an admin lets colleagues in, changes what they may do, and ends it; nobody acts on themselves."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.utils import timezone

from config.models import Access, Invitation
from exceptions_queue.models import AuditEntry
from partners import tokens
from tests.config.people import invitation, link_in, load_roles, make_person, roles_of, sign_in
from tests.exceptions_queue.builders import one_case

pytestmark = pytest.mark.django_db
PAGE = "/settings/people/"


@pytest.fixture(autouse=True)
def loaded():
    cache.clear()
    load_roles()


@pytest.fixture
def ines():
    return make_person("ines", "integration")


@pytest.fixture
def admin(ines):
    return sign_in(ines)


@pytest.fixture
def priya():
    return make_person("priya", "cx")


def text(answer):
    return answer.content.decode()


def of(user, act):
    return f"{PAGE}{user.pk}/{act}/"


class TestList:
    def test_it_shows_roles_two_step_dates_and_who_was_here(self, admin, priya):
        Access.objects.create(user=priya, ends_on=timezone.localdate() + timedelta(days=3), last_seen_at=timezone.now())
        Authenticator.objects.create(user=priya, type="totp", data={})

        html = text(admin.get(PAGE))

        assert "Priya Doe" in html
        assert "CX agent" in html
        assert html.count("chip-ok") >= 2  # active, and two-step on
        assert f"until {(timezone.localdate() + timedelta(days=3)):%-d %b %Y}" in html
        assert "today" in html

    @pytest.mark.parametrize(
        ("asked", "rows"), [("", 2), ("?show=gone", 1), ("?show=coming", 0), ("?role=cx", 1), ("?role=evil&show=x", 2)]
    )
    def test_tabs_and_roles_narrow_it(self, admin, priya, asked, rows):
        make_person("leaver", "cx")
        User.objects.filter(username="leaver").update(is_active=False)

        assert text(admin.get(PAGE + asked)).count("data-row") == rows

    def test_each_tab_counts_its_rows(self, admin, priya):
        html = text(admin.get(PAGE))

        assert f'href="{PAGE}?show=active" data-count="2"' in html

    def test_it_takes_the_same_statements_at_any_number(self, admin, django_assert_num_queries):
        for number in (3, 27):
            for one in range(number):
                make_person(f"p{number}-{one}", "cx", "viewer")
            admin.get(PAGE)
            with django_assert_num_queries(5):  # session, person, permissions, people, groups
                admin.get(PAGE)

    def test_a_viewer_looks_without_addresses_and_acts_on_nothing(self, priya):
        viewer = sign_in(make_person("vic", "viewer"))

        page = text(viewer.get(f"{PAGE}{priya.pk}/"))

        assert "priya@example.com" not in page + text(viewer.get(PAGE))
        assert "<form method" not in page.partition("<main")[2]
        assert viewer.get(f"{PAGE}invite/").status_code == 403
        assert [viewer.post(of(priya, act)).status_code for act in ("roles", "dates", "deactivate", "link")] == [403] * 4

    def test_others_see_nothing_of_it(self, priya):
        agent = sign_in(priya)

        assert [agent.get(url).status_code for url in (PAGE, f"{PAGE}{priya.pk}/", f"{PAGE}invite/")] == [403] * 3


class TestInvite:
    def test_it_makes_a_person_nobody_can_sign_in_as_and_a_link_kept_nowhere(self, admin, ines):
        html = text(admin.post(f"{PAGE}invite/", invitation(ends_on="2099-01-31")))

        zoe = User.objects.get(username="zoe.oneil")
        secret = link_in(html).split("/")[2]
        assert (zoe.is_active, zoe.has_usable_password(), zoe.is_staff, zoe.is_superuser, roles_of(zoe)) == (
            False,
            False,
            False,
            False,
            ["cx"],
        )
        assert zoe.access.ends_on.isoformat() == "2099-01-31"
        assert len(secret) > 40
        assert secret not in str(list(Invitation.objects.values())) + str(list(AuditEntry.objects.values()))
        assert Invitation.objects.get().expires_at - Invitation.objects.get().made_at == timedelta(hours=72)

    def test_it_is_audited_with_who_and_why_and_without_the_address(self, admin):
        admin.post(f"{PAGE}invite/", invitation())

        entry = AuditEntry.objects.get(verb="person invited")
        assert (entry.actor_label, entry.reason, entry.after["roles"]) == ("ines", "New in CX", "cx")
        assert "zoe@example.com" not in str(entry.after)

    def test_the_link_is_shown_once_and_kept_by_no_cache(self, admin):
        answer = admin.post(f"{PAGE}invite/", invitation())
        secret = link_in(text(answer)).split("/")[2]

        assert answer["Cache-Control"] == "no-store"
        assert secret not in text(admin.get(f"{PAGE}{User.objects.get(username='zoe.oneil').pk}/"))

    def test_a_second_person_of_the_same_name_signs_in_by_another(self, admin):
        admin.post(f"{PAGE}invite/", invitation())
        admin.post(f"{PAGE}invite/", invitation(email="other@example.com"))

        assert User.objects.filter(username__in=("zoe.oneil", "zoe.oneil2")).count() == 2

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"roles": []}, "Choose at least one role."),
            ({"roles": ["superuser"]}, "Select a valid choice"),
            ({"email": "PRIYA@example.com"}, "is here already"),
            ({"email": "nobody"}, "valid e"),
            ({"first_name": ""}, "required"),
            ({"reason": ""}, "required"),
            ({"starts_on": "2030-02-01", "ends_on": "2030-01-01"}, "The last day comes before the first."),
            ({"ends_on": "31/31/2030"}, "valid date"),
        ],
    )
    def test_what_cannot_be_is_said_and_nobody_is_made(self, admin, priya, wrong, sentence):
        answer = admin.post(f"{PAGE}invite/", invitation(**wrong))

        assert (answer.status_code, User.objects.count(), Invitation.objects.count()) == (422, 2, 0)
        assert sentence in text(answer)

    def test_no_more_than_the_form_asks_for_is_taken(self, admin):
        admin.post(
            f"{PAGE}invite/",
            invitation(
                is_superuser="on", is_staff="on", is_active="on", username="root", password="x", user_permissions=["1"], groups=["1"]
            ),
        )

        zoe = User.objects.get(username="zoe.oneil")
        assert (zoe.is_superuser, zoe.is_staff, zoe.is_active, zoe.user_permissions.count()) == (False, False, False, 0)


class TestRoles:
    def send(self, client, user, *roles, seen=("cx",), reason="Moved desk"):
        return client.post(of(user, "roles"), {"roles": roles, "seen": seen, "reason": reason})

    def test_they_change_with_before_after_and_why(self, admin, priya):
        answer = self.send(admin, priya, "warehouse", "viewer")

        entry = AuditEntry.objects.get(verb="roles changed")
        assert (answer.status_code, roles_of(priya)) == (302, ["viewer", "warehouse"])
        assert (entry.before, entry.after, entry.reason) == ({"roles": "cx"}, {"roles": "viewer, warehouse"}, "Moved desk")

    def test_a_role_taken_away_in_mid_session_acts_at_the_next_request(self, admin, priya, noon):
        agent, case = sign_in(priya), one_case(at=noon)
        assert agent.post(f"/queue/{case.pk}/take/", {"version": case.version}).status_code in {200, 302}

        self.send(admin, priya, "viewer")

        assert agent.post(f"/queue/{case.pk}/take/", {"version": case.version}).status_code == 403
        assert "Viewer" in text(agent.get("/"))

    def test_nobody_changes_their_own(self, admin, ines):
        answer = self.send(admin, ines, "integration", "finance_manager", seen=["integration"])

        assert (answer.status_code, roles_of(ines)) == (409, ["integration"])
        assert "Nobody changes their own access" in text(answer)

    def test_a_colleagues_change_in_between_is_not_overwritten(self, admin, priya):
        priya.groups.add(Group.objects.get(name="viewer"))

        answer = self.send(admin, priya, "finance", seen=["cx"])

        assert (answer.status_code, roles_of(priya)) == (409, ["cx", "viewer"])
        assert "they are now CX agent, Viewer" in text(answer)

    def test_groups_that_are_no_role_are_left_alone(self, admin, priya):
        priya.groups.add(Group.objects.create(name="rota"))

        self.send(admin, priya, "viewer")

        assert roles_of(priya) == ["rota", "viewer"]

    @pytest.mark.parametrize("sent", [{"roles": []}, {"roles": ["root"]}, {"reason": ""}])
    def test_what_cannot_be_is_said_on_the_page(self, admin, priya, sent):
        answer = admin.post(of(priya, "roles"), {"roles": ["cx"], "seen": ["cx"], "reason": "x"} | sent)

        assert (answer.status_code, roles_of(priya)) == (422, ["cx"])


class TestTheLastAdmin:
    """Whoever acts here is an admin whose own access ends soon: nobody else could act on the last lasting one."""

    @pytest.fixture
    def dated(self, ines):
        guest = make_person("guest", "integration")
        Access.objects.create(user=guest, ends_on=timezone.localdate() + timedelta(days=1))
        return sign_in(guest)

    @pytest.mark.parametrize(
        ("act", "sent"),
        [
            ("roles", {"roles": ["viewer"], "seen": ["integration"]}),
            ("dates", {"ends_on": "2099-01-01"}),
            ("deactivate", {}),
        ],
    )
    def test_cannot_be_removed(self, dated, ines, act, sent):
        answer = dated.post(of(ines, act), sent | {"reason": "x"})

        ines.refresh_from_db()
        assert (answer.status_code, ines.is_active, roles_of(ines)) == (409, True, ["integration"])
        assert "last integration admin" in text(answer)

    def test_may_go_once_there_is_another(self, dated, ines):
        make_person("next", "integration")

        assert dated.post(of(ines, "deactivate"), {"reason": "x"}).status_code == 302


class TestEnd:
    @pytest.fixture(autouse=True)
    def another_admin(self):
        make_person("spare", "integration")

    def test_open_sessions_are_refused_at_once(self, admin, priya):
        agent = sign_in(priya)
        assert agent.get("/queue/").status_code == 200

        admin.post(of(priya, "deactivate"), {"reason": "Left"})

        assert agent.get("/queue/")["Location"] == "/account/login/?next=/queue/"
        fragment = agent.get("/queue/", headers={"HX-Request": "true"})
        assert (fragment.status_code, fragment["HX-Redirect"]) == (204, "/account/login/")

    def test_a_session_from_before_does_not_come_back_with_the_person(self, admin, priya):
        agent = sign_in(priya)
        admin.post(of(priya, "deactivate"), {"reason": "Left"})
        secret = link_in(text(admin.post(of(priya, "link"), {"reason": "Back"}))).split("/")[2]
        admin.post("/welcome/", {"token": secret, "password": "a-much-longer-secret", "again": "a-much-longer-secret"})
        assert User.objects.get(pk=priya.pk).is_active

        assert agent.get("/queue/").status_code == 302

    def test_tokens_and_links_end_with_it(self, admin, ines, priya, client):
        _, key = tokens.create(priya, name="scanner", scopes=["orders:read"], days=9, actor=ines, at=timezone.now())
        admin.post(of(priya, "link"), {"reason": "Lost it"})
        bearer = {"authorization": f"Bearer {key}"}
        assert client.get("/api/v1/orders/", headers=bearer).status_code == 200

        admin.post(of(priya, "deactivate"), {"reason": "Left"})

        assert client.get("/api/v1/orders/", headers=bearer).status_code == 401
        assert priya.api_tokens.get().revoked_at is not None
        assert Invitation.objects.get().withdrawn_at is not None
        assert {"access ended", "token revoked"} <= set(AuditEntry.objects.values_list("verb", flat=True))

    def test_nobody_ends_their_own(self, admin, ines):
        answer = admin.post(of(ines, "deactivate"), {"reason": "x"})

        assert (answer.status_code, User.objects.get(pk=ines.pk).is_active) == (409, True)

    @pytest.mark.parametrize("act", ["roles", "dates", "deactivate", "link"])
    def test_a_superuser_is_not_managed_here(self, admin, act):
        boss = User.objects.create_superuser("boss", password=None)

        answer = admin.post(of(boss, act), {"roles": ["cx"], "reason": "x"})

        boss.refresh_from_db()
        assert (answer.status_code, boss.is_active, roles_of(boss), Invitation.objects.count()) == (409, True, [], 0)

    def test_the_page_says_what_stays_with_them(self, admin, priya, noon):
        case = one_case(at=noon)
        type(case).objects.update(assignee=priya)

        html = text(admin.get(f"{PAGE}{priya.pk}/"))

        assert '/queue/?assignee=priya" data-count="1"' in html


class TestTokens:
    def test_a_persons_tokens_are_shown_without_their_secret_and_revoked(self, admin, ines, priya):
        token, secret = tokens.create(priya, name="scanner", scopes=["orders:read"], days=9, actor=ines, at=timezone.now())
        html = text(admin.get(f"{PAGE}{priya.pk}/"))
        assert secret not in html
        assert (f"…{secret[-4:]}" in html, "orders:read" in html) == (True, True)

        admin.post(f"{PAGE}{priya.pk}/tokens/{token.pk}/revoke/")

        token.refresh_from_db()
        assert token.revoked_at is not None

    def test_a_token_is_not_reached_through_another_person(self, admin, ines, priya):
        token, _ = tokens.create(priya, name="scanner", scopes=["orders:read"], days=9, actor=ines, at=timezone.now())
        other = make_person("callum", "warehouse")

        answer = admin.post(f"{PAGE}{other.pk}/tokens/{token.pk}/revoke/")

        token.refresh_from_db()
        assert (answer.status_code, token.revoked_at) == (404, None)


@pytest.mark.parametrize("pk", [0, 999_999, 2**62])
def test_a_person_who_is_not_there_is_not_found(admin, pk):
    assert admin.get(f"{PAGE}{pk}/").status_code == 404
    assert admin.post(f"{PAGE}{pk}/roles/", {"roles": ["cx"], "reason": "x"}).status_code == 404
