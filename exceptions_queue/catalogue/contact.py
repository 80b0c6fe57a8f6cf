"""What can be wrong with the customer's details and with the order itself, before ACS sees it."""

from exceptions_queue.catalogue.kinds import BulkFix, Code, Evidence, Fix, Kind, always, by_fault, fault, named
from exceptions_queue.states import Owner

CANCEL = Fix("orders:cancel", "Cancel the order", danger=True)
HOME = Fix("orders:convert-to-home", "Switch to home delivery")
ASK = Fix("orders:ask-customer", "Ask the customer")
ALL_HOME = BulkFix("convert_to_home", "Switch all to home delivery")
MOBILE = "InPost cannot text a locker code to it."

_MOBILE_FAULTS = {
    "landline": f"The mobile number is a landline: {MOBILE}",
    "not_uk": f"The mobile number is not a UK one: {MOBILE}",
    "too_short": f"The mobile number has too few digits: {MOBILE}",
    "too_long": f"The mobile number has too many digits: {MOBILE}",
    "070": f"The mobile number starts with 070, a personal number: {MOBILE}",
    "076": f"The mobile number starts with 076, a pager: {MOBILE}",
    "letters": f"The mobile number has letters in it: {MOBILE}",
    "not_mobile": f"The number belongs to a service, not to a mobile: {MOBILE}",
    "unassigned": f"No network has been given this mobile number: {MOBILE}",
    "dummy": f"The mobile number is made up (repeated or counting digits): {MOBILE}",
}
_EMAIL_FAULTS = {
    "missing": "There is no e-mail address, and InPost will not make a locker label without one.",
    "malformed": "The e-mail address is not one: InPost will not make a locker label with it.",
}
_NAME_FAULTS = {
    "missing": "There is no recipient name, and InPost needs a first and a last name.",
    "no_letters": "A part of the recipient's name has no letters, and InPost needs a first and a last name.",
    "one_word": "The recipient's name is one word, and InPost needs a first and a last name.",
}
_ADDRESS_WORDS = {"address1": "first address line", "city": "town", "postcode": "postcode", "country": "country"}
_ZONES = {"NI": "Northern Ireland", "IM": "The Isle of Man", "GY": "Guernsey", "JE": "Jersey"}
_CUSTOMS_FAULTS = {
    "contents": "the contents are not described",
    "value": "the value is not stated",
    "origin": "a product has no country of origin",
}


_DATES = {
    "dispatch_on": "The dispatch date",
    "deliver_on": "The delivery date",
    "event_on": "The day of the event",
    "return_on": "The return date",
}


def _address(evidence: Evidence) -> str:
    what = _ADDRESS_WORDS.get(str(evidence.get("field", "")), "address")
    return {
        "missing": f"The {what} is missing, so ACS cannot send the order.",
        "not_uk": "The address is outside the United Kingdom, where ACS does not deliver for us.",
    }.get(fault(evidence), f"The {what} is not usable, so ACS cannot send the order.")


def _duplicate(evidence: Evidence) -> str:
    other = named(evidence.get("other"))
    return f"It looks like {'order ' + other if other else 'another order'} again: same customer, same products, same address."


def _dates(evidence: Evidence) -> str:
    what = _DATES.get(str(evidence.get("field", "")), "A date")
    return {
        "too_late": f"{what} has passed: the garment would come too late.",
        "before_previous": f"{what} lies before the date that comes first: dispatch, delivery, event and return follow each other.",
    }.get(fault(evidence), "The dates cannot be met as they stand.")


def _customs(evidence: Evidence) -> str:
    zone = _ZONES.get(str(evidence.get("zone", "")), "This destination")
    why = _CUSTOMS_FAULTS.get(fault(evidence), "they are not complete")
    return f"{zone} needs customs facts, and {why}."


CONTACT = (
    Kind(
        code=Code.VAL_MOB_MISSING,
        title="No mobile number for a locker order",
        blocks="R",
        owner=Owner.CX,
        sentence=always("There is no mobile number: InPost has nowhere to text the locker code."),
        what_to_do="Add the mobile number",
        fixes=(Fix("orders:correct-mobile", "Add the mobile number"), HOME, CANCEL, ASK),
        bulk_fixes=(ALL_HOME,),
        closes_when="a UK mobile number is saved, or the order no longer goes to a locker",
    ),
    Kind(
        code=Code.VAL_MOB_FORMAT,
        title="Mobile number will not work for locker texts",
        blocks="R",
        owner=Owner.CX,
        sentence=by_fault(_MOBILE_FAULTS, f"The mobile number is not valid: {MOBILE}"),
        what_to_do="Correct the mobile number",
        fixes=(Fix("orders:correct-mobile", "Correct the mobile number"), HOME, CANCEL, ASK),
        bulk_fixes=(BulkFix("use_proposed_mobile", "Use the proposed numbers"), ALL_HOME),
        closes_when="a UK mobile number is saved, or the order no longer goes to a locker",
    ),
    Kind(
        code=Code.VAL_EMAIL,
        title="E-mail address missing or malformed",
        blocks="R",
        owner=Owner.CX,
        sentence=by_fault(_EMAIL_FAULTS, _EMAIL_FAULTS["malformed"]),
        what_to_do="Correct the e-mail address",
        fixes=(Fix("orders:correct-email", "Correct the e-mail address"), HOME, CANCEL),
        bulk_fixes=(ALL_HOME,),
        closes_when="a valid e-mail address is saved, or the order no longer goes to a locker",
    ),
    Kind(
        code=Code.VAL_NAME,
        title="InPost needs a first and a last name",
        blocks="R",
        owner=Owner.CX,
        sentence=by_fault(_NAME_FAULTS, _NAME_FAULTS["one_word"]),
        what_to_do="Complete the name",
        fixes=(Fix("orders:correct-name", "Complete the name"), HOME, CANCEL),
        bulk_fixes=(ALL_HOME,),
        closes_when="both parts of the name are saved",
    ),
    Kind(
        code=Code.VAL_ADDR,
        title="Address or postcode is not usable",
        blocks="R",
        owner=Owner.CX,
        sentence=_address,
        what_to_do="Correct the address",
        fixes=(Fix("orders:correct-address", "Correct the address"), CANCEL),
        closes_when="a complete UK address with a valid postcode is saved",
    ),
    Kind(
        code=Code.VAL_DUPLICATE,
        title="Looks like the same order twice",
        blocks="R",
        owner=Owner.CX,
        sentence=_duplicate,
        what_to_do="Keep both, or cancel one",
        fixes=(Fix("orders:keep-both", "Keep both orders"), CANCEL),
        closes_when="the customer wants both, or one of the two is cancelled",
    ),
    Kind(
        code=Code.VAL_DATES,
        title="Hire dates cannot be met",
        blocks="R",
        owner=Owner.CX,
        sentence=_dates,
        what_to_do="Agree new dates",
        fixes=(Fix("orders:correct-dates", "Correct the dates"), CANCEL),
        closes_when="the dates can be met",
    ),
    Kind(
        code=Code.VAL_CUSTOMS,
        title="Northern Ireland and islands need customs facts",
        blocks="R",
        owner=Owner.MERCHANDISING,
        sentence=_customs,
        what_to_do="Add the customs facts",
        fixes=(Fix("orders:add-customs", "Add the customs facts"), Fix("orders:correct-address", "Correct the address"), CANCEL),
        closes_when="contents, value and origin are known, or the destination has changed",
    ),
)
