"""One partner's code -> our word: looked up folded, counted as it comes, changed by one person at a time."""

import pytest

from exceptions_queue.models import AuditEntry
from partners import mappings
from partners.models import CodeMapping

pytestmark = pytest.mark.django_db

METHOD, STATUS = CodeMapping.Kind.DELIVERY_METHOD, CodeMapping.Kind.ORDER_STATUS


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("Pick Confirmed", "pick confirmed"),
        ("  pick   CONFIRMED ", "pick confirmed"),
        ("Pick\u2013Confirmed", "pick-confirmed"),
        ("Pick\u00a0Confirmed", "pick confirmed"),
        ("cafe\u0301", "caf\u00e9"),
        ("STRASSE", "strasse"),
        ("", ""),
        ("x" * 300, "x" * 200),
    ],
)
def test_dashes_spaces_case_and_accents_are_folded(raw, folded):
    assert mappings.fold(raw) == folded
    assert mappings.fold(folded) == folded


def test_the_statuses_expected_of_acs_are_there_from_the_start():
    targets = mappings.targets("acs", STATUS)

    assert {row["target"] for row in targets.values()} == {value for value, _ in mappings.statuses()}
    assert targets["pick confirmed"]["target"] == "pick_confirmed"


def test_looking_up_is_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        mappings.targets("acs", STATUS)


class TestSeen:
    def test_a_new_code_becomes_an_unmapped_row_with_its_text_as_it_came(self, noon):
        mappings.note_seen("acs", METHOD, {"InPost \u2013 Locker": 3}, noon)

        row = CodeMapping.objects.get(kind=METHOD)
        assert (row.raw, row.folded, row.target, row.seen_count) == ("InPost \u2013 Locker", "inpost - locker", "", 3)
        assert (row.first_seen_at, row.last_seen_at) == (noon, noon)

    def test_a_known_one_is_counted_whatever_its_dashes(self, noon):
        mappings.note_seen("acs", METHOD, {"InPost - Locker": 3}, noon)
        mappings.note_seen("acs", METHOD, {"inpost \u2014 locker": 2, "InPost - Locker": 1}, noon)

        assert CodeMapping.objects.get(kind=METHOD).seen_count == 6

    def test_nothing_is_no_row(self, noon):
        mappings.note_seen("acs", METHOD, {"": 3, "  ": 1}, noon)

        assert not CodeMapping.objects.filter(kind=METHOD).exists()

    def test_the_statements_do_not_grow(self, noon, django_assert_max_num_queries):
        for size in (3, 200):
            with django_assert_max_num_queries(5):  # read, count, insert between its two savepoints
                mappings.note_seen("acs", METHOD, {f"code {number}": 1 for number in range(size)}, noon)


class TestMeaning:
    @pytest.fixture
    def mapping(self, noon):
        return mappings.add("acs", METHOD, "inpost", at=noon)

    def test_a_change_is_in_force_audited_and_rung_for(self, mapping, admin_user, noon):
        from django_q.models import OrmQ

        flags = {"agent": "INPOST", "destination": "locker"}
        mappings.set_target(mapping, target="24", flags=flags, actor=admin_user, at=noon, version=1, ring="orders.tasks.recheck_open")

        assert mappings.targets("acs", METHOD)["inpost"]["flags"] == flags
        assert (mapping.target, mapping.version, mapping.changed_by) == ("24", 2, admin_user)
        entry = AuditEntry.objects.get()
        assert (entry.before, entry.after) == ({"target": "", "flags": {}}, {"target": "24", "flags": flags})
        assert OrmQ.objects.count() == 1

    def test_who_comes_second_is_told_what_stands(self, mapping, admin_user, noon):
        mappings.set_target(mapping, target="24", flags={}, actor=admin_user, at=noon, version=1)

        with pytest.raises(mappings.StaleMapping) as refusal:
            mappings.set_target(mapping, target="48", flags={}, actor=admin_user, at=noon, version=1)

        assert refusal.value.mapping.target == "24"
        assert AuditEntry.objects.count() == 1

    def test_adding_what_is_there_gives_the_row_that_is_there(self, mapping, noon):
        assert mappings.add("acs", METHOD, " InPost ", at=noon).pk == mapping.pk
