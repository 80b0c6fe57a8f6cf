"""What people may change about the rules: each setting with its sentence and its bounds. As they stand here, nobody has changed them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from orders.rules.address import SERVED
from orders.rules.customs import NEED_ORIGIN
from partners.inpost.compartments import LIMITS, Limits

Value = int | list[str]


class BadValue(ValueError):
    """The value cannot be tried. Its text is a sentence: what, where, what to do."""


@dataclass(frozen=True)
class RuleSettings:
    """Every setting the release gate reads. Weights in g; `version` is 0 until somebody publishes one."""

    version: int = 0
    parcel_weight_g: int = LIMITS.weight_g
    packing_g: int = LIMITS.packing_g
    fill_percent: int = LIMITS.fill // 10
    softness_percent: int = LIMITS.softness // 10
    hire_days: int = 0
    origin_zones: frozenset[str] = NEED_ORIGIN
    served: frozenset[str] = SERVED

    @cached_property
    def limits(self) -> Limits:
        """What a parcel may be. The very object that everybody else reads where nothing was changed: it is the quicker one."""
        ours = Limits(
            weight_g=self.parcel_weight_g,
            packing_g=self.packing_g,
            fill=self.fill_percent * 10,
            softness=self.softness_percent * 10,
        )
        return LIMITS if ours == LIMITS else ours

    @cached_property
    def changed(self) -> tuple[tuple[str, Value], ...]:
        """(name, value) of each that is not as it was delivered: a part of what a verdict was reached with."""
        return tuple(
            (setting.key, self.value(setting.key)) for setting in SETTINGS if self.value(setting.key) != DELIVERED.value(setting.key)
        )

    def value(self, key: str) -> Value:
        """As it is kept and shown: a whole number, or a sorted list of names."""
        value = getattr(self, key)
        return sorted(value - {"UK"}) if isinstance(value, frozenset) else int(value)

    def but(self, key: str, value: Value) -> "RuleSettings":
        """The same with one setting changed."""
        return of({name: self.value(name) for name in _NAMES} | {key: value, "version": self.version})


def of(kept: Mapping[str, Any]) -> RuleSettings:
    """The settings from what is kept. What is not kept is as delivered; a name of another release is left out."""
    known = {name: _as_held(name, kept[name]) for name in (*_NAMES, "version") if name in kept}
    return RuleSettings(**known)


def _as_held(name: str, value: Any) -> Any:
    if isinstance(value, int):
        return value
    return frozenset(value) | ({"UK"} if name == "served" else frozenset())  # the shop writes it both ways


@dataclass(frozen=True)
class Setting:
    """One setting as people see it. `codes` are the rules that read it; `looser` says which way fewer orders are held."""

    key: str
    label: str
    sentence: str
    codes: tuple[str, ...]
    looser: str
    unit: str = ""
    least: int = 0
    most: int = 0
    choices: tuple[tuple[str, str], ...] = ()
    always: frozenset[str] = frozenset()

    @property
    def bounds(self) -> str:
        return f"a whole number from {self.least:,} to {self.most:,}"

    def read(self, given: Sequence[str]) -> Value:
        """The value that was typed or ticked. Raises BadValue."""
        return self._read_names(given) if self.choices else self._read_number(given[0] if given else "")

    def _read_number(self, text: str) -> int:
        bare = text.strip()
        if not (bare.isascii() and bare.isdigit() and len(bare) < 7 and self.least <= int(bare) <= self.most):
            raise BadValue(f"{self.label}: give {self.bounds} {self.unit}.")
        return int(bare)

    def _read_names(self, given: Sequence[str]) -> list[str]:
        known = {name for name, _ in self.choices}
        if set(given) - known:
            raise BadValue(f"{self.label}: tick only what the list offers. Nothing was tried.")
        return sorted(set(given) | self.always)

    def words(self, value: Value) -> str:
        """ "150 g", "Guernsey, Jersey", "none"."""
        if isinstance(value, list):
            return ", ".join(label for name, label in self.choices if name in value) or "none"
        return f"{value:,} {'day' if (self.unit, value) == ('days', 1) else self.unit}"


_ISLANDS = (("GY", "Guernsey"), ("IM", "Isle of Man"), ("JE", "Jersey"))

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "parcel_weight_g",
        "Heaviest parcel",
        "A locker parcel heavier than this, wrapping included, is held. InPost takes 15 kg and not a gram more.",
        ("VAL-OVERSIZE",),
        "a larger number holds fewer orders",
        unit="g",
        least=1_000,
        most=LIMITS.weight_g,
    ),
    Setting(
        "packing_g",
        "Weight of the wrapping",
        "Added to what the garments weigh, before the parcel is compared with the heaviest allowed.",
        ("VAL-OVERSIZE",),
        "a smaller number holds fewer orders",
        unit="g",
        most=2_000,
    ),
    Setting(
        "fill_percent",
        "How full a compartment may get",
        "Garments leave gaps. An order whose volume passes this share of a compartment is taken to need the next larger one.",
        ("VAL-OVERSIZE", "LOC-SIZE"),
        "a larger number finds fewer orders too big",
        unit="%",
        least=50,
        most=100,
    ),
    Setting(
        "softness_percent",
        "How much of a soft garment's volume counts",
        "Soft garments fold. A product with an accepted learnt size keeps its own share.",
        ("VAL-OVERSIZE", "LOC-SIZE"),
        "a smaller number finds fewer orders too big",
        unit="%",
        least=30,
        most=100,
    ),
    Setting(
        "hire_days",
        "Days a hire needs before its event",
        "A hire whose event, or whose delivery, is fewer days away than this is held. With 0, one for today may still go.",
        ("VAL-DATES",),
        "a smaller number holds fewer orders",
        unit="days",
        most=14,
    ),
    Setting(
        "origin_zones",
        "Where customs ask for the country of origin",
        "A parcel to a place ticked here is held until each product's country of origin is known.",
        ("VAL-CUSTOMS",),
        "fewer places hold fewer orders",
        choices=(*_ISLANDS, ("NI", "Northern Ireland")),
    ),
    Setting(
        "served",
        "Where orders may be sent",
        "An order to a place that is not ticked is held. Great Britain is always served.",
        ("VAL-ADDR",),
        "more places hold fewer orders",
        choices=(("GB", "Great Britain"), ("GG", "Guernsey"), ("IM", "Isle of Man"), ("JE", "Jersey")),
        always=frozenset({"GB"}),
    ),
)
BY_KEY = {setting.key: setting for setting in SETTINGS}
_NAMES = tuple(field.name for field in fields(RuleSettings) if field.name != "version")
DELIVERED = RuleSettings()
