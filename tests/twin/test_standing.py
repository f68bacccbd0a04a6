"""What a run begins with, pauses, and the course of the day."""

from typing import Any

import msgspec
import pytest

from battito.twin import series
from battito.twin.answer import Question, answer
from battito.twin.changes import Changes
from battito.twin.limits import check, contacts
from battito.twin.model import build
from battito.twin.reading import faults, from_data, line_of, parse
from battito.twin.run import figures, simulate
from battito.twin.scenario import Scenario, ScenarioError


def one(agents: list[dict[str, Any]], hours: float = 4, **queue: Any) -> Scenario:
    given = {"arrivals_per_hour": 0, "handle": {"mean_s": 300, "cv": 0}, **queue}
    return from_data({"hours": hours, "replications": 3, "start": "10:00", "queues": {"q": given}, "agents": agents})


def test_those_who_wait_come_first_and_their_wait_counts_from_before() -> None:
    found = figures(simulate(build(one([{"count": 1}], waiting=[60, 600, 0])), 3), 0.95)["q"]
    # served in the order of their waits: 600 at once, 60 after one contact, 0 after two
    assert found["offered"].value == found["answered"].value == 3.0
    assert found["mean_wait_s"].value == pytest.approx((600 + 360 + 600) / 3)
    assert found["unresolved"].value == 0.0


def test_who_is_busy_at_the_start_is_busy_as_long_as_is_left() -> None:
    scenario = one([{"count": 1}], in_hand=[100.0], waiting=[0.0])
    found = figures(simulate(build(scenario), 3), 0.95)["q"]
    assert found["offered"].value == 1.0
    assert found["mean_wait_s"].value == pytest.approx(200.0)
    # one more in hand than people: it is nobody's
    crowded = figures(simulate(build(one([{"count": 1}], in_hand=[100.0, 200.0])), 3), 0.95)["q"]
    assert crowded["offered"].value == 0.0
    assert crowded["occupancy"].value == pytest.approx(200 / 4 / 3600)


def test_patience_already_spent_is_spent() -> None:
    """Those who still wait are those whose patience was longer; what is left of an exponential one is another one."""
    scenario = one([{"count": 0}], hours=8, waiting=[500.0] * 400, patience={"mean_s": 400})
    found = figures(simulate(build(scenario), 3), 0.99)["q"]
    assert found["abandoned"].value == 400.0
    assert found["mean_wait_s"].value == pytest.approx(900.0, rel=0.1)


def test_a_pause_of_a_channel_stops_new_work_of_it() -> None:
    paused = one([{"count": 1, "pauses": {"voice": ["10:00-11:00", "12:00-12:30"]}}], waiting=[0.0])
    assert figures(simulate(build(paused), 2), 0.95)["q"]["mean_wait_s"].value == pytest.approx(3600.0)
    with pytest.raises(ScenarioError, match=r"agents\[0\].pauses.voice"):
        one([{"pauses": {"voice": "noon"}}])


def test_the_course_of_the_day_adds_up_to_its_figures() -> None:
    scenario = from_data(
        {
            "hours": 6, "warmup_hours": 1, "start": "09:30", "replications": 4,
            "queues": {"q": {"arrivals_per_hour": [20, 60], "interval_minutes": 180, "handle": {"exponential": 200}, "patience": {"mean_s": 100}}},
            "agents": [{"count": 3}],
        }
    )  # fmt: skip
    played = series.play(build(scenario), 4, lambda: None)
    course = series.levels(played, scenario)["q"]
    whole = figures(played.runs, 0.95)["q"]
    alone = figures(simulate(build(scenario), 4), 0.95)["q"]
    assert {metric: one.value for metric, one in whole.items()} == {
        metric: pytest.approx(one.value) for metric, one in alone.items()
    }
    assert [one.clock for one in course[:3]] == ["10:30", "10:45", "11:00"]
    assert (course[0].from_s, course[-1].to_s) == (3600.0, 6 * 3600.0)
    for metric in ("offered", "answered", "abandoned"):
        assert sum(one.figures[metric].value or 0.0 for one in course) == pytest.approx(whole[metric].value, abs=0.01)
    quiet, busy = (sum(one.figures["offered"].value or 0.0 for one in part) for part in (course[:8], course[-8:]))
    assert busy > 2 * quiet


def question(**more: Any) -> Question:
    scenario = one([{"name": "all", "count": 2}], arrivals_per_hour=30, patience={"mean_s": 200}, target_s=20)
    return Question(first=scenario, **more)


def test_a_whole_answer_has_differences_before_levels() -> None:
    shares: list[float] = []
    changes = msgspec.convert([{"do": "people", "profile": "all", "count": 2}], list[Changes])
    found = answer(question(changes=changes), shares.append)
    assert found.differences is not None
    assert found.second is not None
    assert found.difference_series is not None
    assert found.differences["q"]["service_level"].low > 0.05  # type: ignore[operator]
    assert found.differences["q"]["offered"].value == 0.0
    assert next(iter(msgspec.to_builtins(found))) == "differences"
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    again = msgspec.json.decode(msgspec.json.encode(question(changes=changes)), type=Question)
    assert answer(again, lambda _: None).differences == found.differences


def test_only_what_is_alike_can_be_compared() -> None:
    second = one([{"count": 2}], hours=3, arrivals_per_hour=30)
    with pytest.raises(ScenarioError, match="compared"):
        answer(question(second=second), lambda _: None)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"hours": 24 * 90}, "hours"),
        ({"replications": 5000}, "replications"),
        ({"queues": {"q": {"arrivals_per_hour": 1e7, "handle": {"mean_s": 1}}}}, "hours"),
        ({"queues": {"q": {"arrivals_per_hour": 1e5, "handle": {"mean_s": 1}}}, "replications": 100}, "replications"),
        ({"agents": [{"count": 10**9}]}, "agents"),
        ({"recording": {"file": "/etc/passwd"}}, "recording"),
    ],
)
def test_what_is_too_much_is_refused_with_its_place(change: dict[str, Any], where: str) -> None:
    data = {"hours": 4, "queues": {"q": {"arrivals_per_hour": 10, "handle": {"mean_s": 60}}}, "agents": [{}], **change}
    with pytest.raises(ScenarioError) as refused:
        check(from_data(data))
    assert refused.value.where == where


def test_contacts_are_foretold() -> None:
    scenario = one([{}], hours=5, arrivals_per_hour=[10, 50], interval_minutes=60, waiting=[1, 2])
    assert contacts(scenario) == pytest.approx(10 * 3 + 50 * 2 + 2)


TEXT = """
hours: 4
queues:
  a.b / mail:
    arrivals_per_hour: -3
    handle: {mean_s: 10, cv: -1}
agents:
- {count: 1}
- {count: 1, skills: {x: 9}}
"""


def test_every_fault_is_told_with_its_line() -> None:
    found = {(one.where, one.line) for one in faults(TEXT)}
    assert found == {
        ("queues.a.b / mail.arrivals_per_hour", 5),
        ("queues.a.b / mail.handle", 6),
        ("agents[1].skills", 9),
    }
    unknown = faults(TEXT.replace("handle", "handel"))
    assert [(one.where, one.line) for one in unknown] == [("queues.a.b / mail.handel", 6)]
    assert line_of(TEXT, "agents[1].skills.x.y") == 9
    assert [one.line for one in faults("queues: {a: [}\n")] == [1]


@pytest.mark.parametrize("text", ["a: &x [1]\nb: *x\n", "[" * 5000, "- 1", "", "queues: 3", '"'])
def test_texts_that_are_no_scenario_harm_nothing(text: str) -> None:
    assert len(faults(text)) == 1
    with pytest.raises(ScenarioError):
        parse(text, aliases=False)
