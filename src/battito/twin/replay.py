"""A recorded period played again: same callers, same people on duty, the routing of the scenario.

What the log does not show comes from a calibration on an earlier period. How far the replay is from what happened is
part of every answer, beside the error of a replay without calibration.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from battito.twin.calibration import Calibration, calibrate, staff, uncalibrated
from battito.twin.draws import draw_patience, stream
from battito.twin.measure import Counts, Tally, count
from battito.twin.measure import merged as merged_tallies
from battito.twin.model import DAY, HOUR, Arrival, Arrivals, Model, engine_queue, engine_settings, group, inflow
from battito.twin.recording import Call, Recording
from battito.twin.run import Runs
from battito.twin.scenario import QueueRule, Scenario, ScenarioError
from battito.twin.simulation import Simulation

LEARN_LEAST = 200
"""Calls needed before the period to calibrate on them; otherwise the period itself must do, and this is said."""

TUNE_MOST = 15_000
"""Calls replayed to find the size of hidden time."""
TUNE_STEPS, TUNE_REPLICATIONS = 8, 2


class Error(msgspec.Struct, frozen=True):
    """How far a replay is from the record.

    `hourly`: the mean distance hour by hour, each hour counting by its calls.
    """

    recorded: float
    simulated: float
    difference: float
    hourly: float


class ReplayError(msgspec.Struct, frozen=True):
    """By metric, with calibration and without."""

    calibrated: dict[str, Error]
    uncalibrated: dict[str, Error]
    queues: dict[str, dict[str, Error]] = {}
    """Calibrated, queue by queue."""


class Terms(msgspec.Struct, frozen=True):
    """What a replay was made of. `in_sample`: calibrated on the very period it plays."""

    calls: int
    agents: int
    learned_from: int
    in_sample: bool
    mean_after_call_s: float


class Replay(msgspec.Struct, frozen=True):
    """A replay: the runs for figures and comparisons, and the error."""

    runs: Runs
    model: Model
    error: ReplayError
    terms: Terms
    learned: Calibration


def replay(
    scenario: Scenario, recording: Recording, start: float, end: float, learned: Calibration | None = None
) -> Replay:
    """Play the calls from `start` to `end` (seconds since 1970) under the scenario's rules.

    `learned`: the calibration of the scenario this one is compared with. Otherwise it is learned under this one's.
    """
    played = recording.between(start, end)
    if not played.calls:
        raise ScenarioError("The call log has no calls in this period.")
    before = recording.between(-math.inf, start)
    in_sample = len(before.calls) < LEARN_LEAST
    learned_from = played if in_sample else before
    calibrated = learned or tuned(scenario, learned_from, calibrate(learned_from))
    model = build(scenario, played, calibrated, start, end)
    hourly, runs = _simulate(model, scenario.replications)
    plain = build(scenario, played, uncalibrated(learned_from), start, end)
    plain_hourly, _ = _simulate(plain, scenario.replications)
    recorded = _recorded(model, played, start)
    targets = [one.target_s for one in model.inflows]
    every = range(len(targets))
    return Replay(
        runs=runs,
        model=model,
        error=ReplayError(
            _errors(recorded, hourly, targets, every),
            _errors(recorded, plain_hourly, targets, every),
            {one.queue: _errors(recorded, hourly, targets, [place]) for place, one in enumerate(model.inflows)},
        ),
        learned=calibrated,
        terms=Terms(
            calls=len(played.calls),
            agents=sum(one.count for one in model.groups),
            learned_from=calibrated.calls,
            in_sample=in_sample,
            mean_after_call_s=calibrated.mean_after_s(),
        ),
    )


def tuned(scenario: Scenario, recording: Recording, learned: Calibration) -> Calibration:
    """Stretch the hidden time after calls until a replay of what it was learned from waits as long as was recorded.

    Where nobody waits the log says nothing of hidden time, and short absences leave no trace at all: the observed
    gaps give the shape, the mean wait gives the size (the method of simulated moments, by bisection).
    """
    if not learned.after_s:
        return learned
    calls = recording.calls[-TUNE_MOST:]
    start, end = calls[0].at // DAY * DAY, calls[-1].at + 1.0
    part = Recording(calls)
    target = math.fsum(call.wait_s for call in calls)
    low, high = 0.0, 8.0
    for _ in range(TUNE_STEPS):
        factor = (low + high) / 2.0
        hours, _ = _simulate(build(scenario, part, learned.stretched(factor), start, end), TUNE_REPLICATIONS)
        waited = math.fsum(math.fsum(one.answered) + math.fsum(one.abandoned) for hour in hours for one in hour)
        if waited < target * TUNE_REPLICATIONS:
            low = factor
        else:
            high = factor
    return learned.stretched((low + high) / 2.0)


def build(scenario: Scenario, played: Recording, learned: Calibration, start: float, end: float) -> Model:
    """The model of a recorded period."""
    names = played.queues()
    rules = {name: scenario.queues.get(name) or QueueRule(requirement={name: 1}) for name in names}
    opened = datetime.fromtimestamp(start, UTC)
    known = msgspec.structs.replace(scenario, queues=rules, start=f"{opened:%H:%M:%S}", hours=(end - start) / HOUR)
    groups = [group(rule, place, known) for place, rule in enumerate(scenario.agents)]
    if scenario.recording is not None and scenario.recording.agents == "recorded":
        groups = staff(played, start) + groups
    if not groups:
        raise ScenarioError("Nobody is on duty: the log names no agents. Give `agents` in the scenario.")
    return Model(
        settings=engine_settings(known),
        queues=tuple(engine_queue(name, rule) for name, rule in rules.items()),
        inflows=tuple(
            inflow(name, rule, _again(scenario.seed, name, rule, played, learned, start))
            for name, rule in rules.items()
        ),
        groups=tuple(groups),
        warmup_s=0.0,
        end_s=math.ceil((end - start) / HOUR) * HOUR,
    )


def _again(seed: int, name: str, rule: QueueRule, played: Recording, learned: Calibration, start: float) -> Arrivals:
    """The recorded contacts of a queue; patience, time after calls and unknown handling times drawn at random."""
    calls = [call for call in played.calls if call.queue == name]
    handles = learned.handle_s.get(name) or [call.handle_s for call in calls if call.answered] or [1.0]
    after = learned.after_s.get(name) or [value for values in learned.after_s.values() for value in values] or [0.0]
    patience = rule.patience or learned.patience.get(name)

    def arrivals(replication: int) -> Iterator[Arrival]:
        patiences = draw_patience(patience, stream(seed, replication, name, "patience"))
        chance = stream(seed, replication, name, "handle")
        for call in calls:
            unknown, hidden = chance.choice(handles), chance.choice(after)
            handle = call.handle_s if call.answered else unknown
            yield call.at - start, max(handle + hidden, 1.0), patiences(), call.head_start_s

    return arrivals


Hours = list[list[Tally]]
"""Hour by hour, queue by queue in the model's order."""


def _simulate(model: Model, replications: int) -> tuple[Hours, Runs]:
    hours = max(round(model.end_s / HOUR), 1)
    total: Hours = [[Tally() for _ in model.inflows] for _ in range(hours)]
    counts: dict[str, list[Counts]] = {one.queue: [] for one in model.inflows}
    for replication in range(replications):
        simulation = Simulation(model, replication, hours)
        tallies = simulation.run()
        for place, one in enumerate(model.inflows):
            counts[one.queue].append(count(merged_tallies(stretch[place] for stretch in tallies), one))
        for hour, stretch in enumerate(tallies):
            total[hour] = [merged_tallies(pair) for pair in zip(total[hour], stretch, strict=True)]
    return total, Runs(counts, False)


def _recorded(model: Model, played: Recording, start: float) -> Hours:
    hours = [[Tally() for _ in model.inflows] for _ in range(max(round(model.end_s / HOUR), 1))]
    places = {one.queue: place for place, one in enumerate(model.inflows)}
    for call in played.calls:
        _note(hours[int((call.at - start) // HOUR)][places[call.queue]], call)
    return hours


def _note(tally: Tally, call: Call) -> None:
    tally.offered += 1
    (tally.answered if call.answered else tally.abandoned).append(call.wait_s)


_COMPARED = ("p_wait", "mean_wait_s", "service_level", "p_abandon")


def _values(tallies: Sequence[Tally], targets: Sequence[float]) -> dict[str, float]:
    """The figures of several queues together, each by its own target."""
    waits = [wait for tally in tallies for wait in (*tally.answered, *tally.abandoned)]
    if not waits:
        return dict.fromkeys(_COMPARED, 0.0)
    in_target = sum(wait <= target for tally, target in zip(tallies, targets, strict=True) for wait in tally.answered)
    return {
        "p_wait": sum(wait > 0 for wait in waits) / len(waits),
        "mean_wait_s": math.fsum(waits) / len(waits),
        "service_level": in_target / len(waits),
        "p_abandon": sum(len(tally.abandoned) for tally in tallies) / len(waits),
    }


def _errors(recorded: Hours, simulated: Hours, targets: Sequence[float], places: Sequence[int]) -> dict[str, Error]:
    """The errors of these queues (by their places) together."""
    chosen = [targets[place] for place in places]

    def values(hours: Hours) -> dict[str, float]:
        return _values([merged_tallies(hour[place] for hour in hours) for place in places], chosen)

    real, played = values(recorded), values(simulated)
    hours = []
    for one, two in zip(recorded, simulated, strict=True):
        calls = sum(one[place].offered for place in places)
        if calls:
            hours.append((calls, values([one]), values([two])))
    total = max(sum(calls for calls, _, _ in hours), 1)
    return {
        metric: Error(
            recorded=real[metric],
            simulated=played[metric],
            difference=played[metric] - real[metric],
            hourly=math.fsum(calls * abs(two[metric] - one[metric]) for calls, one, two in hours) / total,
        )
        for metric in _COMPARED
    }
