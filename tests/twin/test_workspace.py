"""The workspace as a scenario, and its recorded days, from rows as the product writes them."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from battito.kit.ids import uuid7
from battito.platform.errors import Invalid, NotFound
from battito.twin.answer import Question, answer
from battito.twin.model import build
from battito.twin.models import LiveWish, PeriodWish
from battito.twin.queries import latest_day, live_scenario, recorded
from battito.twin.reading import parse
from battito.twin.run import figures, simulate
from tests.support.workspace import Furnished, furnish

pytestmark = pytest.mark.postgres

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 5, 20, 11, 10, tzinfo=ROME)  # a Wednesday
DAYS = 14


async def a_queue(connection: Any, workspace: Furnished, name: str, **more: Any) -> UUID:
    queue = uuid7()
    await connection.execute(
        "insert into queue(id, workspace_id, name, priority, team_ids, rules, gives_work) values ($1, $2, $3, $4, $5, $6, $7)",
        queue, workspace.id, name, more.get("priority", 0), more.get("team_ids", []), more.get("rules", {}), more.get("gives_work", True),
    )  # fmt: skip
    return queue


async def entered(connection: Any, workspace: Furnished, queue: UUID, at: datetime, **more: Any) -> None:
    """An interaction as the router would have left it; times in seconds."""
    wait, handle, wrap, who = more.get("wait", 0.0), more.get("handle", 0.0), more.get("wrap", 0.0), more.get("who")
    gave_up = more.get("gave_up", False)
    state = more.get("state", "ended")
    answered = at + timedelta(seconds=wait) if who is not None else None
    over = None
    if state == "ended":
        over = answered + timedelta(seconds=handle) if answered is not None else at + timedelta(seconds=wait)
    await connection.execute(
        "insert into interaction(id, workspace_id, conversation_id, channel, queue_id, via, state, agent_id, entered_at, offered_at, answered_at, ended_at, wrapped_at, outcome)"
        " values ($1, $2, $3, $4, $5, 'queue', $6, $7, $8, $9, $9, $10, $11, $12)",
        uuid7(), workspace.id, uuid7(), more.get("channel", "webchat"), queue, state, who, at, answered, over,
        None if over is None or answered is None else over + timedelta(seconds=wrap),
        None if state != "ended" else "abandoned" if gave_up else "answered",
    )  # fmt: skip


async def on_duty(connection: Any, workspace: Furnished, who: UUID, start: datetime, end: datetime | None) -> None:
    await connection.execute(
        "insert into presence_span(workspace_id, user_id, state, routing, routing_from, from_at, to_at) values ($1, $2, 'available', 'idle', $3, $3, $4)",
        workspace.id, who, start, end,
    )  # fmt: skip


@pytest.fixture
async def centre(connection: Any, workspace: Furnished) -> UUID:
    """Two weeks of chats, ten an hour from nine to noon, two agents from eight to one; today two wait and one is in hand."""
    await connection.execute("update workspace set timezone = 'Europe/Rome' where id = $1", workspace.id)
    skill = uuid7()
    await connection.execute("insert into skill(id, workspace_id, name) values ($1, $2, 'gas')", skill, workspace.id)
    for who, level in ((workspace.agent.id, 4), (workspace.other.id, 2)):
        await connection.execute(
            "insert into agent_skill(workspace_id, user_id, skill_id, level) values ($1, $2, $3, $4)",
            workspace.id, who, skill, level,
        )  # fmt: skip
        await connection.execute(
            "insert into presence(user_id, workspace_id, state, routing) values ($1, $2, 'available', 'idle')"
            " on conflict (user_id) do update set state = 'available'", who, workspace.id,
        )  # fmt: skip
    rules = {
        "requirement": {str(skill): 3},
        "rings": [{"seconds": 30}, {"requirement": {str(skill): 1}}],
        "wrap_up_s": 10,
    }
    queue = await a_queue(connection, workspace, "Gas: guasti", priority=3, rules=rules)
    await a_queue(connection, workspace, "Vuota")
    await a_queue(connection, workspace, "A mano", gives_work=False)
    await connection.execute(
        "insert into service_target(id, workspace_id, queue_id, channel, target_s, share, short_s) values ($1, $2, $3, null, 45, 0.8, 7)",
        uuid7(), workspace.id, queue,
    )  # fmt: skip
    dice = random.Random(5)
    midnight = NOW.replace(hour=0, minute=0)
    for day in range(1, DAYS + 1):
        start = midnight - timedelta(days=day)
        for who in (workspace.agent.id, workspace.other.id):
            await on_duty(connection, workspace, who, start.replace(hour=8), start.replace(hour=13))
        for contact in range(30):
            at = start + timedelta(hours=9, seconds=contact * 360 + dice.uniform(0, 300))
            if contact % 10 == 9:
                await entered(connection, workspace, queue, at, wait=dice.expovariate(1 / 90), gave_up=True)
            else:
                await entered(
                    connection, workspace, queue, at, who=dice.choice([workspace.agent.id, workspace.other.id]),
                    wait=dice.uniform(0, 20), handle=dice.lognormvariate(5.0, 0.6), wrap=25,
                )  # fmt: skip
    await entered(connection, workspace, queue, NOW - timedelta(seconds=100), state="queued")
    await entered(connection, workspace, queue, NOW - timedelta(seconds=40), state="offered")
    await entered(connection, workspace, queue, NOW - timedelta(seconds=300), wait=100, who=workspace.agent.id, state="handling")  # fmt: skip
    return queue


async def test_a_usual_day_of_the_workspace(connection: Any, workspace: Furnished, centre: UUID) -> None:
    wish = LiveWish(now=False, from_=(NOW - timedelta(days=DAYS)).date())
    found = await live_scenario(connection, workspace.id, wish, now=NOW)
    assert (found.basis.days, found.basis.contacts, found.basis.source, found.basis.weekday) == (
        2,
        60,
        "interactions",
        2,
    )
    scenario = parse(found.yaml, aliases=False)
    assert list(scenario.queues) == ["Gas: guasti"]
    queue = scenario.queues["Gas: guasti"]
    assert isinstance(queue.arrivals_per_hour, list)
    assert [sum(queue.arrivals_per_hour[2 * h : 2 * h + 2]) / 2 for h in (8, 9, 10, 11, 12)] == [0, 10, 10, 10, 0]
    assert queue.handle is not None
    assert queue.handle.lognormal is not None
    assert list(queue.handle.lognormal) == [pytest.approx(5.0, abs=0.3), pytest.approx(0.6, abs=0.2)]
    assert queue.patience is not None
    assert queue.patience.mean_s is not None
    assert queue.wrap_up_s == pytest.approx(25.0)
    assert (queue.channel, queue.target_s, queue.short_abandon_s, queue.priority) == ("webchat", 45.0, 7.0, 3.0)
    assert queue.requirement == {"gas": 3}
    assert [(ring.seconds, ring.requirement) for ring in queue.rings] == [(30.0, {"gas": 3}), (None, {"gas": 1})]
    assert queue.waiting == queue.in_hand == []
    assert [(one.count, one.skills, one.shift) for one in scenario.agents if one.count] == [
        (1, {"gas": 2}, ["08:00-13:00"]),
        (1, {"gas": 4}, ["08:00-13:00"]),
    ] or [one.skills for one in scenario.agents if one.count] == [{"gas": 4}, {"gas": 2}]
    assumed = {(note.code, note.queue) for note in found.notes if note.assumed}
    assert assumed == {("variability", None)}
    left_out = {(note.code, note.queue) for note in found.notes if note.code.startswith("queue-")}
    assert left_out == {("queue-takes-by-hand", "A mano"), ("queue-without-contacts", "Vuota")}
    assert simulate(build(scenario), 2).counts["Gas: guasti"][0].offered > 0


async def test_from_now_on_with_who_waits_and_is_there(connection: Any, workspace: Furnished, centre: UUID) -> None:
    found = await live_scenario(connection, workspace.id, LiveWish(weekday=None), now=NOW)
    scenario = parse(found.yaml, aliases=False)
    queue = scenario.queues["Gas: guasti"]
    assert (scenario.start, scenario.hours) == ("11:10", 13.0)
    assert queue.waiting == [100.0, 40.0]
    assert queue.in_hand == [200.0]
    # 3 came today, about 20 do until now: the day is less busy than usual, and how much is less open
    assert isinstance(queue.arrivals_per_hour, list)
    assert 5.0 < queue.arrivals_per_hour[0] < 10.0
    assert 0.1 < scenario.variability.between_day_cv < 0.13
    assert "today-factor" in {note.code for note in found.notes}
    result = figures(simulate(build(scenario), 4), 0.95)["Gas: guasti"]
    assert result["offered"].value is not None
    assert result["offered"].value >= 2.0


async def test_without_data_everything_is_assumed_and_said(connection: Any, workspace: Furnished) -> None:
    with pytest.raises(Invalid) as refused:
        await live_scenario(connection, workspace.id, LiveWish(), now=NOW)
    assert refused.value.code == "twin-no-queues"
    await a_queue(connection, workspace, "Clienti")
    await connection.execute("update presence set state = 'offline' where workspace_id = $1", workspace.id)
    found = await live_scenario(connection, workspace.id, LiveWish(now=False), now=NOW)
    scenario = parse(found.yaml, aliases=False)
    queue = scenario.queues["Clienti"]
    assert queue.arrivals_per_hour == 10.0
    assert queue.handle is not None
    assert queue.handle.lognormal == (4.79, 0.94)
    assert queue.patience is not None
    assert queue.patience.mean_s == 348.0
    assert {note.code for note in found.notes if note.assumed} == {"arrivals", "handle", "patience", "variability", "people-all"}  # fmt: skip
    assert scenario.agents[0].shift == ["09:00-18:00"]
    assert found.yaml.startswith("# ")
    assert "assumed: patience in Clienti: 348 s" in found.yaml


async def test_nothing_of_another_workspace_or_brand_is_counted(
    connection: Any, workspace: Furnished, centre: UUID
) -> None:
    other = await furnish(connection)
    await a_queue(connection, other, "Loro")
    theirs = await live_scenario(connection, other.id, LiveWish(now=False, weekday=None), now=NOW)
    assert (theirs.basis.contacts, theirs.basis.source) == (0, "none")
    # contacts of conversations of other brands do not count for who is limited to one
    wish = LiveWish(now=False, weekday=None)
    limited = await live_scenario(connection, workspace.id, wish, brands=frozenset({workspace.brand_id}), now=NOW)
    assert limited.basis.contacts == 0
    with pytest.raises(NotFound):
        await live_scenario(connection, uuid7(), wish, now=NOW)


async def test_a_recorded_day_is_replayed_with_its_error(connection: Any, workspace: Furnished, centre: UUID) -> None:
    yesterday = (NOW - timedelta(days=1)).date()
    assert await latest_day(connection, workspace.id, NOW) == PeriodWish(from_=yesterday, to=yesterday)
    found = await recorded(connection, workspace.id, PeriodWish(from_=yesterday, to=yesterday))
    played = found.recording.between(found.start, found.end)
    assert len(played.calls) == 30
    assert len(found.recording.calls) == 30 * DAYS
    first = datetime.fromtimestamp(played.calls[0].at, UTC)
    assert (first.day, first.hour) == (yesterday.day, 9)  # by the workspace's clock
    assert {(one.capacity, tuple(one.skills.items())) for one in played.duty} == {
        (100, (("gas", 4), ("Gas: guasti", 1))),
        (100, (("gas", 2), ("Gas: guasti", 1))),
    }
    assert [(high - low) / 3600.0 for one in played.duty for low, high in one.spans] == [5.0, 5.0]
    live = await live_scenario(connection, workspace.id, LiveWish(now=False, weekday=None), now=NOW)
    question = Question(first=parse(live.yaml), recording=found.recording, start=found.start, end=found.end, learn=True)
    reply = answer(question, lambda _: None)
    assert reply.error is not None
    assert reply.replay is not None
    assert (reply.replay.calls, reply.replay.agents, reply.replay.in_sample) == (30, 2, False)
    assert reply.error.calibrated["p_abandon"].recorded == pytest.approx(0.1)
    assert set(reply.error.queues) == {"Gas: guasti"}
    with pytest.raises(Invalid) as refused:
        await recorded(connection, workspace.id, PeriodWish(from_=NOW.date() + timedelta(days=9), to=NOW.date() + timedelta(days=9)))  # fmt: skip
    assert refused.value.code == "twin-nothing-recorded"


async def test_only_the_latest_of_a_long_record_is_played(connection: Any, workspace: Furnished, centre: UUID) -> None:
    wish = PeriodWish(from_=(NOW - timedelta(days=DAYS)).date(), to=(NOW - timedelta(days=1)).date())
    found = await recorded(connection, workspace.id, wish, most=40)
    assert len(found.recording.calls) == 40
    assert found.start % 3600.0 == 0.0
    assert found.start <= found.recording.calls[0].at < found.start + 3600.0
