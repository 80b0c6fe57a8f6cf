"""Every reconcile on one page: when it last ran, how many it compared, how many differ, and how that went day by day."""
