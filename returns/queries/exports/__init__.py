"""Show me, as files to take away: what an auditor gets of a month."""
