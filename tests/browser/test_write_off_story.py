"""A finance approver clears her desk, asks about one and is told why not another; her manager gives the second word and takes one back."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from config.roles import DEMO_PEOPLE
from returns.models import Approval, Journal, WriteOff
from returns.states import WriteOffState
from tests.browser.conftest import PASSWORD, axe_faults, is_within_its_width, keep, small_targets
from tests.browser.looks import LOOKS
from tests.config.people import load_roles
from tests.inventory.builders import make_product
from tests.returns.written_off import make_accounts, make_item, make_posted, make_write_off

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
_S = WriteOffState
GARMENTS = ("Pleated midi dress", "Bias-cut skirt", "Wool blazer", "Silk shirt", "Tailored coat", "Cashmere jumper", "Linen trousers")
REASONS = ("Stain", "Tear", "Odour")


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
def garments(people: dict[str, User]) -> list[WriteOff]:
    """Twelve that await a word: eleven of the system's, and one that Agnes raised by hand. One lies with the warehouse."""
    now = timezone.now()
    make_accounts(at=now)
    for number in range(1, 40):
        make_product(f"DRS-{number:04}-10", name=GARMENTS[number % 7])
    made = [
        make_write_off(number, at=now - timedelta(hours=19 * number), pence=2_350 + 415 * number, reason=REASONS[number % 3])
        for number in range(1, 12)
    ]
    made.append(make_write_off(12, at=now - timedelta(hours=3), raised_by=people["finance"], cause="manual"))
    make_write_off(20, at=now - timedelta(hours=50), state=_S.EVIDENCE_NEEDED, photos=0, route="", certificate="")
    return made


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_finance_asks_about_one_approves_ten_and_is_told_why_not_the_last(sign_in, garments, theme: str, width: int):
    page: Page = sign_in("finance", theme=theme, width=width)

    def is_fine(name: str) -> None:
        keep(page, f"write-offs-{name}-{theme}-{width}")
        assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)

    page.get_by_role("link", name="12 write-offs awaiting you").click()
    expect(page.get_by_role("checkbox", name="Approve BER")).to_have_count(11)
    expect(page.get_by_text("You raised this write-off, so someone else must approve it.").first).to_be_visible()
    if width > 1200:
        expect(page.locator("#pane").get_by_role("list", name="Photos")).to_be_visible()
    is_fine("desk")

    odd = garments[4].reference
    page.goto(f"/write-offs/{odd}/")
    expect(page.get_by_text("You may approve it because £44.25 is within your limit of £100.00.")).to_be_visible()
    page.get_by_text("Ask about it").click()
    is_fine("one")
    page.get_by_label("What do you want to know?").fill("Is the tear along the seam? Then it can be sewn.")
    page.get_by_role("button", name="Send it back with the question").click()
    expect(page.get_by_text("Agnes Lee asked").first).to_be_visible()

    page.goto("/write-offs/")
    page.get_by_label("All 10 that you may approve").check()
    expect(page.get_by_text("10 picked, £")).to_be_visible()
    keep(page, f"write-offs-picked-{theme}-{width}")
    page.get_by_role("button", name="Approve 10…").click()
    expect(page.get_by_role("heading", name="Approve 10 write-offs?")).to_be_visible()
    expect(page.get_by_text("They post as 10 journals, one for each garment")).to_be_visible()
    is_fine("sheet")
    page.get_by_role("button", name="Approve 10,").click()
    expect(page.get_by_role("heading", name="10 approved, £488.15")).to_be_visible()
    is_fine("result")

    page.get_by_role("link", name="What still awaits you").click()
    expect(page.get_by_text("None of these is yours to approve; each says why.")).to_be_visible()
    page.goto("/write-offs/?tab=returned")
    expect(page.get_by_role("link", name=odd)).to_be_visible()
    is_fine("returned")
    page.goto("/write-offs/?tab=others")
    expect(page.get_by_text("It lacks a photo and where it goes.").first).to_be_visible()
    is_fine("others")
    assert WriteOff.objects.filter(first_by__username="finance").count() == 10
    assert WriteOff.objects.get(reference=garments[-1].reference).first_by is None


def test_the_open_garment_stands_beside_the_list_and_the_keys_move(sign_in, garments):
    page: Page = sign_in("finance")
    page.goto("/write-offs/")
    first = garments[10].reference
    expect(page.locator("#pane").get_by_role("heading", name=first)).to_be_visible()

    page.keyboard.press("j")
    expect(page.locator("#pane").get_by_role("heading", name=garments[9].reference)).to_be_visible()
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="Approve 1…")).to_be_visible()
    page.get_by_role("link", name=garments[11].reference).click()
    expect(page.locator("#pane").get_by_text("You raised this write-off, so someone else must approve it.")).to_be_visible()
    keep(page, "write-offs-not-mine")


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_manager_gives_the_second_word_and_takes_one_back(sign_in, people, theme: str, width: int):
    now = timezone.now()
    make_accounts(at=now)
    agnes = people["finance"]
    big = make_write_off(1, at=now, pence=118_000, photos=3, needs_second=True, state=_S.AWAITING_SECOND, first_by=agnes)
    WriteOff.objects.filter(pk=big.pk).update(approved_hash=big.lines_hash, first_at=now)
    Approval.objects.create(write_off=big, word="approved", by=agnes, lines_hash=big.lines_hash, carrying_pence=118_000, at=now)
    posted = make_posted(2, at=now - timedelta(days=2), first_by=agnes)
    page: Page = sign_in("finance_manager", theme=theme, width=width)

    def is_fine(name: str) -> None:
        keep(page, f"write-offs-{name}-{theme}-{width}")
        assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)

    page.goto(f"/write-offs/{big.reference}/")
    expect(page.get_by_text("You may approve it as the second of two.")).to_be_visible()
    page.get_by_role("button", name="Approve £1,180.00").click()
    is_fine("typed")
    page.get_by_label("Type the total").fill("1,180")
    page.get_by_role("button", name="Approve 1, £1,180.00").click()
    expect(page.get_by_role("heading", name="1 approved, £1,180.00")).to_be_visible()

    page.goto("/write-offs/?tab=posted")
    is_fine("posted")
    page.goto(f"/write-offs/{posted.reference}/")
    is_fine("posted-one")
    page.get_by_role("link", name="Reverse it").click()
    expect(page.get_by_role("heading", name="What stands in the ledger")).to_be_visible()
    expect(page.get_by_role("heading", name="What would be posted")).to_be_visible()
    is_fine("reverse")
    page.get_by_label("Why is it taken back?").fill("Found again, and regraded A")
    page.get_by_role("button", name="Reverse £42.10").click()
    expect(page.get_by_text("is on its way to the ledger").first).to_be_visible()
    assert Journal.objects.get(reverses=posted.journal).total_pence == 4_210
    assert WriteOff.objects.get(pk=big.pk).second_by == people["finance_manager"]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_limits_and_delegations_in_words(sign_in, people, watch, theme: str, width: int):
    page: Page = sign_in("finance_manager", theme=theme, width=width)

    def is_fine(name: str) -> None:
        keep(page, f"write-offs-{name}-{theme}-{width}")
        assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)

    page.goto("/settings/limits/")
    page.get_by_label("May approve up to, in £").fill("150")
    page.get_by_label("A second person above, in £").fill("150")
    page.get_by_label("Why?").fill("Prices rose")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_text("You proposed it, so another finance manager confirms it.")).to_be_visible()
    is_fine("limits")

    page.goto("/settings/delegations/")
    is_fine("delegations-none")
    page.get_by_label("Who stands in for you", exact=True).select_option(label="Agnes Lee")
    page.get_by_label("To", exact=True).fill(f"{timezone.localdate() + timedelta(days=7):%Y-%m-%d}")
    page.get_by_label("Up to, in £").fill("9999")
    page.get_by_label("Why?").fill("On leave")
    watch.expected = ("422",)
    page.get_by_role("button", name="Name them").click()
    expect(page.get_by_text("The limit cannot be above your own, which is £5,000.00.")).to_be_visible()
    page.get_by_label("Up to, in £").fill("2000")
    page.get_by_role("button", name="Name them").click()
    expect(page.get_by_text("Agnes Lee stands in for you until")).to_be_visible()
    is_fine("delegations")
    page.goto("/settings/accounts/")
    page.get_by_label("For", exact=True).select_option(label="Stock at ACS")
    page.get_by_label("Account", exact=True).fill("1200")
    page.get_by_role("button", name="Use this account").click()
    expect(page.get_by_text("Saved. Stock at ACS is account 1200").first).to_be_visible()
    is_fine("accounts")
    make_item(1, at=timezone.now(), rfid="E2001", sku="DRS-1", grader="M. Kerr")
    page.goto("/settings/graders/")
    page.get_by_label("Grader at ACS", exact=True).select_option(label="M. Kerr")
    page.get_by_label("Which colleague", exact=True).select_option(label="Agnes Lee")
    page.get_by_role("button", name="Link them").click()
    expect(page.get_by_text("Saved. M. Kerr is Agnes Lee")).to_be_visible()
    is_fine("graders")
    page.goto("/write-offs/")
    expect(page.get_by_text("Nothing needs your approval.")).to_be_visible()
    is_fine("empty")
    page.get_by_role("link", name="Raise one").click()
    is_fine("by-hand")
