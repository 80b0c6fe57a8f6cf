"""Do it: one verb per function; the only writer of decisions about write-offs."""
