"""What a call log does not say, estimated from what it says: who was on duty, hidden work after calls, patience."""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from itertools import pairwise

import msgspec

from battito.twin.model import Group, merged
from battito.twin.recording import Call, Recording
from battito.twin.scenario import Patience

BREAK_S = 1200.0
"""An agent without a call for longer than this was not there."""

LEAST_SHARE = 0.02
"""A queue that makes up less of an agent's calls than this is not one of theirs."""

HAZARD_ENDS = (5.0, 15.0, 30.0, 60.0, 120.0, 240.0)
"""Where the hazard of giving up may change."""

LEAST_LOST = 25
"""Who must give up in a stretch of waiting time for it to have a rate of its own."""

LEAST_ABANDONED = 100
"""With fewer calls given up, patience is taken as exponential: there is too little to tell how it changes."""


class Calibration(msgspec.Struct, frozen=True):
    """What was learned. `after_s`: seconds between a call and the agent's next one while somebody waited."""

    patience: dict[str, Patience | None]
    after_s: dict[str, list[float]]
    handle_s: dict[str, list[float]]
    calls: int

    def mean_after_s(self) -> float:
        """The mean hidden time after a call, over all observations."""
        values = [value for one in self.after_s.values() for value in one]
        return math.fsum(values) / len(values) if values else 0.0

    def stretched(self, factor: float) -> "Calibration":
        """The same with all hidden time so many times as long."""
        after_s = {queue: [value * factor for value in values] for queue, values in self.after_s.items()}
        return msgspec.structs.replace(self, after_s=after_s)


def calibrate(recording: Recording) -> Calibration:
    """Learn from a recorded period."""
    queues = recording.queues()
    return Calibration(
        patience={queue: fit_patience(_waits(recording, queue)) for queue in queues},
        after_s=hidden_work(recording),
        handle_s={
            queue: [call.handle_s for call in recording.calls if call.queue == queue and call.answered]
            for queue in queues
        },
        calls=len(recording.calls),
    )


def uncalibrated(recording: Recording) -> Calibration:
    """The log taken at its word: nothing after calls, and people as patient as those who gave up were on average."""
    learned = calibrate(recording)
    naive: dict[str, Patience | None] = {}
    for queue in recording.queues():
        gave_up = [wait for wait, answered in _waits(recording, queue) if not answered]
        naive[queue] = Patience(mean_s=max(math.fsum(gave_up) / len(gave_up), 1.0)) if gave_up else None
    return Calibration(naive, {}, learned.handle_s, learned.calls)


def _waits(recording: Recording, queue: str) -> list[tuple[float, bool]]:
    return [(call.wait_s, call.answered) for call in recording.calls if call.queue == queue]


def fit_patience(waits: list[tuple[float, bool]]) -> Patience | None:
    """Patience from waits that ended by an answer (True: the patience was longer) or by giving up.

    The maximum likelihood for right-censored waits: in each stretch of waiting time, those who gave up over the
    seconds all together waited in it. With one stretch this is the exponential: total waiting over abandonments.
    None when nobody gave up.
    """
    gave_up = sum(not answered for _, answered in waits)
    if gave_up == 0:
        return None
    if gave_up < LEAST_ABANDONED:
        return Patience(mean_s=max(math.fsum(wait for wait, _ in waits) / gave_up, 1e-3))
    hazard: list[tuple[float | None, float]] = []
    start = 0.0
    for end in _stretches(waits):
        exposure = math.fsum(min(wait, end) - start for wait, _ in waits if wait > start)
        lost = sum(not answered and start < wait <= end for wait, answered in waits)
        hazard.append((None if math.isinf(end) else end, lost / exposure))
        start = end
    return Patience(hazard=hazard)


def _stretches(waits: list[tuple[float, bool]]) -> list[float]:
    """The ends of stretches of waiting time, joined until in each enough gave up to tell a rate."""
    gave_up = sorted(wait for wait, answered in waits if not answered)
    ends: list[float] = []
    before = 0
    for end in HAZARD_ENDS:
        reached = bisect_right(gave_up, end)
        if reached - before >= LEAST_LOST and len(gave_up) - reached >= LEAST_LOST:
            ends.append(end)
            before = reached
    return [*ends, math.inf]


def by_agent(recording: Recording) -> dict[str, list[Call]]:
    """Each agent's answered calls, in order of their start."""
    found: dict[str, list[Call]] = defaultdict(list)
    for call in recording.calls:
        if call.answered and call.agent is not None:
            found[call.agent].append(call)
    for calls in found.values():
        calls.sort(key=lambda call: call.started)
    return dict(sorted(found.items()))


def skills_of(calls: list[Call]) -> dict[str, int]:
    """The queues an agent served, at level 1."""
    used = Counter(call.queue for call in calls)
    return {queue: 1 for queue, count in sorted(used.items()) if count >= LEAST_SHARE * len(calls)}


def staff(recording: Recording, start: float) -> list[Group]:
    """Who was on duty when: as recorded, or from an agent's first call to the last, without the breaks. Times from
    `start`."""
    if recording.duty:
        return [
            Group(
                one.agent, 1, one.skills, None if one.channels is None else frozenset(one.channels), one.capacity,
                merged([(max(low - start, 0.0), high - start) for low, high in one.spans if high > max(low, start)]),
            )
            for one in recording.duty
        ]  # fmt: skip
    groups = []
    for agent, calls in by_agent(recording).items():
        spans: list[tuple[float, float]] = []
        for call in calls:
            if spans and call.started - spans[-1][1] <= BREAK_S:
                spans[-1] = (spans[-1][0], max(spans[-1][1], call.ended))
            else:
                spans.append((call.started, call.ended))
        windows = merged([(max(low - start, 0.0), high - start) for low, high in spans if high > low])
        groups.append(Group(agent, 1, skills_of(calls), None, 100, windows))
    return groups


def hidden_work(recording: Recording) -> dict[str, list[float]]:
    """Seconds from the end of a call to the agent's next, where somebody they serve was waiting all the while.

    An agent who is free takes who waits at once; the time until they do is work, or rest, that the log does not show.
    Counted when somebody waited as the call ended and the next caller had waited too; by the queue of the first call.
    """
    waiting = {queue: _Waiting(recording, queue) for queue in recording.queues()}
    found: dict[str, list[float]] = defaultdict(list)
    for calls in by_agent(recording).values():
        skills = skills_of(calls)
        for call, following in pairwise(calls):
            gap = following.started - call.ended
            if gap > BREAK_S or following.wait_s <= 0:
                continue
            if any(waiting[queue].at(call.ended) for queue in skills):
                found[call.queue].append(max(gap, 0.0))
    return dict(found)


class _Waiting:
    """How many waited in a queue at any moment."""

    def __init__(self, recording: Recording, queue: str) -> None:
        calls = [call for call in recording.calls if call.queue == queue and call.wait_s > 0]
        self._starts = sorted(call.at for call in calls)
        self._ends = sorted(call.started for call in calls)

    def at(self, moment: float) -> int:
        return bisect_right(self._starts, moment) - bisect_right(self._ends, moment)
