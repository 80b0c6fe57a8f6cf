"""What the write-off desk shows: its tabs and rows, one write-off, limits and delegations. Worked out here; templates only print."""
