"""`battito twin run SCENARIO.yaml [--json] [--replay FROM TO] [--compare OTHER.yaml] [--log FILE]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from battito.twin import report
from battito.twin.calibration import Calibration
from battito.twin.model import build
from battito.twin.reading import load
from battito.twin.recording import Recording, period, read
from battito.twin.replay import Replay, ReplayError, Terms, replay
from battito.twin.run import Comparison, Result, differences, result, simulate
from battito.twin.scenario import RecordingRule, Scenario, ScenarioError


class ReplayResult(msgspec.Struct, frozen=True):
    """What a replay says: how far to trust it, then the figures."""

    error: ReplayError
    replay: Terms
    result: Result | Comparison


def main(argv: Sequence[str]) -> int:
    """Run the command; the exit status is 0, or 2 when a file or an argument cannot be used."""
    options = _parser().parse_args(argv)
    try:
        answer = _answer(options)
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
    run = parser.add_subparsers(dest="command", required=True, metavar="run").add_parser(
        "run", help="simulate a scenario, compare two, or replay recorded calls"
    )
    run.add_argument("scenario", type=Path, metavar="SCENARIO.yaml")
    run.add_argument("--json", action="store_true", help="print the result as JSON")
    run.add_argument("--compare", type=Path, metavar="OTHER.yaml", help="print the difference to this scenario first")
    run.add_argument(
        "--replay",
        nargs=2,
        metavar=("FROM", "TO"),
        help="play recorded calls of this period (2026-03-01 or with a time)",
    )
    run.add_argument("--log", type=Path, metavar="FILE", help="the call log to replay, if the scenario names none")
    return parser


def _answer(options: argparse.Namespace) -> Result | Comparison | ReplayResult:
    replayed = options.replay is not None
    first = _load(options.scenario, options.log, replayed=replayed)
    second = None if options.compare is None else _load(options.compare, options.log, replayed=replayed)
    if options.replay is None:
        return _drawn(first, second)
    return _replayed(first, second, *options.replay)


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


def _replayed(first: Scenario, second: Scenario | None, start: str, end: str) -> ReplayResult:
    if first.recording is None:
        raise ScenarioError("There is nothing to replay: give --log FILE, or `recording: {file: ...}` in the scenario.")
    low, high = period(start, end)
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
