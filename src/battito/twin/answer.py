"""A question to the twin and its answer, whole: what the worker process does. Pure, but for the time it takes."""

import math
import time
from collections.abc import Callable, Sequence

import msgspec

from battito.twin import series
from battito.twin.calibration import Calibration
from battito.twin.changes import Changes, changed
from battito.twin.limits import check, contacts
from battito.twin.model import build
from battito.twin.notes import Note
from battito.twin.recording import Recording
from battito.twin.replay import ReplayError, Terms, replay
from battito.twin.run import Figures, Result, differences, result
from battito.twin.scenario import RecordingRule, Scenario, ScenarioError
from battito.twin.series import Series, play

REPLAY_REPLICATIONS = 5
QUICK = 300_000
"""Contacts that are simulated within a few seconds."""


class Question(msgspec.Struct, kw_only=True):
    """What is asked. With `changes` or `second` two scenarios are compared; with `recording` the first is tried on it
    from `start` to `end` (seconds by the log's own clock), and what is learned there goes into the answer."""

    first: Scenario
    second: Scenario | None = None
    changes: list[Changes] = []
    recording: Recording | None = None
    start: float = 0.0
    end: float = 0.0
    learn: bool = False
    """Whether the hidden time after contacts that was found is added to both scenarios."""


class Answer(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Differences first, then levels. `error` and `replay`: how far a replay of recorded contacts is from the record."""

    differences: Figures | None = None
    first: Result
    second: Result | None = None
    difference_series: Series | None = None
    first_series: Series
    second_series: Series | None = None
    error: ReplayError | None = None
    replay: Terms | None = None
    notes: list[Note] = []
    seconds: float = 0.0


def second_of(question: Question) -> Scenario | None:
    """The other scenario, under the same luck. Raises `ScenarioError`."""
    first, second = question.first, question.second
    if question.changes:
        second = changed(second or first, question.changes)
        if question.second is None:
            second.name = None
    if second is None:
        return None
    if (first.hours, first.warmup_hours, first.start) != (second.hours, second.warmup_hours, second.start):
        raise ScenarioError(
            "Two scenarios can only be compared over the same `hours`, `warmup_hours` and `start`.", "compare.hours"
        )
    second.seed, second.replications, second.confidence = first.seed, first.replications, first.confidence
    return second


def fitting(scenario: Scenario, runs: int) -> int:
    """As many replications as are answered within seconds: from 4 to those asked for."""
    affordable = int(QUICK / max(contacts(scenario) * runs, 1.0))
    return max(min(scenario.replications, affordable), min(scenario.replications, 4))


def answer(question: Question, progress: Callable[[float], None]) -> Answer:
    """Run what is asked; `progress` hears shares of the whole. Raises `ScenarioError`."""
    begun = time.monotonic()
    first, second = question.first, second_of(question)
    scenarios = [first] if second is None else [first, second]
    for one in scenarios:
        check(one, len(scenarios))
    share = 0.4 if question.recording is not None else 0.0
    notes: list[Note] = []
    error, terms = None, None
    if question.recording is not None:
        tried = _tried(question, first)
        error, terms = tried.error, tried.terms
        progress(share)
        if question.learn and _better(tried.error):
            notes = _learned(scenarios, tried.learned)
    done, total = 0, sum(one.replications for one in scenarios)

    def step() -> None:
        nonlocal done
        done += 1
        progress(share + (1.0 - share) * done / total)

    models = [build(one) for one in scenarios]
    played = [play(model, one.replications, step) for model, one in zip(models, scenarios, strict=True)]
    levels = [result(one, model, runs.runs) for one, model, runs in zip(scenarios, models, played, strict=True)]
    courses = [series.levels(one, scenario) for one, scenario in zip(played, scenarios, strict=True)]
    if second is None:
        return Answer(
            first=levels[0],
            first_series=courses[0],
            error=error,
            replay=terms,
            notes=notes,
            seconds=time.monotonic() - begun,
        )
    return Answer(
        differences=differences(played[0].runs, played[1].runs, first.confidence),
        first=levels[0],
        second=levels[1],
        difference_series=series.changes(played[0], played[1], first),
        first_series=courses[0],
        second_series=courses[1],
        error=error,
        replay=terms,
        notes=notes,
        seconds=time.monotonic() - begun,
    )


class _Tried(msgspec.Struct):
    error: ReplayError
    terms: Terms
    learned: Calibration


def _tried(question: Question, first: Scenario) -> _Tried:
    assert question.recording is not None
    scenario = msgspec.structs.replace(
        first, replications=min(max(first.replications, 2), REPLAY_REPLICATIONS), recording=None
    )
    if question.recording.duty or any(call.agent for call in question.recording.calls):
        scenario.recording, scenario.agents = RecordingRule("workspace"), []
    found = replay(scenario, question.recording, question.start, question.end)
    return _Tried(found.error, found.terms, found.learned)


def _better(error: ReplayError) -> bool:
    return abs(error.calibrated["mean_wait_s"].difference) < abs(error.uncalibrated["mean_wait_s"].difference)


def _learned(scenarios: Sequence[Scenario], learned: Calibration) -> list[Note]:
    """Add the hidden time after contacts to the wrap-up of the queues it was found in."""
    notes = []
    for queue, values in sorted(learned.after_s.items()):
        mean = round(math.fsum(values) / len(values), 1) if values else 0.0
        if mean < 0.5 or not any(queue in one.queues for one in scenarios):
            continue
        for one in scenarios:
            if queue in one.queues:
                one.queues[queue].wrap_up_s += mean
        notes.append(Note("hidden-time", queue, cases=len(values), value=f"{mean:.0f} s"))
    return notes
