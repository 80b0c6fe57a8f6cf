"""What is kept about our talks with partners: runs, raw payloads, intents, inbox, circuits, mappings, tokens."""

from partners.models.feeds import Feed, RawPayload, RejectedRecord, SyncRun
from partners.models.messages import InboxMessage, Intent, WebhookDoor
from partners.models.proposals import MappingProposal
from partners.models.retention import RetentionPeriod
from partners.models.running import Circuit, Heartbeat, JobRun
from partners.models.words import ApiToken, CodeMapping

__all__ = [
    "ApiToken",
    "Circuit",
    "CodeMapping",
    "Feed",
    "Heartbeat",
    "InboxMessage",
    "Intent",
    "JobRun",
    "MappingProposal",
    "RawPayload",
    "RejectedRecord",
    "RetentionPeriod",
    "SyncRun",
    "WebhookDoor",
]
