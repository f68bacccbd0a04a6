"""`battito twin run SCENARIO.yaml [--json] [--replay FROM TO] [--compare OTHER.yaml] [--log FILE]`, and `twin live`."""

import argparse
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET

from battito.platform.database import Database
from battito.platform.errors import Problem
from battito.twin import report
from battito.twin.calibration import Calibration
from battito.twin.model import build
from battito.twin.models import LiveScenario, LiveWish, PeriodWish
from battito.twin.queries import Recorded, live_scenario, recorded
from battito.twin.reading import load
from battito.twin.recording import Recording, period, read
from battito.twin.replay import Replay, ReplayError, Terms, replay
from battito.twin.run import Comparison, Result, differences, result, simulate
from battito.twin.scenario import AgentRule, RecordingRule, Scenario, ScenarioError


class ReplayResult(msgspec.Struct, frozen=True):
    """What a replay says: how far to trust it, then the figures."""

    error: ReplayError
    replay: Terms
    result: Result | Comparison


T = TypeVar("T")
MOST_CALLS = 100_000
"""Recorded contacts in a replay from the command line."""

WORKSPACE = "workspace"
"""In the place of a file: the contacts that this installation recorded itself."""

Opener = Callable[[Callable[[Database], Awaitable[int]]], int]
"""Opens the installation's database for some work."""


def main(argv: Sequence[str], opener: Opener | None = None) -> int:
    """Run the command; the exit status is 0, or 2 when a file or an argument cannot be used."""
    options = _parser().parse_args(argv)
    try:
        if options.command == "live":
            print(_live(options, opener))
            return 0
        answer = _answer(options, opener)
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(_flat(answer)), indent=2).decode() + "\n")
    else:
        print(_text(answer))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="battito twin", description="Ask the twin what happens if.")
    verbs = parser.add_subparsers(dest="command", required=True, metavar="run|live")
    run = verbs.add_parser("run", help="simulate a scenario, compare two, or replay recorded calls")
    run.add_argument("scenario", type=Path, metavar="SCENARIO.yaml")
    run.add_argument("--json", action="store_true", help="print the result as JSON")
    run.add_argument("--compare", type=Path, metavar="OTHER.yaml", help="print the difference to this scenario first")
    run.add_argument(
        "--replay",
        nargs=2,
        metavar=("FROM", "TO"),
        help="play recorded calls of this period (2026-03-01 or with a time)",
    )
    run.add_argument(
        "--log", type=Path, metavar="FILE", help="the call log to replay (default: what this installation recorded)"
    )
    run.add_argument("--workspace", metavar="NAME", help="whose contacts to replay, where there are several")
    live = verbs.add_parser("live", help="the workspace as a scenario: its queues, people, and recorded contacts")
    live.add_argument("--workspace", metavar="NAME", help="which, where there are several")
    live.add_argument("--from", dest="from_", metavar="DAY", help="count contacts from this day on (28 days ago)")
    live.add_argument("--to", metavar="DAY", help="until the end of this day (yesterday)")
    live.add_argument(
        "--weekday", metavar="0-6|all", help="only of this weekday, 0 is Monday (the one of today); all: every day"
    )
    live.add_argument("--now", action="store_true", help="from now to the end of the day, with who waits and is there")
    live.add_argument("--json", action="store_true", help="as JSON, with where each part comes from")
    return parser


def _live(options: argparse.Namespace, opener: Opener | None) -> str:
    weekday = UNSET if options.weekday is None else None if options.weekday == "all" else options.weekday
    given = {"from": options.from_, "to": options.to, "weekday": weekday, "now": options.now}
    try:
        wish = msgspec.convert(
            {key: value for key, value in given.items() if value is not UNSET}, LiveWish, strict=False
        )
    except msgspec.ValidationError as error:
        raise ScenarioError(f"{error}. Days are written 2026-03-01, weekdays 0 to 6 or all.") from error

    async def make(connection: Any, workspace_id: UUID) -> LiveScenario:
        return await live_scenario(connection, workspace_id, wish)

    found = _in_workspace(options.workspace, opener, make)
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() if options.json else found.yaml.rstrip()


def _in_workspace(name: str | None, opener: Opener | None, work: Callable[[Any, UUID], Awaitable[T]]) -> T:
    """Something of the workspace in the installation's database."""
    if opener is None:
        raise ScenarioError("There is nothing to replay: no installation is here to ask, and no --log FILE was given.")
    box: list[T] = []

    async def run(database: Database) -> int:
        async with database.reading() as connection:
            # a person at the server's console is not confined to a workspace: they name it
            rows = await connection.fetch(
                "select id, slug from workspace where $1::text is null or slug = $1 or name = $1 order by slug", name
            )
            if len(rows) != 1:
                every = await connection.fetch("select slug from workspace order by slug")
                raise ScenarioError(f"Say which workspace with --workspace: {', '.join(row['slug'] for row in every)}.")
            try:
                box.append(await work(connection, rows[0]["id"]))
            except Problem as error:
                raise ScenarioError(error.detail) from error
        return 0

    opener(run)
    return box[0]


def _answer(options: argparse.Namespace, opener: Opener | None) -> Result | Comparison | ReplayResult:
    replayed = options.replay is not None
    first = _load(options.scenario, options.log, replayed=replayed)
    second = None if options.compare is None else _load(options.compare, options.log, replayed=replayed)
    if options.replay is None:
        return _drawn(first, second)
    if first.recording is None:
        first.recording = RecordingRule(WORKSPACE)
        if second is not None and second.recording is None:
            second.agents = _on_top(first.agents, second.agents)
            second.recording = first.recording
        first.agents = []  # who was there was recorded
    start, end = options.replay
    return _replayed(first, second, start, end, options.workspace, opener)


def _on_top(first: Sequence[AgentRule], second: Sequence[AgentRule]) -> list[AgentRule]:
    """The people that the second scenario has and the first has not; both also stand for those who were recorded."""
    rest = [(one.count, msgspec.structs.replace(one, count=0)) for one in first]
    more = []
    for one in second:
        alike = msgspec.structs.replace(one, count=0)
        there = next((place for place, (_, other) in enumerate(rest) if other == alike), None)
        count = one.count - (rest.pop(there)[0] if there is not None else 0)
        if count < 0:
            rest.append((-count, alike))
        elif count:
            more.append(msgspec.structs.replace(one, count=count))
    if any(count for count, _ in rest):
        raise ScenarioError(
            "Who was there was recorded, and a replay has them all: compare with more people, not with fewer."
        )
    return more


def _load(path: Path, log: Path | None, *, replayed: bool) -> Scenario:
    scenario = load(path, replayed=replayed)
    if log is not None:
        kept = "recorded" if scenario.recording is None else scenario.recording.agents
        scenario.recording = RecordingRule(str(log), "auto", kept)
    return scenario


def _drawn(first: Scenario, second: Scenario | None) -> Result | Comparison:
    model = build(first)
    if second is None:
        return result(first, model, simulate(model, first.replications))
    second.seed, second.replications = first.seed, first.replications
    second.confidence = first.confidence
    other = build(second)
    if (model.warmup_s, model.end_s) != (other.warmup_s, other.end_s):
        raise ScenarioError("Two scenarios can only be compared over the same `hours` and `warmup_hours`.")
    one, two = simulate(model, first.replications), simulate(other, first.replications)
    return Comparison(differences(one, two, first.confidence), result(first, model, one), result(second, other, two))


def _replayed(
    first: Scenario, second: Scenario | None, start: str, end: str, workspace: str | None, opener: Opener | None
) -> ReplayResult:
    assert first.recording is not None
    low, high = period(start, end)
    if first.recording.file == WORKSPACE:
        recording, low, high = _recorded(start, end, workspace, opener)
    else:
        recording = read(Path(first.recording.file), first.recording.format)
    played = _play(first, recording, low, high)
    levels = result(first, played.model, played.runs)
    if second is None:
        return ReplayResult(played.error, played.terms, levels)
    second.recording = second.recording or first.recording
    second.seed, second.replications = first.seed, first.replications
    # what is asked is what the change does to the people and callers of the first scenario
    other = _play(second, recording, low, high, played.learned)
    return ReplayResult(
        played.error,
        played.terms,
        Comparison(
            differences(played.runs, other.runs, first.confidence), levels, result(second, other.model, other.runs)
        ),
    )


def _recorded(start: str, end: str, workspace: str | None, opener: Opener | None) -> tuple[Recording, float, float]:
    try:
        wish = PeriodWish(from_=date.fromisoformat(start), to=date.fromisoformat(end))
    except ValueError as error:
        raise ScenarioError(
            f"What was recorded here is replayed by whole days, such as 2026-03-01: {error}."
        ) from error

    async def make(connection: Any, workspace_id: UUID) -> Recorded:
        return await recorded(connection, workspace_id, wish, most=MOST_CALLS)

    found = _in_workspace(workspace, opener, make)
    return found.recording, found.start, found.end


def _play(
    scenario: Scenario, recording: Recording, low: float, high: float, learned: Calibration | None = None
) -> Replay:
    if scenario.replications < 2:
        scenario.replications = 2  # a replay's interval comes from its replications
    return replay(scenario, recording, low, high, learned)


def _flat(answer: Result | Comparison | ReplayResult) -> object:
    """A replay's figures stand beside its error, at the top level, as they do without a replay."""
    if isinstance(answer, ReplayResult):
        return {"error": answer.error, "replay": answer.replay, **msgspec.structs.asdict(answer.result)}
    return answer


def _text(answer: Result | Comparison | ReplayResult) -> str:
    if isinstance(answer, ReplayResult):
        return f"{report.replay_error(answer.error, answer.replay)}\n{_text(answer.result)}"
    return report.comparison(answer) if isinstance(answer, Comparison) else report.levels(answer)
