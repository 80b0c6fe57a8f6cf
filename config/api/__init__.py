"""What holds for every address under /api/: how it refuses, how much it bears, how it is described."""
