"""Whatever people and the feed do, in whatever order: one live write-off per garment, balanced, decided by enough distinct people."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from exceptions_queue import audit
from returns.actions import completing, deciding, delegating, drafting, raising, reversing
from returns.actions.outcomes import Refused
from returns.invariants import INVARIANTS
from returns.models import Approval, Cost, GraderLink, Journal, ReturnItem, WriteOff
from returns.queries import authority
from returns.states import Grade
from tests.returns.builders import NOON, make_accounts, make_cost, make_grade, make_item, make_people

WHO = st.sampled_from(["finance", "colleague", "finance_manager", "warehouse", "boss"])
PLACE = st.integers(0, 2)


class Life(RuleBasedStateMachine):
    """Three garments, five people, and everything that can be done to them. What is refused is refused in words and changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.at = NOON
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        audit.seal(at=self.at)
        holds = audit.verify().holds
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        assert holds

    @initialize()
    def people_and_garments(self) -> None:
        make_accounts()
        make_people()
        GraderLink.objects.create(grader="Morag", user=self.who("colleague"))
        self.items = [make_item(sku=f"S{n}", photos=2, grader=grader) for n, grader in enumerate(("Morag", "Iain", "Iain"))]
        for item, pence in zip(self.items, (4_200, 30_000, 70_000), strict=True):
            make_cost(item, pence)
        self.act(raising.look, [item.pk for item in self.items])

    def who(self, name: str) -> User:
        return User.objects.get(username=name)

    def act(self, do, *args, **kwargs) -> None:
        """One thing after the other; a refusal is a sentence."""
        self.at += timedelta(minutes=1)
        try:
            with transaction.atomic():
                do(*args, at=self.at, **kwargs)
        except Refused as no:
            assert no.sentence.endswith(".")  # noqa: PT017 - that nothing is refused is as good

    def one(self, place: int) -> WriteOff | None:
        return WriteOff.objects.filter(rfid=self.items[place].rfid).order_by("-pk").first()

    @rule(place=PLACE, beyond=st.booleans())
    def graded(self, place: int, beyond: bool) -> None:
        grade = make_grade() if beyond else make_grade(Grade.A, "A")
        ReturnItem.objects.filter(pk=self.items[place].pk).update(grade=grade, raw_grade=grade.raw, graded_at=self.at)
        self.act(raising.look, [self.items[place].pk])

    @rule(place=PLACE, who=WHO)
    def raised_by_hand(self, place: int, who: str) -> None:
        self.act(raising.raise_by_hand, self.items[place].rfid, reason="Burnt", actor=self.who(who))

    @rule(place=PLACE, who=WHO, pence=st.none() | st.sampled_from([900, 60_000]))
    def completed(self, place: int, who: str, pence: int | None) -> None:
        if row := self.one(place):
            self.act(completing.complete, row.reference, route="recycled", cost_pence=pence, source="Register", actor=self.who(who))

    @rule(place=PLACE, pence=st.sampled_from([4_200, 45_000]))
    def cost_file(self, place: int, pence: int) -> None:
        Cost.objects.filter(rfid=self.items[place].rfid).update(cost_pence=pence)
        self.act(drafting.redraft, [row.pk for row in [self.one(place)] if row])

    @rule(who=WHO)
    def approved(self, who: str) -> None:
        signed = dict(WriteOff.objects.values_list("reference", "lines_hash"))
        total = sum(WriteOff.objects.values_list("carrying_pence", flat=True).exclude(carrying_pence=None))
        self.act(deciding.approve_many, signed, actor=self.who(who), total_pence=total)

    @rule(place=PLACE, who=WHO, how=st.sampled_from(["query", "answer", "reject", "reverse"]))
    def decided(self, place: int, who: str, how: str) -> None:
        if row := self.one(place):
            acts = {
                "query": lambda **k: deciding.query(row.reference, question="Why?", **k),
                "answer": lambda **k: deciding.answer(row.reference, answer="So.", **k),
                "reject": lambda **k: deciding.reject(row.reference, reason="repair", **k),
                "reverse": lambda **k: reversing.ask(row.reference, reason="Mistake", **k),
            }
            self.act(acts[how], actor=self.who(who))

    @rule(giver=WHO, taker=WHO)
    def handed_over(self, giver: str, taker: str) -> None:
        days = {"from_day": date(2026, 6, 1), "to_day": date(2026, 6, 30)}
        self.act(delegating.delegate, taker=self.who(taker), limit_pence=9_000, reason="Away", actor=self.who(giver), **days)

    @rule()
    def posted(self) -> None:
        """As posting would: what is approved stands in the ledger, and reversals that were asked for are done."""
        for row in WriteOff.objects.filter(state="approved"):
            assert authority.no_longer_approved([row], at=self.at) == {}
            columns = {"post_on": row.post_on, "lines": row.lines, "lines_hash": row.lines_hash, "made_at": self.at}
            journal = Journal.objects.create(key=f"ber:{row.reference}:1", kind="write_off", narration="x", total_pence=1, **columns)
            WriteOff.objects.filter(pk=row.pk).update(state="verified", journal=journal)
        reversing.finish(WriteOff.objects.filter(reversal__isnull=False).values_list("pk", flat=True), at=self.at)

    @invariant()
    def what_must_be_true_is(self) -> None:
        assert [told for _, find in INVARIANTS for told in find(self.at)] == []

    @invariant()
    def nobody_has_two_parts(self) -> None:
        graders = dict(GraderLink.objects.values_list("grader", "user_id"))
        for word in Approval.objects.filter(word="approved", lines_hash__gt="").select_related("write_off"):
            row = word.write_off
            if row.first_by_id or row.second_by_id:
                assert not {row.first_by_id, row.first_for_id} & {row.second_by_id, row.second_for_id} - {None}
                assert graders.get(row.grader) not in {row.first_by_id, row.first_for_id, row.second_by_id, row.second_for_id} - {None}


@pytest.mark.django_db
def test_whatever_happens_each_write_off_is_one_balanced_and_decided_by_enough_people():
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(Life, settings=settings(max_examples=4, stateful_step_count=10, deadline=None, suppress_health_check=checks))
