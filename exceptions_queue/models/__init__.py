"""What the desk keeps."""

from exceptions_queue.models.alerts import Alert, AlertChannel, AlertMessage, Maintenance
from exceptions_queue.models.cases import CaseCount, CaseNote, ExceptionCase, Hold, Subject
from exceptions_queue.models.record import AuditEntry, AuditSeal
from exceptions_queue.models.reference import ReferenceFeedback, ReferenceNote
from exceptions_queue.models.sites import Site, SiteDay
from exceptions_queue.models.triage import BulkItem, BulkJob, OwnershipRule, Presence, SavedView

__all__ = [
    "Alert",
    "AlertChannel",
    "AlertMessage",
    "AuditEntry",
    "AuditSeal",
    "BulkItem",
    "BulkJob",
    "CaseCount",
    "CaseNote",
    "ExceptionCase",
    "Hold",
    "Maintenance",
    "OwnershipRule",
    "Presence",
    "ReferenceFeedback",
    "ReferenceNote",
    "SavedView",
    "Site",
    "SiteDay",
    "Subject",
]
