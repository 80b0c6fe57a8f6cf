"""A form takes what it asks for and nothing else, a list is sorted as it is, nobody reaches another's rows by a number in an address."""

import inspect
from importlib import import_module
from importlib.util import find_spec

import pytest
from django import forms
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone
from rest_framework import serializers

from exceptions_queue import actions
from exceptions_queue.models import BulkJob, CaseNote, ExceptionCase, Hold, SavedView
from orders.models import ResolverRule
from tests.config.people import load_roles, make_person, sign_in
from tests.exceptions_queue.builders import one_case
from tests.orders.builders import make_order

pytestmark = pytest.mark.django_db
# Decided by us, never by what is sent.
OURS = {
    *(
        "id",
        "pk",
        "state",
        "actor",
        "author",
        "created_by",
        "changed_by",
        "user",
        "user_id",
        "is_staff",
        "is_superuser",
        "is_active",
    ),
    *(
        "permissions",
        "user_permissions",
        "groups",
        "created_at",
        "changed_at",
        "opened_at",
        "closed_at",
        "version_to",
        "due_at",
        "cutoff_at",
    ),
    *("blocks", "evidence", "token_hash", "sequence", "seal", "released_at"),
}
FORMS = (
    "config.people.forms",
    "config.handover.forms",
    "exceptions_queue.forms",
    "orders.forms",
    "inventory.forms",
    "partners.forms",
    "lockers.forms",
)
SERIALIZERS = ("exceptions_queue.serializers", "orders.serializers", "lockers.serializers", "inventory.serializers", "partners.serializers")


@pytest.fixture(autouse=True)
def loaded():
    cache.clear()
    load_roles()


def classes(modules: tuple[str, ...], kind: type) -> list[type]:
    """The classes of this kind that are written in these modules."""
    found = [inspect.getmembers(import_module(name), inspect.isclass) for name in modules if find_spec(name)]
    return [one for members in found for _, one in members if issubclass(one, kind) and one.__module__ in modules]


@pytest.mark.parametrize("form", classes(FORMS, forms.BaseForm), ids=lambda form: form.__name__)
def test_no_form_asks_for_what_is_ours_to_decide(form):
    assert set(form.base_fields) & OURS == set()
    if issubclass(form, forms.BaseModelForm):
        assert isinstance(form._meta.fields, list | tuple), "a form of a model names its fields"
        assert form._meta.exclude is None


@pytest.mark.parametrize("serializer", classes(SERIALIZERS, serializers.BaseSerializer), ids=lambda one: one.__name__)
def test_no_serializer_takes_a_row_as_it_is(serializer):
    """What programs send is named field by field, and no serializer writes to the database by itself."""
    assert not issubclass(serializer, serializers.ModelSerializer)


class TestMassAssignment:
    def test_a_fix_of_an_order_changes_its_field_alone(self):
        client, order = sign_in(make_person("priya", "cx")), make_order(mobile="0113 496 0123", email="ada@example.com")
        before = {
            name: getattr(order, name) for name in ("number", "email", "state", "total_pence", "locker_id", "destination", "address1")
        }
        more = {
            "number": "X",
            "email": "evil@example.com",
            "state": "released",
            "total_pence": "1",
            "locker_id": "UK1",
            "address1": "Elsewhere",
        }

        client.post(f"/orders/{order.number}/correct-mobile/", {"value": "07712 345 068", "version": order.version} | more)

        order.refresh_from_db()
        assert {name: getattr(order, name) for name in before if name != "state"} == {k: v for k, v in before.items() if k != "state"}
        assert order.state != "released"

    def test_a_note_is_its_writers_on_its_case(self, noon):
        client, other = sign_in(make_person("priya", "cx")), make_person("callum", "warehouse")
        case, another = one_case(at=noon), one_case(at=noon, subject=2)

        client.post(f"/queue/{case.pk}/note/", {"text": "Mine", "author": other.pk, "case": another.pk, "written_at": "2001-01-01"})

        note = CaseNote.objects.get()
        assert (note.author.username, note.case_id, note.written_at.year > 2001) == ("priya", case.pk, True)

    def test_an_act_on_a_case_changes_what_it_names_alone(self, noon):
        client, case = sign_in(make_person("priya", "cx")), one_case(at=noon)

        client.post(
            f"/queue/{case.pk}/assign/",
            {
                "to": "me",
                "version": case.version,
                "state": "closed",
                "blocks": "",
                "owner": "finance",
                "due_at": "2001-01-01",
                "value_pence": "0",
            },
        )

        now = ExceptionCase.objects.get(pk=case.pk)
        assert now.assignee.username == "priya"
        assert (now.state, now.blocks, now.owner, now.due_at) == (case.state, case.blocks, case.owner, case.due_at)

    def test_a_resolver_rule_keeps_its_place_and_a_view_its_author(self):
        admin, other = sign_in(make_person("ines", "integration")), make_person("callum", "warehouse")
        rule = ResolverRule.objects.first()
        admin.post(
            f"/settings/resolvers/{rule.pk}/",
            {"fact": rule.fact, "name": "New", "source": rule.source, "key": rule.key, "pattern": rule.pattern, "id": 999, "position": 999},
        )
        admin.post("/queue/views/save/", {"name": "Late", "query": "due=late", "author": other.pk, "position": 1})

        rule.refresh_from_db()
        assert (rule.position != 999, ResolverRule.objects.filter(pk=999).exists()) == (True, False)
        assert SavedView.objects.get(name="Late").author.username == "ines"


class TestOthersRows:
    def test_a_hold_is_not_cleared_through_another_order(self):
        client, at = sign_in(make_person("priya", "cx")), timezone.now()
        mine, other = make_order(), make_order()
        boss = User.objects.get(username="priya")
        hold = actions.place_hold(other, reason="Fraud check", exit="Cleared by finance", owner="cx", actor=boss, at=at)

        answer = client.post(f"/orders/{mine.number}/holds/{hold.pk}/clear/", {"reason": "x"})

        assert (answer.status_code, Hold.objects.get(pk=hold.pk).cleared_at) == (404, None)

    def test_a_colleagues_own_view_is_not_dropped(self):
        author, other = make_person("priya", "cx"), sign_in(make_person("callum", "warehouse"))
        view = actions.save_view(name="Mine", query="due=late", shared=False, owner="", author=author, at=timezone.now())

        other.post(f"/queue/views/{view.pk}/drop/")

        assert SavedView.objects.filter(pk=view.pk).exists()

    def test_a_colleagues_job_is_not_stopped(self, noon):
        case, other = one_case(at=noon), sign_in(make_person("callum", "warehouse"))
        sign_in(make_person("priya", "cx")).post("/queue/bulk/", {"kind": "assign", "ids": [case.pk], "to": "me"})
        job, before = BulkJob.objects.get(), BulkJob.objects.values().get()

        codes = [other.post(f"/queue/jobs/{job.pk}/{act}/").status_code for act in ("stop", "go-on", "undo")]

        assert (codes, BulkJob.objects.values().get()) == ([403] * 3, before)


@pytest.mark.parametrize("page", ["/orders/", "/queue/", "/products/", "/lockers/", "/audit/", "/settings/people/", "/sync/"])
@pytest.mark.parametrize("name", ["ordering", "order_by", "sort", "o"])
def test_no_list_is_sorted_by_a_field_that_it_does_not_show(page, name):
    """Sorting by a hidden field tells its value bit by bit: no list takes a field's name at all."""
    client = sign_in(make_person("ines", "integration"))
    for place in range(3):
        make_order(email=f"{'cab'[place]}@example.com", total_pence=place)
    client.get(page)

    plain = rows(client.get(page))

    for field in ("email", "-email", "customer_key", "user__password", "-mobile", "x'"):
        assert rows(client.get(page, {name: field})) == plain


def rows(answer) -> list[str]:
    assert answer.status_code == 200
    html = answer.content.decode()
    return [row.partition("</tr>")[0] for row in html.partition("<tbody>")[2].split("<tr")[1:]]
