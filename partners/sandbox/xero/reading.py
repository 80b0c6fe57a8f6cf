"""What the books show: the organisation, the chart of accounts, journals and credit notes, one or by pages of a hundred at most."""

from partners.sandbox.web import Reply, Request
from partners.sandbox.xero import TENANT, asking, credits
from partners.sandbox.xero import journals as lines
from partners.sandbox.xero.books import Account, Books, Invoice
from partners.sandbox.xero.replies import Said, day, envelope, instant, missing, money

ACCOUNT_FIELDS = {
    "Code": lambda one: one.code,
    "Name": lambda one: one.name,
    "Type": lambda one: one.type,
    "Class": lambda one: one.klass,
    "Status": lambda one: one.status,
}

INVOICE_FIELDS = {
    "InvoiceNumber": lambda one: one.number,
    "Status": lambda one: one.status,
    "Type": lambda one: "ACCREC",
    "Date": lambda one: one.on,
}


def organisation(books: Books, request: Request, _: str) -> Reply:
    said: Said = {
        "OrganisationID": TENANT,
        "Name": books.name,
        "LegalName": books.name,
        "PaysTax": True,
        "Version": "UK",
        "OrganisationType": "COMPANY",
        "BaseCurrency": "GBP",
        "CountryCode": "GB",
        "IsDemoCompany": False,
        "OrganisationStatus": "ACTIVE",
        "FinancialYearEndDay": 31,
        "FinancialYearEndMonth": 3,
        "SalesTaxBasis": "ACCRUALS",
        "CreatedDateUTC": "/Date(1455827393000)/",
        "Timezone": "GMTSTANDARDTIME",
        "ShortCode": "!sAnd1",
        "Edition": "BUSINESS",
        "Class": "PREMIUM",
    }
    locks = {"PeriodLockDate": books.period_lock, "EndOfYearLockDate": books.year_lock}
    said |= {name: day(on) for name, on in locks.items() if on}
    return envelope("Organisations", [said], books.world.now())


def accounts(books: Books, request: Request, _: str) -> Reply:
    found = asking.chosen(request, books.accounts.values(), ACCOUNT_FIELDS | {"UpdatedDateUTC": lambda one: books.world.start})
    return envelope("Accounts", [_account(one, books) for one in found], books.world.now())


def _account(one: Account, books: Books) -> Said:
    said: Said = {"AccountID": one.id, "Code": one.code, "Name": one.name, "Status": one.status, "Type": one.type}
    said |= {"TaxType": "OUTPUT2" if one.klass == "REVENUE" else "NONE", "Class": one.klass, "EnablePaymentsToAccount": False}
    if one.system:
        said["SystemAccount"] = one.system
    if one.type == "BANK":
        said |= {"BankAccountNumber": "20000055779911", "BankAccountType": "BANK", "CurrencyCode": "GBP"}
    return said | {"HasAttachments": False, "UpdatedDateUTC": instant(books.world.start)}


def journals(books: Books, request: Request, _: str) -> Reply:
    """Their lines only where a page is asked for."""
    page, numbers = asking.paged(request, asking.chosen(request, books.journals.values(), lines.FIELDS))
    with_lines = bool(request.one("page"))
    found = [lines.shown(one, books, lines=with_lines) for one in page]
    return envelope("ManualJournals", found, books.world.now(), pagination=numbers)


def journal(books: Books, request: Request, named: str) -> Reply:
    one = books.journals.get(named.lower())
    return envelope("ManualJournals", [lines.shown(one, books)], books.world.now()) if one else missing()


def invoices(books: Books, request: Request, _: str) -> Reply:
    """To find what a credit note is set against: by `IDs`, `InvoiceNumbers` or `where`."""
    wanted = [(_listed(request, "IDs"), lambda one: one.id), (_listed(request, "InvoiceNumbers"), lambda one: one.number)]
    found = asking.chosen(request, books.invoices.values(), INVOICE_FIELDS | {"UpdatedDateUTC": lambda one: books.world.start})
    found = [one for one in found if all(not names or of(one) in names for names, of in wanted)]
    page, numbers = asking.paged(request, found)
    return envelope("Invoices", [_invoice(one, books) for one in page], books.world.now(), pagination=numbers)


def _listed(request: Request, name: str) -> set[str]:
    return set(filter(None, request.one(name).split(",")))


def _invoice(one: Invoice, books: Books) -> Said:
    return {
        "Type": "ACCREC",
        "InvoiceID": one.id,
        "InvoiceNumber": one.number,
        "Contact": {"ContactID": one.contact.id, "Name": one.contact.name},
        "Date": day(one.on),
        "Status": one.status,
        "LineAmountTypes": "Inclusive",
        "Total": money(one.total),
        "AmountDue": money(one.due),
        "AmountCredited": money(one.credited),
        "CurrencyCode": "GBP",
        "UpdatedDateUTC": instant(books.world.start),
    }


def notes(books: Books, request: Request, _: str) -> Reply:
    page, numbers = asking.paged(request, asking.chosen(request, books.notes.values(), credits.FIELDS))
    found = [credits.shown(one, lines=bool(request.one("page"))) for one in page]
    return envelope("CreditNotes", found, books.world.now(), pagination=numbers)


def note(books: Books, request: Request, named: str) -> Reply:
    """By its id or its number."""
    one = books.notes.get(named) or next((one for one in books.notes.values() if one.number == named), None)
    return envelope("CreditNotes", [credits.shown(one)], books.world.now()) if one else missing()
