"""Scenario files: what they may say, and what is said to who writes them wrongly."""

from pathlib import Path

import pytest

from battito.twin.model import windows
from battito.twin.reading import from_data, load, parse
from battito.twin.scenario import Scenario, ScenarioError

GOOD = """
seed: 4
hours: 10
warmup_hours: 1
replications: 5
start: 08:00
queues:
  billing:
    arrivals_per_hour: [30, 60.5, 1e2]
    interval_minutes: 60
    handle: {lognormal: [4.79, 0.94]}
    patience: {mean_s: 348}
    requirement: {billing: 3}
    rings: [{seconds: 30}, {requirement: {billing: 1}}]
    priority: 1
    target_s: 30
  chat:
    channel: chat
    arrivals_per_hour: 20
    handle: {mean_s: 300, cv: 0.8}
    patience:
agents:
  - {count: 6, skills: {billing: 4}, shift: 10:00-16:30}
  - {count: 2, skills: [chat], shift: ["08:00-12:00", "13:00-18:00"]}
"""


def test_a_whole_scenario() -> None:
    scenario = parse(GOOD)
    assert (scenario.seed, scenario.hours, scenario.warmup_hours, scenario.replications) == (4, 10.0, 1.0, 5)
    assert scenario.queues["billing"].arrivals_per_hour == [30.0, 60.5, 100.0]
    assert scenario.queues["chat"].patience is None
    # YAML 1.1 would read 10:00-16:30 as text but 10:30 as 630
    assert scenario.agents[0].shift == "10:00-16:30"
    assert parse(GOOD.replace("start: 08:00", "start: 10:30")).start == "10:30"


def test_a_file_is_named_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "more-people.yaml"
    path.write_text(GOOD)
    assert load(path).name == "more-people"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("patience: {mean_s", "pacience: {mean_s", r"`pacience` in queues.billing. Did you mean `patience`\?"),
        ("mean_s: 348", "means_s: 348", r"`means_s` in queues.billing.patience. Did you mean `mean_s`\?"),
        ("count: 6", "cuont: 6", r"`cuont` in agents\[0\]. Did you mean `count`\?"),
        ("{seconds: 30}", "{second: 30}", r"`second` in queues.billing.rings\[0\]. Did you mean `seconds`\?"),
        ("seed: 4", "zzz: 4", "Unknown key `zzz` in the scenario. Known keys: hours, queues"),
        ("hours: 10", "hours: ten", "Expected `float`, got `str` at `hours`"),
        ("hours: 10", "hours: 0", "hours must be above 0"),
        ("warmup_hours: 1", "warmup_hours: 10", "warmup_hours must be from 0 to less than hours"),
        ("replications: 5", "replications: 0", "replications must be at least 1"),
        ("lognormal: [4.79, 0.94]", "lognormal: [4.79]", "In queues.billing: .* at `handle.lognormal`"),
        ("lognormal: [4.79, 0.94]", "lognormal: [4.79, 1], mean_s: 5", "exactly one of `mean_s`"),
        ("{mean_s: 300, cv: 0.8}", "{exponential: -3}", "the mean must be above 0"),
        ("{mean_s: 300, cv: 0.8}", "{exponential: 3, cv: 1}", "cv goes with `mean_s`"),
        ("{mean_s: 348}", "{hazard: [[30, 0.1], [20, 0.2], [null, 0.1]]}", "rising ends"),
        ("{mean_s: 348}", "{mean_s: 0}", "patience.mean_s must be above 0"),
        ("[30, 60.5, 1e2]", "[]", "arrivals_per_hour must be one or more numbers"),
        ("arrivals_per_hour: 20", "target_s: 20", "queues.chat.arrivals_per_hour is missing"),
        ("{billing: 4}", "{billing: 9}", "levels are whole numbers from 1 to 5"),
        ("{billing: 4}", "{billing: 2.5}", "Expected `int"),
        ("[{seconds: 30}, ", "[{}, ", "only the last ring may go on for ever"),
        ("priority: 1", "overflow: {after_s: 9, queue: chatt}", "`chatt` is not another queue"),
        ("count: 2", "count: -2", "count must be 0 or more"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(before: str, after: str, said: str) -> None:
    assert before in GOOD
    with pytest.raises(ScenarioError, match=said):
        parse(GOOD.replace(before, after))


@pytest.mark.parametrize("text", ["", "- 1", "hours: [", "queues: 3", "agents: {count: 1}", "queues: {a: 3}"])
def test_what_is_no_scenario_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError):
        parse(text)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read: No such file"):
        load(tmp_path / "nothing.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="not UTF-8"):
        load(binary)


def test_a_replay_needs_neither_arrivals_nor_agents() -> None:
    assert from_data({}, replayed=True) == Scenario()
    with pytest.raises(ScenarioError, match="no `queues`"):
        from_data({})


@pytest.mark.parametrize(
    ("shift", "start", "hours", "expected"),
    [
        (None, "00:00", 8, ((0.0, float("inf")),)),
        ("08:00-16:00", "08:00", 8, ((0.0, 28800.0),)),
        ("10:00-12:00", "08:00", 8, ((7200.0, 14400.0),)),
        (["08:00-10:00", "10:00-11:00"], "08:00", 4, ((0.0, 10800.0),)),
        ("22:00-06:00", "00:00", 24, ((0.0, 21600.0), (79200.0, 108000.0))),
        ("09:00-17:00", "00:00", 48, ((32400.0, 61200.0), (118800.0, 147600.0))),
        ("00:00-24:00", "12:00", 24, ((0.0, 129600.0),)),
        ([8, 16.5], "00:00", 24, ((28800.0, 59400.0),)),
        ("8-16", "00:00", 24, ((28800.0, 57600.0),)),
    ],
)
def test_shifts_are_by_the_clock_and_come_again_every_day(
    shift: str | list[str | float] | None, start: str, hours: float, expected: tuple[tuple[float, float], ...]
) -> None:
    assert windows(shift, start, hours * 3600.0) == expected


@pytest.mark.parametrize("shift", ["8-", "08:00", [8, 12, 16], [8, 25], "25:00-26:00", "08:60-09:00", "morning"])
def test_a_shift_nobody_can_read_is_refused(shift: str | list[str | float]) -> None:
    with pytest.raises(ScenarioError):
        windows(shift, "00:00", 3600.0)
