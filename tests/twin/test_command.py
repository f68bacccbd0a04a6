"""`battito twin run`, as it is typed."""

import json
from pathlib import Path
from typing import Any

import pytest

from battito.twin.command import main

SCENARIO = """
hours: 4
replications: 5
queues:
  help: {arrivals_per_hour: 60, handle: {exponential: 200}, patience: {mean_s: 200}, requirement: [help]}
agents: [{count: 4, skills: [help]}]
"""
CORE = ["offered", "answered", "abandoned", "p_wait", "mean_wait_s", "p90_wait_s", "service_level", "occupancy"]


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "base.yaml"
    path.write_text(SCENARIO)
    return path


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["run", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_json_gives_every_figure_with_its_interval(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, str(scenario))
    assert (found["scenario"], found["seed"], found["replications"], found["method"]) == ("base", 1, 5, "replications")
    figures = found["queues"]["help"]
    assert list(figures)[:8] == CORE
    for metric in CORE:
        assert figures[metric]["low"] <= figures[metric]["value"] <= figures[metric]["high"]
    assert figures["offered"]["value"] == figures["answered"]["value"] + figures["abandoned"]["value"]


def test_people_get_a_table(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(scenario)]) == 0
    text = capsys.readouterr().out
    assert "base: 5 replications, 95% intervals by replications, seed 1" in text
    assert "service level" in text
    assert "%   [" in text


def test_a_comparison_begins_with_the_differences(
    scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "more.yaml"
    other.write_text(SCENARIO.replace("count: 4", "count: 6"))
    found = printed(capsys, str(scenario), "--compare", str(other))
    assert list(found) == ["differences", "first", "second"]
    assert found["differences"]["help"]["service_level"]["low"] > 0
    assert found["differences"]["help"]["offered"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert main(["run", str(scenario), "--compare", str(other)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Difference, more minus base")
    assert "* [+" in text


def test_a_replay_says_how_far_to_trust_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "calls.csv"
    lines = ["arrival,queue,wait_s,outcome,handle_s,agent"]
    lines += [f"2026-03-0{day}T09:{minute:02}:00,help,3,answered,100,ada" for day in (2, 3) for minute in range(60)]
    log.write_text("\n".join(lines))
    base = tmp_path / "base.yaml"
    base.write_text("replications: 3\nrecording: {file: calls.csv}\n")
    found = printed(capsys, str(base), "--replay", "2026-03-03", "2026-03-03")
    assert list(found)[:2] == ["error", "replay"]
    assert found["replay"]["calls"] == 60
    assert found["replay"]["in_sample"] is True
    assert found["error"]["calibrated"]["p_wait"]["recorded"] == 1.0
    assert found["queues"]["help"]["offered"]["value"] == 60.0
    more = tmp_path / "more.yaml"
    more.write_text("agents: [{count: 1, skills: [help]}]\n")
    assert main(["run", str(base), "--replay", "2026-03-03", "2026-03-03", "--compare", str(more)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Replay of 60 calls with 1 agent; calibrated on 60 calls (the same period)")
    assert "Difference, more minus base" in text
    base.write_text("replications: 3\n")
    assert main(["run", str(base), "--log", str(log), "--replay", "2026-03-02", "2026-03-03T10:00"]) == 0
    assert "Replay of 120 calls" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        (SCENARIO.replace("hours", "huors"), [], "Unknown key `huors` in the scenario. Did you mean `hours`?"),
        (SCENARIO, ["--replay", "2026-01-01", "2026-01-02"], "There is nothing to replay"),
        (SCENARIO, ["--compare", "missing.yaml"], "missing.yaml cannot be read"),
        (SCENARIO + "start: noon\n", [], 'In start: a time of day reads "08:30", not "noon".'),
        (
            SCENARIO.replace("count: 4", "count: 4, shift: noon"),
            [],
            'agents[0].shift reads "08:00-16:30" or [8, 16.5], not "noon".',
        ),
    ],
)
def test_what_cannot_be_done_is_said_and_the_status_tells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, arguments: list[str], said: str
) -> None:
    path = tmp_path / "base.yaml"
    path.write_text(text)
    assert main(["run", str(path), *arguments]) == 2
    output = capsys.readouterr()
    assert said in output.err
    assert output.out == ""


def test_only_like_can_be_compared_with_like(
    scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "longer.yaml"
    other.write_text(SCENARIO.replace("hours: 4", "hours: 5"))
    assert main(["run", str(scenario), "--compare", str(other)]) == 2
    assert "same `hours`" in capsys.readouterr().err
