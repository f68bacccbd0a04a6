"""Numbers over the day and back: rates and people by half hour, shifts as windows of the clock. Pure."""

import math
from collections.abc import Sequence
from typing import Final

SLOT_S: Final = 1800.0
SLOTS: Final = 48
"""Half hours of a day."""
DAY_S: Final = 86_400.0

Steps = list[tuple[float, int]]
"""From a second of the day on, so many people; the first begins at 0, each holds until the next, the last until midnight."""


def mean_over(slots: Sequence[float], start_s: float, end_s: float) -> float:
    """The time-weighted mean of values by half hour between two seconds of the clock (past midnight goes on)."""
    if end_s <= start_s:
        return 0.0
    parts = []
    at = start_s
    while at < end_s - 1e-9:
        slot = math.floor(at / SLOT_S + 1e-9)
        until = min((slot + 1) * SLOT_S, end_s)
        parts.append(slots[slot % SLOTS] * (until - at))
        at = until
    return math.fsum(parts) / (end_s - start_s)


def from_moment(slots: Sequence[float], start_s: float, hours: float) -> list[float]:
    """Values by half hour counted from `start_s` instead of from midnight."""
    count = max(math.ceil(hours * 3600.0 / SLOT_S - 1e-9), 1)
    return [mean_over(slots, start_s + n * SLOT_S, start_s + (n + 1) * SLOT_S) for n in range(count)]


def steps_of(counts: Sequence[float]) -> Steps:
    """People by half hour, rounded, as steps."""
    found: Steps = []
    for slot, value in enumerate(counts):
        people = math.floor(value + 0.5)
        if not found or found[-1][1] != people:
            found.append((slot * SLOT_S, people))
    return found or [(0.0, 0)]


def steps_of_windows(entries: Sequence[tuple[int, Sequence[tuple[float, float]]]]) -> Steps:
    """The steps of several groups: each so many people in windows of the clock (an end before its start: past midnight)."""
    changes: dict[float, int] = {0.0: 0}
    for count, spans in entries:
        for low, high in spans:
            for begin, end in _within_day(low, high):
                changes[begin] = changes.get(begin, 0) + count
                changes[end] = changes.get(end, 0) - count
    found: Steps = []
    people = 0
    for at in sorted(changes):
        people += changes[at]
        if at < DAY_S and (not found or found[-1][1] != people):
            found.append((at, people))
    return found


def _within_day(low: float, high: float) -> list[tuple[float, float]]:
    if high > low:
        return [(low, high)]
    return [part for part in ((low, DAY_S), (0.0, high)) if part[1] > part[0]]


def fewer(steps: Steps, count: int, low: float, high: float) -> Steps:
    """So many people fewer between two seconds of the clock, never below nobody."""
    inside = _within_day(low, high)

    def at(moment: float) -> int:
        people = next(value for start, value in reversed(steps) if start <= moment)
        away = any(begin <= moment < end for begin, end in inside)
        return max(people - count, 0) if away else people

    moments = sorted({start for start, _ in steps} | {edge for span in inside for edge in span if edge < DAY_S})
    found: Steps = []
    for moment in moments:
        people = at(moment)
        if not found or found[-1][1] != people:
            found.append((moment, people))
    return found


def most(steps: Steps, low: float, high: float) -> int:
    """The most people at any moment between two seconds of the clock."""
    inside = _within_day(low, high)
    return max(
        (
            people
            for (start, people), end in zip(steps, [*(s for s, _ in steps[1:]), DAY_S], strict=True)
            if any(start < until and end > begin for begin, until in inside)
        ),
        default=0,
    )


def layers(steps: Steps) -> list[tuple[int, list[str]]]:
    """Steps as groups of people with shifts ("08:00-16:30"): the n-th person works whenever n or more do."""
    ends = [*(start for start, _ in steps[1:]), DAY_S]
    found: list[tuple[int, list[str]]] = []
    for person in range(1, max((people for _, people in steps), default=0) + 1):
        spans: list[tuple[float, float]] = []
        for (start, people), end in zip(steps, ends, strict=True):
            if people < person:
                continue
            if spans and spans[-1][1] == start:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
        shift = [f"{clock_text(low)}-{clock_text(high)}" for low, high in spans]
        if found and found[-1][1] == shift:
            found[-1] = (found[-1][0] + 1, shift)
        else:
            found.append((1, shift))
    return found


def clock_text(seconds: float) -> str:
    """ "08:30", or with seconds where there are some; midnight at the end of a day is 24:00."""
    whole = round(seconds)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}"
    return text if whole % 60 == 0 else f"{text}:{whole % 60:02d}"
