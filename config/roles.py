"""Role -> permissions, as data. `load_roles` makes the groups agree with this page."""

from dataclasses import dataclass

VIEW = (
    "exceptions_queue.view_exceptioncase",
    "exceptions_queue.view_auditentry",
    "exceptions_queue.view_site",
    "exceptions_queue.view_bulkjob",
    "exceptions_queue.view_ownershiprule",
    "exceptions_queue.view_alert",
    "orders.view_order",
    "orders.view_resolverrule",
    "orders.view_carrierrate",
    "orders.view_checkoutrefusal",
    "orders.view_consolidation",
    "orders.view_integrityrun",
    "orders.view_rulesetting",
    "orders.view_messagetemplate",
    "lockers.view_point",
    "lockers.view_parcel",
    "inventory.view_product",
    "inventory.view_garment",
    "inventory.view_garmentchange",
    "inventory.view_level",
    "inventory.view_bufferrule",
    "returns.view_return",
    "returns.view_writeoff",
    "returns.view_refund",
    "returns.view_journal",
    "returns.view_approvallimit",
    "returns.view_delegation",
    "partners.view_feed",
    "partners.view_syncrun",
    "partners.view_rejectedrecord",
    "partners.view_codemapping",
    "partners.view_circuit",
)
WORK_CASES = (
    "exceptions_queue.assign_exceptioncase",
    "exceptions_queue.snooze_exceptioncase",
    "exceptions_queue.waive_exceptioncase",
    "exceptions_queue.close_exceptioncase",
    "exceptions_queue.add_casenote",
    "exceptions_queue.export_exceptioncase",
    "exceptions_queue.add_savedview",
    "exceptions_queue.share_savedview",
    "orders.recheck_order",
    "exceptions_queue.add_referencefeedback",
)
# The shift: how it stands, and giving it to the next lead.
SEE_SHIFT = ("config.view_handover",)
HAND_OVER = (*SEE_SHIFT, "config.add_handover")
# For whoever answers for a desk, and for who looks at everything. Numbers only, never a person.
REPORTS = ("config.view_reports",)
# Never enough for one person to raise and approve the same write-off: that rule knows no role.
APPROVE = (
    "returns.approve_writeoff",
    "returns.complete_writeoff",
    "returns.add_writeoff",
    "returns.add_delegation",
    "returns.add_refund",
    "returns.decide_refund",
)


@dataclass(frozen=True)
class Role:
    """`name` is the group's and the value of a case's owner; `label` and `purpose` are what people read."""

    name: str
    label: str
    purpose: str
    permissions: frozenset[str]


def _role(name: str, label: str, purpose: str, *more: str) -> Role:
    return Role(name, label, purpose, frozenset(VIEW + more))


ROLES = {
    role.name: role
    for role in (
        _role(
            "cx",
            "CX agent",
            "Corrects contact data, changes lockers, converts to home delivery, cancels.",
            *WORK_CASES,
            *HAND_OVER,
            "orders.correct_order",
            "orders.describe_order",
            "orders.reroute_order",
            "orders.cancel_order",
            "orders.hold_order",
            "orders.see_contact_order",
            "orders.consolidate_order",
            "orders.run_integrityrun",
            "orders.sign_off_integrityrun",
            "orders.reassign_order",
            "orders.send_customermessage",
            "returns.match_return",
            "returns.add_refund",
        ),
        _role(
            "warehouse",
            "Warehouse lead",
            "Sends orders to ACS again, holds them, closes manifests, works the warehouse's cases.",
            *WORK_CASES,
            *REPORTS,
            *HAND_OVER,
            "orders.hold_order",
            "orders.resend_order",
            "orders.consolidate_order",
            "orders.run_integrityrun",
            "orders.sign_off_integrityrun",
            "orders.reassign_order",
            "lockers.retry_parcel",
            "lockers.print_parcel",
            "lockers.close_manifest",
            "lockers.reopen_manifest",
            "lockers.replace_parcel",
            "inventory.confirm_garment",
            "returns.complete_writeoff",
            "returns.add_writeoff",
        ),
        _role(
            "merchandiser",
            "Merchandiser",
            "Keeps sizes, weights, customs facts, buffers and what is kept back from sale; approves what stock statuses mean.",
            *WORK_CASES,
            *REPORTS,
            "inventory.change_product",
            "inventory.change_bufferrule",
            "inventory.reserve_level",
            "inventory.confirm_garment",
            "inventory.import_product",
            "inventory.accept_sizecorrection",
            "inventory.publish_level",
            "inventory.freeze_level",
            "partners.approve_mappingproposal",
            "inventory.decide_product",
            "orders.describe_order",
        ),
        _role(
            "finance",
            "Finance approver",
            "Approves, queries and rejects write-offs and refunds up to a limit, completes them, and hands over while away.",
            *WORK_CASES,
            *APPROVE,
        ),
        _role(
            "finance_manager",
            "Finance manager",
            "As a finance approver with a higher limit; reverses, posts again, sets limits and accounts, closes months.",
            *WORK_CASES,
            *REPORTS,
            *APPROVE,
            "returns.reverse_writeoff",
            "returns.post_writeoff",
            "returns.change_approvallimit",
            "returns.confirm_approvallimit",
            "returns.change_ledgeraccount",
            "returns.change_graderlink",
            "returns.add_periodsignoff",
            "returns.reopen_periodsignoff",
            "returns.export_writeoff",
            "config.view_systemauditday",
        ),
        _role(
            "integration",
            "Integration admin",
            "Maps codes, runs and replays feeds, keeps calendars, and manages people.",
            *WORK_CASES,
            *REPORTS,
            *SEE_SHIFT,
            "orders.resend_order",
            "orders.hold_order",
            "orders.reveal_contact_order",
            "orders.run_integrityrun",
            "orders.sign_off_integrityrun",
            "orders.add_resolverrule",
            "orders.change_resolverrule",
            "orders.publish_rulesetting",
            "orders.write_messagetemplate",
            "orders.add_carrierrate",
            "orders.change_carrierrate",
            "inventory.import_product",
            "inventory.publish_level",
            "inventory.freeze_level",
            "inventory.import_garment",
            "exceptions_queue.change_site",
            "exceptions_queue.change_bulkjob",
            "exceptions_queue.change_ownershiprule",
            "exceptions_queue.add_referencenote",
            "exceptions_queue.view_referencefeedback",
            "exceptions_queue.change_alertchannel",
            "exceptions_queue.add_maintenance",
            "exceptions_queue.export_auditentry",
            "partners.run_feed",
            "partners.pause_feed",
            "partners.accept_syncrun",
            "partners.replay_rejectedrecord",
            "partners.see_raw_rejectedrecord",
            "partners.add_codemapping",
            "partners.change_codemapping",
            "partners.approve_mappingproposal",
            "partners.check_circuit",
            "partners.view_retentionperiod",
            "partners.change_retentionperiod",
            "config.view_access",
            "config.manage_access",
            "returns.change_graderlink",
            "config.view_systemauditday",
        ),
        _role(
            "viewer",
            "Viewer",
            "Looks at everything, masked; exports and verifies the audit log, and takes a month's evidence away.",
            *REPORTS,
            *SEE_SHIFT,
            "exceptions_queue.export_exceptioncase",
            "exceptions_queue.export_auditentry",
            "partners.view_retentionperiod",
            "returns.export_writeoff",
            "config.view_access",
            "config.view_systemauditday",
        ),
    )
}


@dataclass(frozen=True)
class Person:
    """One of the demo's named people; each has the role of their name."""

    username: str
    first_name: str
    last_name: str


DEMO_PEOPLE = (
    Person("cx", "Priya", "Shah"),
    Person("warehouse", "Callum", "Reid"),
    Person("finance", "Agnes", "Lee"),
    Person("finance_manager", "Martin", "Ortiz"),
    Person("integration", "Ines", "Kowalski"),
    Person("merchandiser", "Rosa", "Bell"),
    Person("viewer", "Tom", "Adeyemi"),
)
