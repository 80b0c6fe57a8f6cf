"""Xero's Accounting API as its published description and its users tell it: token, connections, organisation, accounts, manual
journals, credit notes. One organisation, reached by a custom connection (client credentials)."""

CLIENT_ID, CLIENT_SECRET = "LOCKSTEPSANDBOXCLIENTID", "sandbox-xero-secret"
TENANT = "9a6f1d5e-7c1b-4e0e-9d0c-5a4d3e2f1a10"
