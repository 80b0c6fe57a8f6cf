"""Xero's Accounting API: the token of a custom connection, the organisation, accounts, manual journals, credit notes."""
