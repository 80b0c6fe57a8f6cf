"""People: who may come in, from when to when, and as what."""
