"""Who may do what, address by address. The one table that a new address has to be written into.

A letter is a role: C CX agent, W warehouse lead, M merchandiser, F finance approver, G finance manager, I integration admin,
V viewer. Each address has who may GET it and who may POST to it; None where it does not know the method.
"""

from typing import NamedTuple

LETTERS = {"C": "cx", "W": "warehouse", "M": "merchandiser", "F": "finance", "G": "finance_manager", "I": "integration", "V": "viewer"}
ALL = "CWMFGIV"  # every role; somebody without one gets nothing
CASES = "CWMFGI"  # who works cases
SIGNED_IN = "signed in"  # anybody with an account: it is their own
ANYBODY = "anybody"  # without a session too
NOT_BY_SESSION = "not by session"  # a program proves itself by a token or a signature; a person's session is nothing to it


class May(NamedTuple):
    get: str | None
    post: str | None = None


def acts(who: str, *names: str) -> dict[str, May]:
    return dict.fromkeys(names, May(None, who))


def pages(who: str, *names: str) -> dict[str, May]:
    return dict.fromkeys(names, May(who))


def forms(who: str, *names: str) -> dict[str, May]:
    """Looked at and sent by the same people."""
    return dict.fromkeys(names, May(who, who))


HOUSE = {
    **pages(ANYBODY, "healthz", "readyz"),
    "metrics": May(NOT_BY_SESSION, NOT_BY_SESSION),
    **pages(ALL, "home:today", "home:search", "home:settings", "home:design"),
    **acts(ALL, "home:design-undo"),
    **pages(ALL, "home:training", "home:training-exercise"),
    **acts(CASES, "home:training-begin", "home:training-check"),
    "home:handover": May("CWIV", "CW"),
    **pages("CWIV", "home:handover-one"),
    **acts("CW", "home:handover-accept", "home:handover-take-back"),
    **pages(ALL, "home:owners"),
    **pages("GIV", "home:system-audit", "home:system-audit-report", "home:system-audit-gap"),
    **pages("GIV", "home:system-audit-csv-export", "home:system-audit-xlsx-export"),
    **pages(ALL, "home:reconciles"),
    **acts("I", "home:reconcile-run"),
}
REPORTS = pages("WMGIV", "reports:index", "reports:report", "reports:csv-export", "reports:xlsx-export")
PEOPLE = {
    **pages("IV", "people:list", "people:person", "people:review"),
    **forms("I", "people:invite"),
    **acts("I", "people:review-sign"),
    **acts("I", "people:roles", "people:dates", "people:deactivate", "people:link", "people:revoke-token"),
    "people:welcome": May(ANYBODY, ANYBODY),
    "people:welcome-link": May(ANYBODY),
}
DESK = {
    **pages(ALL, "queue:list", "queue:case", "queue:reference", "queue:handbook", "queue:reference-code", "queue:audit", "queue:calendars"),
    **pages(ALL, "queue:alerts"),
    **forms("I", "queue:reference-words"),
    **acts(CASES, "queue:reference-enough"),
    **pages(ALL, "queue:matching", "queue:causes", "queue:views", "queue:ask"),
    **acts(ALL, "queue:pulse"),
    **pages("CWMFGIV", "queue:export"),
    **pages("IV", "queue:audit-export"),
    **acts(
        CASES, "queue:take-next", "queue:take", "queue:assign", "queue:snooze", "queue:wake", "queue:waive", "queue:close", "queue:reopen"
    ),
    **acts(CASES, "queue:wait", "queue:resume", "queue:hand-over", "queue:undo", "queue:save-view", "queue:drop-view"),
    **acts("CWMFGI", "queue:note"),
    # Each act on many cases demands its own permission besides; a job is its author's, and may be looked at by all.
    **acts(ALL, "queue:bulk", "queue:job-stop", "queue:job-go-on", "queue:job-undo"),
    **pages(ALL, "queue:jobs", "queue:job", "queue:ownership"),
    **forms("I", "queue:ownership-add", "queue:ownership-edit"),
    **acts("I", "queue:ownership-apply", "queue:ownership-up", "queue:ownership-drop"),
    **acts(ALL, "queue:audit-verify"),
    **acts("I", "queue:calendar-week", "queue:calendar-day", "queue:calendar-day-drop"),
}
ORDERS = {
    **pages(ALL, "orders:list", "orders:detail", "orders:at-locker", "orders:resolvers"),
    **pages(ALL, "orders:refusals", "orders:rates"),
    **forms("I", "orders:rate-add", "orders:rate-edit"),
    **pages(ALL, "orders:wordings", "orders:wording"),
    **acts("I", "orders:wording-save"),
    **acts("I", "orders:reveal", "orders:resolver-move"),
    **forms("C", "orders:correct-mobile", "orders:correct-email", "orders:correct-name", "orders:correct-address", "orders:correct-dates"),
    **forms("C", "orders:change-locker", "orders:convert-to-home", "orders:keep-both", "orders:cancel"),
    **forms("C", "orders:amend", "orders:accept-as-sent", "orders:recall"),
    **forms(ALL, "orders:bulk"),  # each fix of many demands its own permission besides
    **forms("C", "orders:message", "orders:job-messages"),
    **acts("C", "orders:message-draft"),
    **forms("CM", "orders:add-customs"),
    **forms(ALL, "orders:bulk"),  # each kind of fix demands its own permission besides
    **acts("W", "orders:retry-labels", "orders:hand-labels"),
    **forms("W", "orders:replace-label"),
    **pages(ALL, "orders:manifests", "orders:past-manifests", "orders:manifest", "orders:manifest-sheet", "orders:manifest-sheet-csv"),
    **forms("W", "orders:close-manifest"),
    **acts("W", "orders:reopen-manifest", "orders:pull-parcel", "orders:put-back-parcel"),
    **pages(ALL, "orders:integrity", "orders:integrity-run", "orders:integrity-csv-export", "orders:integrity-xlsx-export"),
    **acts("CWI", "orders:integrity-start", "orders:integrity-sign-off"),
    **pages(ALL, "orders:reconcile"),
    **acts("CWI", "orders:reconcile-start"),
    **pages(ALL, "orders:rules", "orders:rule", "orders:rule-replay"),
    **acts("I", "orders:rule-try", "orders:rule-publish", "orders:rule-roll-back"),
    **pages(ALL, "orders:consolidation", "orders:plan", "orders:collections", "orders:collections-export"),
    **acts("CW", "orders:plan-wait", "orders:plan-split"),
    **acts("C", "orders:plan-home"),
    **forms("CW", "orders:wait-whole"),
    **forms("CWI", "orders:hold", "orders:extend-hold"),
    **forms("C", "orders:offer-another", "orders:ask-customer"),
    **acts("C", "orders:end-customer-link"),
    **forms(ANYBODY, "orders:customer"),  # the customer: by the signature in the address
    **acts("CWI", "orders:clear-hold"),
    **forms(CASES, "orders:recheck"),
    **forms("WI", "orders:resend"),
    **forms("I", "orders:resolver-add", "orders:resolver-edit"),
}
GOODS = {
    **acts("W", "lockers:print-label"),
    **forms("W", "lockers:print-labels"),
    **pages(ANYBODY, "lockers:signed-pdf", "lockers:signed-zpl"),  # ACS's machine: by the signature in the address
    **pages(ALL, "lockers:label"),
    **pages(ALL, "lockers:list", "lockers:map", "lockers:detail", "lockers:labels", "inventory:products"),
    **pages(ALL, "inventory:stock-files", "inventory:stock-file"),
    **acts("I", "inventory:upload-stock", "inventory:apply-stock"),
    **acts("MI", "inventory:upload", "inventory:upload-setup"),
    **forms("M", "inventory:fix-size"),
    **acts("M", "inventory:accept-learnt"),
    **pages(ALL, "inventory:publishing"),
    **forms("MI", "inventory:publish-now"),
    **acts("MI", "inventory:freeze", "inventory:unfreeze"),
    **pages(ALL, "inventory:stock", "inventory:sku", "inventory:garments", "inventory:garment", "inventory:buffers"),
    **forms("WM", "inventory:confirm-garment"),
    **forms("M", "inventory:set-buffer"),
    **acts("M", "inventory:drop-buffer", "inventory:reserve"),
    **acts("M", "inventory:accept-learnt", "inventory:decide-source"),
    **forms("M", "inventory:sources"),
}
RETURNS = {
    **pages(ALL, "returns:returns", "returns:return", "returns:photo", "returns:grade-effect"),
    **acts("C", "returns:match"),
    **pages(ALL, "returns:refunds"),
    **acts("FG", "returns:refund-approve", "returns:refund-decline"),
    **acts("CFG", "returns:refund-propose"),
    **acts("WFG", "returns:photo-add", "returns:photo-again"),
    **pages(ALL, "returns:write-offs", "returns:write-off"),
    **forms("FG", "returns:approve", "returns:delegations"),
    **acts("FG", "returns:query", "returns:reject", "returns:end-delegation"),
    **acts("WFG", "returns:answer", "returns:complete"),
    **forms("G", "returns:reverse"),
    **pages("GV", "returns:register", "returns:evidence"),
    **forms("WFG", "returns:raise"),
    **pages(ALL, "returns:months", "returns:month", "returns:month-waiting"),
    **acts("G", "returns:month-sign", "returns:month-reopen"),
    "returns:limits": May(ALL, "G"),
    "returns:accounts": May(ALL, "G"),
    "returns:graders": May(ALL, "GI"),
    **acts("G", "returns:confirm-limit", "returns:withdraw-limit", "returns:post-again"),
}
PARTNERS = {
    **pages(ALL, "partners:sync", "partners:run", "partners:record", "partners:records", "partners:mappings", "partners:connections"),
    **pages(ALL, "partners:channels", "partners:run-refused", "partners:mapping-versions"),
    **acts("I", "partners:run-now", "partners:pause", "partners:accept", "partners:record-replay", "partners:reveal"),
    **acts(
        "I",
        "partners:mapping-add",
        "partners:mapping",
        "partners:mapping-draft",
        "partners:mapping-draft-file",
        "partners:mapping-discard",
        "inventory:rehearse",
        "inventory:publish-meanings",
        "inventory:roll-back",
        "partners:test",
        "partners:channel-save",
        "partners:channel-test",
        "partners:quiet",
        "partners:quiet-end",
    ),
    **forms("I", "partners:replay", "partners:again"),
    **pages("IV", "partners:retention"),
    **acts("I", "partners:retention-save"),
    **pages(ALL, "inventory:rehearsal", "inventory:rehearsal-csv"),
    **acts("MI", "inventory:approve-meanings", "inventory:refuse-meanings"),
    **acts(NOT_BY_SESSION, "partners:webhook-shopify", "partners:webhook-inpost"),
}
API = {
    **pages(ALL, "api:schema", "api:docs", "api:orders", "api:order", "api:exceptions", "api:exception", "api:sync-runs"),
    **pages(ALL, "api:lockers", "api:locker", "api:locker-alternatives", "api:stock"),
    **acts(ALL, "api:locker-eligibility"),
    **acts(NOT_BY_SESSION, "api:carrier-service"),
    **acts("C", "api:order-correct-mobile", "api:order-change-locker", "api:order-convert-to-home", "api:order-cancel"),
    **acts("CWI", "api:order-hold", "api:order-clear-hold"),
    **pages(ALL, "api:write-offs"),
    **acts("FG", "api:write-off-approve", "api:write-off-query", "api:write-off-reject"),
    **acts("G", "api:write-off-reverse"),
    **acts(CASES, "api:exception-assign", "api:exception-snooze", "api:exception-waive"),
    **acts("CWMFGI", "api:exception-note"),
}
ACCOUNT = {
    **forms(ANYBODY, "account_login", "account_signup"),
    **pages(ANYBODY, "account_inactive"),
    **forms(ANYBODY, "account_email", "account_email_verification_sent", "account_confirm_email", "account_confirm_login_code"),
    **forms(ANYBODY, "account_reset_password", "account_reset_password_done", "account_reset_password_from_key"),
    **forms(ANYBODY, "account_reset_password_from_key_done"),
    **forms(ANYBODY, "account_logout"),
    **forms(SIGNED_IN, "account_reauthenticate", "account_change_password", "account_set_password"),
    **pages(SIGNED_IN, "mfa_index", "mfa_view_recovery_codes"),
    **forms(
        SIGNED_IN,
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
    ),
    "mfa_authenticate": May(ANYBODY, ANYBODY),  # the second step of signing in: it only goes on where a first one was made
}
MATRIX = {**HOUSE, **REPORTS, **PEOPLE, **DESK, **ORDERS, **GOODS, **RETURNS, **PARTNERS, **API, **ACCOUNT}
