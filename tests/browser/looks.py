"""In which theme, and how wide, is a story told?"""

import os

EVERY = [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)]
# By day each theme and each width once: a story takes a quarter of a minute, and there are many. By night every one with every other.
LOOKS = EVERY if os.environ.get("NIGHTLY") else [("dark", 1280), ("light", 360)]
