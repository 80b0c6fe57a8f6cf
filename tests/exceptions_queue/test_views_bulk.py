"""Acts on many cases through the pages: who may, what is refused, and that the question decides what is meant."""

import pytest
import time_machine
from django.contrib.auth.models import User
from django.http import QueryDict

from exceptions_queue import tasks
from exceptions_queue.models import BulkJob, ExceptionCase, SavedView
from tests.exceptions_queue.builders import find, make_user, open_many

pytestmark = pytest.mark.django_db
MAY = (
    "view_exceptioncase",
    "assign_exceptioncase",
    "snooze_exceptioncase",
    "add_casenote",
    "view_bulkjob",
    "add_savedview",
    "share_savedview",
)
ACT = "/queue/bulk/"


@pytest.fixture(autouse=True)
def at_noon(noon):
    with time_machine.travel(noon, tick=False):
        yield


@pytest.fixture
def priya(client):
    user = make_user("priya", *MAY)
    client.force_login(user)
    return user


def ids() -> list[int]:
    return list(ExceptionCase.objects.order_by("pk").values_list("pk", flat=True))


def test_the_picked_cases_are_assigned_by_a_worker(client, priya, noon):
    open_many(5, at=noon)

    answer = client.post(ACT, {"kind": "assign", "to": "me", "ids": ids()[:3]})
    tasks.drain_bulk()

    assert answer.url == f"/queue/jobs/{BulkJob.objects.get().pk}/"
    assert ExceptionCase.objects.filter(assignee=priya).count() == 3


def test_all_that_match_the_question_are_meant_and_no_other(client, priya, noon):
    open_many(4, at=noon)
    find({pk: {"VAL-EMAIL": {"field": "email", "fault": "missing"}} for pk in range(11, 14)}, at=noon)

    client.post(ACT, {"kind": "assign", "to": "me", "all": "1", "code": "VAL-EMAIL"})
    tasks.drain_bulk()

    assert set(ExceptionCase.objects.filter(assignee=priya).values_list("code", flat=True)) == {"VAL-EMAIL"}
    assert BulkJob.objects.get().question == "code=VAL-EMAIL"


def test_a_dry_run_only_tells(client, priya, noon):
    open_many(5, at=noon)

    answer = client.post(ACT, {"kind": "assign", "to": "me", "ids": ids(), "dry_run": "1"})

    assert "<strong>5</strong> of 5 cases would change" in answer.content.decode()
    assert not BulkJob.objects.exists()


def test_the_fragment_comes_with_a_toast(client, priya, noon):
    open_many(2, at=noon)

    answer = client.post(ACT, {"kind": "wait", "ids": ids()}, headers={"HX-Request": "true"})

    assert "2 cases handed to a worker" in answer.headers["HX-Trigger"]
    assert "0 of 2 handled" in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "Choose what to do"),
        ({"kind": "explode"}, "Choose what to do"),
        ({"kind": "assign", "to": "me"}, "Pick the cases first"),
        ({"kind": "assign", "to": "nobody-of-this-name", "ids": [1]}, "nobody of this name"),
        ({"kind": "snooze", "until": "never", "ids": [1]}, "valid date"),
        ({"kind": "hand_over", "desk": "moon", "reason": "x", "ids": [1]}, "valid choice"),
        ({"kind": "note", "text": "\x00", "ids": [1]}, "Null characters"),
        ({"kind": "wait", "ids": ["x", "-1", "9" * 40]}, "Pick the cases first"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(client, priya, asked, said):
    answer = client.post(ACT, asked, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not BulkJob.objects.exists()


@pytest.mark.parametrize(
    ("kind", "lacking"), [("assign", "assign_exceptioncase"), ("note", "add_casenote"), ("wait", "snooze_exceptioncase")]
)
def test_each_act_demands_its_own_permission(client, noon, kind, lacking):
    client.force_login(make_user("tom", *(name for name in MAY if name != lacking)))
    open_many(1, at=noon)

    assert client.post(ACT, {"kind": kind, "to": "me", "text": "x", "ids": ids()}).status_code == 403


def test_a_job_shows_what_became_of_each_case(client, priya, noon):
    open_many(3, at=noon)
    client.post(ACT, {"kind": "assign", "to": "me", "ids": ids()})
    find({1: {}}, at=noon)
    tasks.drain_bulk()
    pk = BulkJob.objects.get().pk

    page = client.get(f"/queue/jobs/{pk}/").content.decode()
    left = client.get(f"/queue/jobs/{pk}/?state=skipped").content.decode()

    assert "2 done, 1 not" in page
    assert left.count("It was closed meanwhile.") == 1
    assert client.get("/queue/jobs/").status_code == 200


def test_a_job_is_put_back_once(client, priya, noon):
    open_many(3, at=noon)
    client.post(ACT, {"kind": "assign", "to": "me", "ids": ids()})
    tasks.drain_bulk()
    pk = BulkJob.objects.get().pk

    client.post(f"/queue/jobs/{pk}/undo/")
    tasks.drain_bulk()
    again = client.post(f"/queue/jobs/{pk}/undo/", follow=True)

    assert not ExceptionCase.objects.filter(assignee=priya).exists()
    assert "put back already" in again.content.decode()
    assert BulkJob.objects.count() == 2


def test_the_desk_to_hand_to_is_not_taken_for_the_desk_asked_for(client, priya, noon):
    open_many(4, at=noon)

    client.post(ACT, {"kind": "hand_over", "desk": "warehouse", "reason": "theirs", "all": "1", "owner": "cx"})
    tasks.drain_bulk()

    assert ExceptionCase.objects.filter(owner="warehouse").count() == 4


@pytest.mark.parametrize("many", [True, False])
def test_a_case_is_given_to_nobody_who_only_looks(client, priya, noon, many):
    make_user("vera", role="viewer")
    open_many(1, at=noon)
    path = ACT if many else f"/queue/{ids()[0]}/assign/"

    answer = client.post(path, {"kind": "assign", "to": "vera", "version": 1, "ids": ids()}, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert "There is nobody of this name at a desk." in answer.content.decode()


def test_a_question_that_is_not_understood_changes_nothing(client, priya, noon):
    open_many(4, at=noon)

    answer = client.post(ACT, {"kind": "assign", "to": "me", "all": "1", "code": "NO-SUCH-CODE"}, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert "The question was not understood" in answer.content.decode()
    assert not BulkJob.objects.exists()


def test_the_question_of_a_job_leads_back_to_what_it_asked(client, priya, noon):
    open_many(3, at=noon)
    due = ExceptionCase.objects.order_by("pk")[0].due_at.isoformat()

    client.post(ACT, {"kind": "assign", "to": "me", "all": "1", "due_before": due})

    assert QueryDict(BulkJob.objects.get().question)["due_before"] == due


def test_what_was_put_back_does_not_go_on(client, priya, noon):
    open_many(4, at=noon)
    client.post(ACT, {"kind": "assign", "to": "me", "ids": ids()})
    job = BulkJob.objects.get()
    client.post(f"/queue/jobs/{job.pk}/stop/")
    BulkJob.objects.filter(pk=job.pk).update(done=1)
    job.items.filter(case_id=ids()[0]).update(state="done", before={"assignee": None, "version": 1})

    client.post(f"/queue/jobs/{job.pk}/undo/")
    client.post(f"/queue/jobs/{job.pk}/go-on/")
    tasks.drain_bulk()

    assert not ExceptionCase.objects.filter(assignee=priya).exists()


@pytest.mark.parametrize("leaves", ["is deactivated", "loses the permission"])
def test_a_job_does_nothing_once_its_author_may_not(client, priya, noon, leaves):
    open_many(3, at=noon)
    client.post(ACT, {"kind": "assign", "to": "me", "ids": ids()})
    if leaves == "is deactivated":
        User.objects.filter(pk=priya.pk).update(is_active=False)
    else:
        priya.user_permissions.clear()

    tasks.drain_bulk()

    assert not ExceptionCase.objects.filter(assignee=priya).exists()
    assert set(BulkJob.objects.get().items.values_list("why", flat=True)) == {"Who asked for it may not do that any more."}


def test_a_colleagues_job_is_not_mine_to_stop(client, priya, noon):
    open_many(1, at=noon)
    client.post(ACT, {"kind": "wait", "ids": ids()})
    client.force_login(make_user("tom", *MAY))

    assert client.post(f"/queue/jobs/{BulkJob.objects.get().pk}/stop/").status_code == 403


class TestViews:
    def test_a_question_is_kept_with_the_queues_own_parameters_only(self, client, priya):
        client.post("/queue/views/save/", {"name": "Landlines", "query": "code=VAL-MOB-FORMAT&email=a@b.c&next=//evil"})

        assert SavedView.objects.get().query == "code=VAL-MOB-FORMAT"

    def test_a_shared_view_outlives_its_author(self, client, priya):
        client.post("/queue/views/save/", {"name": "Landlines", "query": "owner=cx", "shared": "on"})
        priya.is_active = False
        priya.save()
        client.force_login(make_user("tom", *MAY))

        assert client.post(f"/queue/views/{SavedView.objects.get().pk}/drop/").status_code == 302
        assert not SavedView.objects.exists()

    def test_a_shared_view_outlives_its_authors_role_and_may_then_be_deleted(self, client, priya):
        """Its author may no more, and nobody else could: it would stand in the rail for ever."""
        client.post("/queue/views/save/", {"name": "Landlines", "query": "code=VAL-MOB-FORMAT", "shared": "on"})
        priya.user_permissions.clear()
        priya.groups.clear()
        drop = f"/queue/views/{SavedView.objects.get().pk}/drop/"
        by_author = client.post(drop).status_code
        client.force_login(make_user("tom", *MAY))

        rail = client.get("/queue/views/").content.decode()
        client.post(drop)

        assert by_author == 403
        assert "Landlines" in rail
        assert "who no longer shares" in rail
        assert not SavedView.objects.exists()

    def test_the_view_that_is_open_can_be_deleted_from_the_rail_by_whose_it_is(self, client, priya):
        client.post("/queue/views/save/", {"name": "Landlines", "query": "code=VAL-MOB-FORMAT", "shared": "on"})
        drop = f'action="/queue/views/{SavedView.objects.get().pk}/drop/"'

        mine = [client.get(f"/queue/views/{asked}").content.decode() for asked in ("?code=VAL-MOB-FORMAT", "")]
        client.force_login(make_user("tom", *MAY))
        toms = client.get("/queue/views/?code=VAL-MOB-FORMAT").content.decode()

        assert [drop in rail for rail in (*mine, toms)] == [True, False, False]

    def test_a_colleagues_view_stays(self, client, priya):
        client.post("/queue/views/save/", {"name": "Mine", "query": "owner=cx", "shared": "on"})
        client.force_login(make_user("tom", *MAY))

        page = client.post(f"/queue/views/{SavedView.objects.get().pk}/drop/", follow=True).content.decode()

        assert "only they may delete it" in page
        assert SavedView.objects.exists()

    def test_sharing_takes_its_own_permission(self, client):
        client.force_login(make_user("tom", *(name for name in MAY if name != "share_savedview")))

        client.post("/queue/views/save/", {"name": "Mine", "query": "owner=cx", "shared": "on"})

        assert not SavedView.objects.get().shared


def test_an_act_is_taken_back_through_the_page(client, priya, noon):
    from exceptions_queue import actions

    open_many(1, at=noon)
    case = ExceptionCase.objects.get()
    before = actions.snapshot(case)
    actions.assign(case, to=priya, actor=priya, at=noon, version=1)

    answer = client.post("/queue/undo/", {"undo_token": actions.token(case, before, actor=priya)}, headers={"HX-Request": "true"})

    assert (answer.status_code, "Taken back" in answer.headers["HX-Trigger"]) == (204, True)
    assert client.post("/queue/undo/", {"undo_token": "x"}, headers={"HX-Request": "true"}).status_code == 204


def test_a_job_that_has_ended_asks_its_own_page_to_load_anew_and_no_other(client, priya, noon):
    open_many(2, at=noon)
    client.post(ACT, {"kind": "wait", "ids": ids()})
    job = BulkJob.objects.latest("pk")
    where, here = f"/queue/jobs/{job.pk}/", "http://testserver"

    def asked(page: str) -> str:
        return client.get(where, headers={"HX-Request": "true", "HX-Current-URL": here + page}).get("HX-Refresh", "")

    BulkJob.objects.update(state="running")
    running = asked(where)
    BulkJob.objects.update(state="done")

    assert (running, asked(where), asked("/queue/")) == ("", "true", "")
