"""Recorded calls: read, learned from, and played again."""

import csv
import math
from pathlib import Path
from random import Random

import pytest

from battito.twin.calibration import calibrate, fit_patience, hidden_work, staff
from battito.twin.recording import Call, Recording, period, read
from battito.twin.replay import replay
from battito.twin.scenario import AgentRule, QueueRule, RecordingRule, Scenario, ScenarioError

HIDDEN_S = 40.0
PATIENCE_S = 200.0


def recorded_days(days: int, seed: int = 1, hidden_s: float = HIDDEN_S) -> Recording:
    """Calls of an office that needs `hidden_s` after each, from 8 to 16 with six people.

    A queue simulated by hand: first come, first served, the next agent free, exponential patience.
    """
    random = Random(seed)
    calls = []
    for day in range(days):
        opening = day * 86400.0 + 8 * 3600.0
        free = {f"agent-{number}": opening for number in range(6)}
        at = opening
        while (at := at + random.expovariate(1 / 42.0)) < opening + 8 * 3600.0:
            agent = min(free, key=lambda name: free[name])
            starts = max(free[agent], at)
            patience = random.expovariate(1 / PATIENCE_S)
            if starts - at > patience:
                calls.append(Call(at, "help", patience, False, 0.0))
                continue
            handle = random.lognormvariate(5.0, 0.7)
            calls.append(Call(at, "help", starts - at, True, handle, agent))
            free[agent] = starts + handle + random.expovariate(1 / hidden_s)
    return Recording(tuple(sorted(calls, key=lambda call: call.at)))


def test_patience_is_found_behind_answered_calls() -> None:
    """Waits cut short by an answer still count: the naive mean of those who gave up is far too short."""
    random = Random(3)
    waits = []
    for _ in range(6000):
        patience, answer = random.expovariate(1 / 300.0), random.expovariate(1 / 60.0)
        waits.append((min(patience, answer), answer < patience))
    naive = [wait for wait, answered in waits if not answered]
    assert sum(naive) / len(naive) < 80
    found = fit_patience(waits)
    assert found is not None
    assert found.hazard is not None
    for _, rate in found.hazard:
        assert rate == pytest.approx(1 / 300.0, rel=0.3)


def test_a_hazard_that_falls_is_found() -> None:
    random = Random(4)
    waits = []
    for _ in range(8000):
        patience = random.expovariate(1 / 50.0)
        if patience > 30:
            patience = 30 + random.expovariate(1 / 400.0)
        answer = random.uniform(0, 200)
        waits.append((min(patience, answer), answer < patience))
    found = fit_patience(waits)
    assert found is not None
    assert found.hazard is not None
    rates = dict(found.hazard)
    assert rates[15.0] == pytest.approx(1 / 50, rel=0.2)
    assert rates[None] == pytest.approx(1 / 400, rel=0.3)


def test_few_abandonments_give_one_rate_and_none_give_none() -> None:
    assert fit_patience([(10.0, True)] * 50) is None
    few = fit_patience([(10.0, True)] * 50 + [(20.0, False)] * 5)
    assert few is not None
    assert few.mean_s == pytest.approx(600.0 / 5)


def test_staff_and_hidden_work_are_seen_in_the_log() -> None:
    recording = recorded_days(6)
    groups = staff(recording, 0.0)
    assert [group.name for group in groups] == [f"agent-{number}" for number in range(6)]
    duty = groups[0].staffed(0.0, 6 * 86400.0)
    assert duty == pytest.approx(6 * 8 * 3600.0, rel=0.1)
    gaps = hidden_work(recording)["help"]
    assert len(gaps) > 500
    assert sum(gaps) / len(gaps) == pytest.approx(HIDDEN_S, rel=0.15)


def test_a_replay_comes_close_and_calibration_is_why() -> None:
    recording = recorded_days(8)
    scenario = Scenario(recording=RecordingRule("memory"), replications=4)
    found = replay(scenario, recording, 5 * 86400.0, 8 * 86400.0)
    assert not found.terms.in_sample
    assert found.terms.agents == 6
    assert found.terms.mean_after_call_s == pytest.approx(HIDDEN_S, rel=0.35)
    for metric in ("p_wait", "mean_wait_s", "service_level"):
        calibrated, plain = found.error.calibrated[metric], found.error.uncalibrated[metric]
        assert abs(calibrated.difference) < 0.35 * abs(plain.difference), metric
        assert calibrated.hourly < plain.hourly
        assert calibrated.recorded == plain.recorded


def test_a_replay_keeps_every_call() -> None:
    recording = recorded_days(2)
    scenario = Scenario(recording=RecordingRule("memory"), replications=2)
    found = replay(scenario, recording, 0.0, 2 * 86400.0)
    assert found.terms.in_sample
    assert found.terms.calls == len(recording.calls)
    assert all(one.offered == len(recording.calls) for one in found.runs.counts["help"])


def test_what_if_two_more_people_had_been_there() -> None:
    recording = recorded_days(3)
    scenario = Scenario(recording=RecordingRule("memory"), replications=3)
    base = replay(scenario, recording, 0.0, 3 * 86400.0)
    scenario.agents = [AgentRule(count=2, skills=["help"], shift="08:00-16:00")]
    more = replay(scenario, recording, 0.0, 3 * 86400.0, base.learned)
    assert more.learned is base.learned
    assert more.terms.agents == 8
    waits = [sum(one.wait_s for one in found.runs.counts["help"]) for found in (base, more)]
    assert waits[1] < 0.5 * waits[0]


def test_the_rules_of_the_scenario_hold_in_a_replay() -> None:
    recording = recorded_days(2)
    scenario = Scenario(
        recording=RecordingRule("memory", agents="scenario"),
        agents=[AgentRule(count=40, skills=["help"])],
        queues={"help": QueueRule(requirement=["help"], target_s=5.0)},
        replications=2,
    )
    found = replay(scenario, recording, 0.0, 2 * 86400.0)
    assert all(one.answered == one.in_target == one.offered for one in found.runs.counts["help"])


def test_a_period_without_calls_is_refused() -> None:
    with pytest.raises(ScenarioError, match="no calls in this period"):
        replay(Scenario(recording=RecordingRule("memory")), recorded_days(1), 1e9, 2e9)


# ---- files


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


ROW = {"arrival": "2026-03-02T09:00:10", "queue": "help", "wait_s": "4.5", "outcome": "answered", "handle_s": "180"}


def test_the_generic_csv(tmp_path: Path) -> None:
    rows = [
        {**ROW, "agent": "ada", "head_start_s": "30"},
        {
            **ROW,
            "arrival": "2026-03-02T08:00:00",
            "outcome": "Abandoned",
            "handle_s": "",
            "agent": "",
            "head_start_s": "",
        },
    ]
    recording = read(written(tmp_path / "calls.csv", rows))
    first, second = recording.calls
    assert (first.answered, first.handle_s, first.agent, first.head_start_s) == (False, 0.0, None, 0.0)
    assert (second.wait_s, second.handle_s, second.agent, second.head_start_s) == (4.5, 180.0, "ada", 30.0)
    assert second.at - first.at == 3610.0
    assert second.ended == second.at + 184.5
    low, high = period("2026-03-02", "2026-03-02")
    assert recording.between(low, high) == recording
    assert recording.between(low, first.at + 1).calls == (first,)


def test_arrivals_may_be_plain_seconds(tmp_path: Path) -> None:
    recording = read(written(tmp_path / "calls.csv", [{**ROW, "arrival": "3600.5"}]))
    assert recording.calls[0].at == 3600.5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"outcome": "lost"}, 'line 2: outcome is answered or abandoned, not "lost"'),
        ({"wait_s": "-1"}, "line 2: wait_s and handle_s must not be below 0"),
        ({"wait_s": "soon"}, "line 2: could not convert"),
        ({"arrival": "monday"}, "line 2: Invalid isoformat"),
    ],
)
def test_a_line_nobody_can_read_is_named(tmp_path: Path, change: dict[str, str], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        read(written(tmp_path / "calls.csv", [{**ROW, **change}]))


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("arrival,queue\n1,help\n")
    with pytest.raises(ScenarioError, match="lacks the columns wait_s, outcome, handle_s"):
        read(path)
    path.write_text(",".join(ROW) + "\n")
    with pytest.raises(ScenarioError, match="holds no calls"):
        read(path)
    with pytest.raises(ScenarioError, match="cannot be read"):
        read(tmp_path / "nothing.csv")


def test_the_bank_format(tmp_path: Path) -> None:
    """Head starts, the voice menu, and those who never asked for an agent; as the data set's documentation has it."""
    header = (
        "vru+line call_id customer_id priority type date vru_entry vru_exit vru_time q_start q_exit q_time outcome "
        "ser_start ser_exit ser_time server"
    )
    lines = [
        "AA0101 1 0 0 PS 990201 7:02:47 7:02:56 9 0:00:00 0:00:00 0 AGENT 7:02:55 7:05:41 166 S01",
        "AA0101 2 7 2 PS 990203 13:27:09 13:27:21 12 13:27:21 13:27:43 22 AGENT 13:27:43 13:28:56 73 S12",
        "AA0101 3 0 0 PS 990203 13:26:07 13:26:10 3 13:26:10 13:26:30 20 HANG 0:00:00 0:00:00 0 NO_SERVER",
        "AA0101 4 0 0 PS 990203 13:20:39 13:22:00 81 0:00:00 0:00:00 0 HANG 0:00:00 0:00:00 0 NO_SERVER",
    ]
    path = tmp_path / "log.tsv"
    path.write_text("\n".join(line.replace(" ", "\t") for line in [header, *lines]) + "\n")
    first, gave_up, vip = read(path).calls
    assert (first.wait_s, first.handle_s, first.agent, first.queue) == (0.0, 166.0, "S01", "PS")
    assert first.at % 86400 == 7 * 3600 + 2 * 60 + 56
    assert (gave_up.answered, gave_up.wait_s) == (False, 20.0)
    assert (vip.wait_s, vip.head_start_s) == (22.0, 90.0)
    assert vip.at % 86400 == 13 * 3600 + 27 * 60 + 21


@pytest.mark.parametrize(("start", "end"), [("2026-03-02", "2026-03-01"), ("yesterday", "today")])
def test_periods_nobody_can_read_are_refused(start: str, end: str) -> None:
    with pytest.raises(ScenarioError):
        period(start, end)


def test_calibration_of_an_earlier_period_only() -> None:
    """What happens in the played period must not leak into what was learned for it."""
    calm, wild = recorded_days(5), recorded_days(8, hidden_s=400.0)
    mixed = Recording(
        tuple(call for call in calm.calls if call.at < 5 * 86400)
        + tuple(call for call in wild.calls if call.at >= 5 * 86400)
    )
    learned = replay(Scenario(recording=RecordingRule("memory"), replications=2), mixed, 5 * 86400.0, 8 * 86400.0)
    assert learned.terms.learned_from == len(calm.calls)
    assert not math.isnan(learned.terms.mean_after_call_s)
    assert learned.terms.mean_after_call_s < 120
    assert calibrate(calm).calls == len(calm.calls)
