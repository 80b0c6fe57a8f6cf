"""How a benchmark measures: two sides in one run, interleaved rounds, the median of in-round ratios.

Absolute times on a shared machine say little; the ratio of two sides measured in the same round holds within a quarter.
CPU counts this process and its own PostgreSQL backend, so that work moved into the database is not free.
"""

import gc
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from django.db import connection

ROUNDS = 5
Sense = Literal["<=", ">="]
Side = Callable[[], object]


@dataclass(frozen=True)
class Measure:
    """One promise: `ratio sense goal`. `exact` marks a plain count, which holds at any scale and on any machine."""

    name: str
    ratio: float
    goal: float
    sense: Sense
    passed: bool
    detail: str = ""
    exact: bool = False

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    def __str__(self) -> str:
        verdict = "ok  " if self.passed else "MISS"
        return f"{verdict} {self.name:<58} {self.ratio:>10.3g} {self.sense} {self.goal:<8g} {self.detail}".rstrip()


def at_most(name: str, ratio: float, goal: float, detail: str = "") -> Measure:
    return Measure(name, ratio, goal, "<=", ratio <= goal, detail)


def at_least(name: str, ratio: float, goal: float, detail: str = "") -> Measure:
    return Measure(name, ratio, goal, ">=", ratio >= goal, detail)


def count_at_most(name: str, count: int, goal: int, detail: str = "") -> Measure:
    return Measure(name, count, goal, "<=", count <= goal, detail, exact=True)


class Cost(NamedTuple):
    """What one call took: seconds on the wall and on the processors."""

    wall: float
    cpu: float


@dataclass
class Rounds:
    """The costs of every side, round by round."""

    costs: dict[str, list[Cost]] = field(default_factory=dict)

    def ratio(self, side: str, base: str, what: Literal["wall", "cpu"] = "wall", *, per: float = 1.0) -> float:
        """The median over the rounds of side ÷ base; `per` corrects for a base that did more or less work (work ratio)."""
        pairs = zip(self._column(side, what), self._column(base, what), strict=True)
        return statistics.median(a / max(b, 1e-9) for a, b in pairs) * per

    def seconds(self, side: str, what: Literal["wall", "cpu"] = "wall") -> float:
        return statistics.median(self._column(side, what))

    def _column(self, side: str, what: Literal["wall", "cpu"]) -> list[float]:
        return [cost[Cost._fields.index(what)] for cost in self.costs[side]]

    def detail(self, *sides: str) -> str:
        return ", ".join(f"{side} {self.seconds(side) * 1000:.1f} ms" for side in sides)


@dataclass(frozen=True)
class BenchEnv:
    """What a scenario is given: how much to divide its sizes by, where to put files, and where to tell its progress."""

    scale: int
    folder: Path
    say: Callable[[str], None]

    def size(self, full: int, *, least: int = 1) -> int:
        return max(least, full // self.scale)


def interleaved(*, rounds: int = ROUNDS, before_each: Callable[[str], object] | None = None, **sides: Side) -> Rounds:
    """Call every side once per round, in turn, starting with another one each round; at least five rounds.

    `before_each(side)` runs unmeasured before every call, to put the data back.
    """
    if rounds < ROUNDS:
        raise ValueError(f"A ratio needs at least {ROUNDS} rounds.")
    names, result = list(sides), Rounds({name: [] for name in sides})
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            if before_each is not None:
                before_each(name)
            result.costs[name].append(cost_of(sides[name]))
    return result


def cost_of(act: Side) -> Cost:
    """Measure one call. The collector runs before, not during."""
    backend = _backend_pid()
    gc.collect()
    cpu, wall = _cpu_seconds(backend), time.perf_counter()
    act()
    wall = time.perf_counter() - wall
    return Cost(wall=wall, cpu=_cpu_seconds(backend) - cpu)


@dataclass
class Latencies:
    """The wall seconds of single calls, every side's, round by round."""

    seconds: dict[str, list[list[float]]]

    def ratio(self, side: str, base: str, percent: int = 50) -> float:
        """The median over the rounds of side's percentile ÷ base's."""
        pairs = zip(self.seconds[side], self.seconds[base], strict=True)
        return statistics.median(percentile(a, percent) / percentile(b, percent) for a, b in pairs)

    def detail(self, *sides: str, percent: int = 50) -> str:
        typical = {side: statistics.median(percentile(times, percent) for times in self.seconds[side]) for side in sides}
        return ", ".join(f"{side} {seconds * 1000:.1f} ms" for side, seconds in typical.items())


def percentile(times: list[float], percent: int) -> float:
    """The smallest time that at least `percent` of them do not exceed."""
    ranked = sorted(times)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]


def latencies(*, times: int, rounds: int = ROUNDS, **sides: Side) -> Latencies:
    """Time every side's calls one by one, `times` calls a round, the sides call by call in turn."""
    result = Latencies({name: [[] for _ in range(rounds)] for name in sides})
    for number in range(rounds):
        gc.collect()
        for _ in range(times):
            for name, act in sides.items():
                began = time.perf_counter()
                act()
                result.seconds[name][number].append(time.perf_counter() - began)
    return result


def _cpu_seconds(backend: int) -> float:
    return time.process_time() + (_process_cpu(backend) if backend else 0.0)


def _backend_pid() -> int:
    if connection.vendor != "postgresql":
        return 0
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


def _process_cpu(pid: int) -> float:
    """Seconds a process has been on a processor; nanosecond counts where the kernel keeps them, else its 10 ms ticks."""
    schedstat = Path(f"/proc/{pid}/schedstat")
    if schedstat.exists():
        return int(schedstat.read_text().split()[0]) / 1e9
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Statements:
    """How many SQL statements ran, and which."""

    sql: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.sql)


@contextmanager
def statements() -> Iterator[Statements]:
    """Count the statements of a block; savepoints and transaction marks are not counted."""
    seen = Statements()

    def note(execute: Callable[..., object], sql: str, params: object, many: bool, context: object) -> object:
        seen.sql.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


@contextmanager
def peak_growth() -> Iterator[Callable[[], float]]:
    """How many MiB the process's resident memory rose above its start during the block, at its highest.

    The kernel keeps the high-water mark and lets a process reset its own; elsewhere than on Linux the answer is an upper
    bound: the growth of the mark since the process began.
    """
    gc.collect()
    start = _memory_mib("VmRSS")
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    yield lambda: max(0.0, _memory_mib("VmHWM") - start)


def _memory_mib(which: str) -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith(which))
    return int(line.split()[1]) / 1024
