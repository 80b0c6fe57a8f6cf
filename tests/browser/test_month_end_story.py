"""A finance manager closes last month: red while a journal is not verified, signed once it is, and opened again with a reason."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from config.roles import DEMO_PEOPLE
from returns.models import Journal, LedgerDocument, PeriodSignOff, WriteOff
from returns.rules.months import name_of
from returns.states import JournalState, WriteOffState
from tests.browser.conftest import PASSWORD, axe_faults, is_within_its_width, keep, small_targets
from tests.browser.looks import LOOKS
from tests.config.people import load_roles
from tests.inventory.builders import make_product
from tests.returns.of_a_month import in_ledger, posted, read_the_ledger
from tests.returns.written_off import make_accounts, make_write_off

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
_S = WriteOffState
GARMENTS = ("Pleated midi dress", "Bias-cut skirt", "Wool blazer", "Silk shirt", "Tailored coat", "Cashmere jumper", "Linen trousers")


@pytest.fixture
def people(transactional_db, settings) -> dict[str, User]:
    """The seven named people; the make-believe world asks nobody for a second step."""
    cache.clear()
    settings.SANDBOX = True
    load_roles()
    found = {}
    for person in DEMO_PEOPLE:
        user = User.objects.create_user(person.username, password=PASSWORD, first_name=person.first_name, last_name=person.last_name)
        user.groups.add(Group.objects.get(name=person.username))
        found[person.username] = user
    return found


@pytest.fixture
def month(people: dict[str, User]) -> date:
    """Last month: seven verified, one posted that the ledger has not shown yet, one refused, and three that nobody has approved."""
    first = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
    at = datetime(first.year, first.month, 12, 9, 0, tzinfo=UTC)
    make_accounts(at=at)
    for number in range(1, 40):
        make_product(f"DRS-{number:04}-10", name=GARMENTS[number % 7])
    agnes = {"first_by": people["finance"]}
    for number in range(1, 8):
        posted(number, people["finance"], at=at + timedelta(days=number), pence=2_350 + 415 * number)
    posted(8, people["finance"], at=at, pence=11_800, state=JournalState.POSTED)
    refused = make_write_off(9, at=at, pence=6_200, state=_S.APPROVED, **agnes)
    journal = Journal.objects.create(
        key=f"ber:{refused.reference}:1", kind="write_off", state=JournalState.REFUSED, post_on=at.date(), narration="x",
        lines=refused.lines, lines_hash="x", total_pence=6_200, made_at=at, why="Account 7105 is archived.",
    )  # fmt: skip
    WriteOff.objects.filter(pk=refused.pk).update(journal=journal)
    make_write_off(10, at=at, pence=9_900, state=_S.EVIDENCE_NEEDED, photos=0)
    make_write_off(11, at=at, pence=118_000)
    make_write_off(12, at=at, state=_S.EVIDENCE_NEEDED, lines=[], carrying_pence=None, cost_pence=None)
    in_ledger("ber:BER-000000-09999:1", "z-1", at.date(), pence=700)
    read_the_ledger(timezone.now())
    return first


def put_right() -> None:
    """What the next reading finds: the journal as it was approved, and the stray one void."""
    waiting = Journal.objects.get(state=JournalState.POSTED)
    said = {"shown_hash": waiting.lines_hash, "verified_at": timezone.now()}
    Journal.objects.filter(pk=waiting.pk).update(state=JournalState.VERIFIED, **said)
    waiting.write_offs.update(state=_S.VERIFIED)
    LedgerDocument.objects.filter(external_id="z-1").update(status="void")


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_manager_closes_last_month_and_opens_it_again(sign_in, month: date, watch, theme: str, width: int):
    page: Page = sign_in("finance_manager", theme=theme, width=width)

    def is_fine(name: str) -> None:
        keep(page, f"month-end-{name}-{theme}-{width}")
        assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)

    page.goto("/month-end/")
    expect(page.get_by_text("To be signed off")).to_be_visible()
    is_fine("months")
    page.get_by_role("link", name=f"{month:%B %Y}").click()
    expect(page.get_by_text("1 posted journal is not verified")).to_be_visible()
    expect(page.get_by_text("Nobody here posted it.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign off")).to_have_count(0)
    is_fine("red")

    put_right()
    page.reload()
    page.get_by_label("Why it is signed off with something left").fill("ACS sends the missing photos on Friday")
    is_fine("ready")
    page.get_by_role("button", name=f"Sign off {month:%B %Y}").click()
    expect(page.get_by_text(f"{month:%B %Y} is signed off.").first).to_be_visible()
    expect(page.get_by_role("heading", name="As it was signed, and now")).to_be_visible()
    is_fine("signed")

    page.get_by_label("Why is it opened again?").fill("A credit note came late")
    page.get_by_role("button", name=f"Open {month:%B %Y} again").click()
    expect(page.get_by_text(f"{month:%B %Y} is open again.").first).to_be_visible()
    is_fine("reopened")
    page.goto(f"/month-end/{name_of(month)}/waiting/approve/")
    expect(page.get_by_role("heading", name="Graded, not approved")).to_be_visible()
    is_fine("waiting")
    assert PeriodSignOff.objects.get().reopened_why == "A credit note came late"
