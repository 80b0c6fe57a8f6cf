"""InPost's Group API as its public users describe it: token, points, shipping, labels, tracking, webhooks."""

CLIENT_ID, CLIENT_SECRET, ORGANIZATION = "lockstep-sandbox", "sandbox-client-secret", "6f1d9c2e-0000-4000-8000-000000000001"
WEBHOOK_SECRET = "sandbox-webhook-secret"  # noqa: S105 - signs make-believe events on this machine
