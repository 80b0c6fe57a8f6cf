"""A decision state changes by one conditional UPDATE with its audit row, or not at all."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import F

from exceptions_queue.models import AuditEntry, ExceptionCase
from exceptions_queue.moves import IllegalMove, move, move_many
from exceptions_queue.states import CASE_MOVES, CaseState
from tests.exceptions_queue.builders import one_case, open_many

pytestmark = pytest.mark.django_db


def close(case, noon, **more):
    also = {"closed_at": noon, **more.pop("also", {})}
    move(case, to=CaseState.CLOSED, allowed=CASE_MOVES, actor="system:test", at=noon, also=also, **more)


def test_a_move_changes_the_row_the_instance_and_the_record(noon):
    case = one_case(at=noon)

    close(case, noon, reason="done", also={"closed_why": "private text"})

    entry = AuditEntry.objects.get()
    assert (case.state, case.closed_why) == (CaseState.CLOSED, "private text")
    assert ExceptionCase.objects.get().state == CaseState.CLOSED
    assert (entry.verb, entry.before, entry.reason) == ("exceptioncase.closed", {"state": "open"}, "done")
    assert entry.after == {"state": "closed", "set": ["closed_at", "closed_why"]}


def test_a_column_set_by_an_expression_is_read_again(noon):
    case = one_case(at=noon)

    close(case, noon, also={"version": F("version") + 1})

    assert case.version == 2


def test_a_move_that_is_not_allowed_is_refused(noon):
    case = one_case(at=noon)
    close(case, noon)

    with pytest.raises(IllegalMove, match="cannot go from closed to cured"):
        move(case, to=CaseState.CURED, allowed=CASE_MOVES, actor="system:test", at=noon)


def test_the_slower_of_two_movers_writes_nothing(noon):
    slow = one_case(at=noon)
    close(ExceptionCase.objects.get(), noon)

    with pytest.raises(IllegalMove):
        close(slow, noon)

    assert slow.state == CaseState.OPEN
    assert AuditEntry.objects.count() == 1


def test_conditions_are_part_of_the_update(noon):
    with pytest.raises(IllegalMove):
        close(one_case(at=noon), noon, where={"version": 7})


@pytest.mark.parametrize("number", [1, 12])
def test_many_rows_move_in_two_statements(noon, number, django_assert_num_queries):
    open_many(12, at=noon)
    ids = list(ExceptionCase.objects.order_by("id").values_list("id", flat=True))[:number]
    ExceptionCase.objects.filter(id=ids[0]).update(subject_label="first")
    ContentType.objects.get_for_model(ExceptionCase)  # looked up once per process

    with django_assert_num_queries(2):
        moved = move_many(
            ExceptionCase,
            ids,
            frm=CaseState.OPEN,
            to=CaseState.CLOSED,
            allowed=CASE_MOVES,
            actor="system:test",
            at=noon,
            verb="closed",
            label_field="subject_label",
            also={"closed_at": noon},
        )

    assert moved == ids
    assert AuditEntry.objects.filter(verb="closed").order_by("subject_id").first().subject_label == "first"
    assert ExceptionCase.objects.filter(state=CaseState.OPEN).count() == 12 - number


def test_rows_that_moved_before_are_left_out(noon):
    open_many(2, at=noon)
    first, second = ExceptionCase.objects.order_by("id")
    close(first, noon)

    asked = {"frm": CaseState.OPEN, "to": CaseState.CLOSED, "allowed": CASE_MOVES, "actor": "system:test", "at": noon, "verb": "closed"}
    moved = move_many(ExceptionCase, [first.pk, second.pk], label_field="code", also={"closed_at": noon}, **asked)

    assert moved == [second.pk]
