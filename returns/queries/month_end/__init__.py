"""What a month shows before it is closed: what waits, what both books say, what is owed, and who signed. Templates only print."""
