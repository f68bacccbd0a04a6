"""Results for people: tables whose every figure shows its interval, differences before levels."""

from battito.twin.intervals import Estimate
from battito.twin.replay import ReplayError, Terms
from battito.twin.run import Comparison, Figures, Result

SHOWN = (
    ("offered", "offered", 0),
    ("answered", "answered", 0),
    ("abandoned", "abandoned", 0),
    ("p_wait", "waiting at all", 1),
    ("mean_wait_s", "mean wait, s", 1),
    ("p90_wait_s", "90 % wait at most, s", 1),
    ("service_level", "service level", 1),
    ("occupancy", "occupancy", 1),
)
"""Metric, what it is called, decimals. Shares are shown in per cent."""

_SHARES = ("p_wait", "service_level", "occupancy", "p_abandon")


def levels(result: Result) -> str:
    """Each queue's figures."""
    terms = f"{result.hours:g} hours, the first {result.warmup_hours:g} not counted; " if result.warmup_hours else ""
    terms += f"{result.replications} replication{'s' * (result.replications != 1)}, {result.confidence:.0%} intervals"
    terms += f" by {result.method}, seed {result.seed}"
    return f"{result.scenario or 'Scenario'}: {terms}\n{_table(result.queues, signed=False)}"


def comparison(found: Comparison) -> str:
    """Differences first; a star marks those whose interval does not hold zero."""
    first, second = found.first.scenario or "first", found.second.scenario or "second"
    return "\n".join(
        (
            f"Difference, {second} minus {first}, with the same callers and the same luck (* = not by chance):",
            _table(found.differences, signed=True),
            levels(found.first),
            levels(found.second),
        )
    )


def replay_error(error: ReplayError, terms: Terms) -> str:
    """How far the replay is from the record."""
    source = "the same period" if terms.in_sample else "the calls before it"
    head = (
        f"Replay of {terms.calls} calls with {terms.agents} agent{'s' * (terms.agents != 1)}; calibrated on {terms.learned_from} calls "
        f"({source}): {terms.mean_after_call_s:.0f} s of hidden time after a call."
    )
    lines = [
        head,
        f"  {'':14}{'recorded':>10}{'replayed':>10}{'error':>9}{'by hour':>9}   {'uncalibrated':>12}{'error':>9}{'by hour':>9}",
    ]
    for metric, one in error.calibrated.items():
        plain = error.uncalibrated[metric]
        lines.append(
            f"  {metric:14}{_number(metric, one.recorded):>10}{_number(metric, one.simulated):>10}"
            f"{_number(metric, one.difference, signed=True):>9}{_number(metric, one.hourly):>9}   "
            f"{_number(metric, plain.simulated):>12}{_number(metric, plain.difference, signed=True):>9}"
            f"{_number(metric, plain.hourly):>9}"
        )
    return "\n".join(lines)


def _table(figures: Figures, *, signed: bool) -> str:
    lines = []
    for queue, metrics in figures.items():
        lines.append(f"  {queue}")
        for metric, name, decimals in SHOWN:
            one = metrics[metric]
            star = "*" if signed and _certain(one) else " "
            lines.append(
                f"    {name:22}{_number(metric, one.value, decimals, signed=signed):>10} {star} {_interval(metric, one, decimals, signed=signed)}"
            )
        unresolved = metrics["unresolved"].value
        if not signed and unresolved:
            lines.append(f"    {'still waiting at end':22}{unresolved:>10.0f}")
    return "\n".join(lines)


def _certain(one: Estimate) -> bool:
    return one.low is not None and not one.holds(0.0)


def _interval(metric: str, one: Estimate, decimals: int, *, signed: bool) -> str:
    if one.low is None:
        return ""
    low, high = (_number(metric, side, decimals, signed=signed) for side in (one.low, one.high))
    return f"[{low}, {high}]"


def _number(metric: str, value: float | None, decimals: int = 1, *, signed: bool = False) -> str:
    if value is None:
        return "-"
    sign = "+" if signed else ""
    if metric in _SHARES:
        return f"{value * 100:{sign}.{max(decimals, 1)}f} %"
    return f"{value:{sign},.{decimals}f}"
