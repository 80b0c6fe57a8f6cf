"""The benchmarks: which there are, and on which databases each must hold.

Every scenario is a module here with `run(env) -> list[Measure]`, its baselines named functions beside it.
"""

SCENARIOS = {
    "points": ("postgresql", "sqlite"),
    "validate": ("postgresql",),
    "replay": ("postgresql",),
    "queue": ("postgresql",),
    "bulk": ("postgresql",),
    "cause_cards": ("postgresql",),
    "tracking": ("postgresql",),
    "manifest": ("postgresql",),
    "approve": ("postgresql", "sqlite"),
    "month_end": ("postgresql",),
    "integrity": ("postgresql", "sqlite"),
    "alternatives": ("postgresql",),
    "sellable": ("postgresql", "sqlite"),
    "stock": ("postgresql", "sqlite"),
    "rehearse": ("postgresql",),
    "eligibility": ("postgresql",),
    "reports": ("postgresql",),
}
