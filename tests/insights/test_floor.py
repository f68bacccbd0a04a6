"""The floor: its numbers agree with the events, its contacts with its numbers, and nobody sees what is not theirs."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from battito.insights.narrow import narrowing
from battito.insights.queries.contacts import behind
from battito.insights.queries.floor import get_floor
from battito.kit.ids import uuid7
from battito.platform.services import Services
from tests.insights.doing import a_day, moment, noon_now, told
from tests.routing.doing import a_queue, eventually, only, wait_in
from tests.support.leading import routed
from tests.support.workspace import Furnished

pytestmark = pytest.mark.postgres

TARGET = {"voice": 20.0, "webchat": 60.0, "email": 14_400.0}


def was_offered(one: dict[str, Any]) -> bool:
    """The reference page's rule, said again."""
    if one["via"] == "queue":
        return True
    answered = moment(one["answered_at"])
    return one["via"] == "taken" and (answered is None or answered > moment(one["entered_at"]))  # type: ignore[operator]


def recount(told: list[dict[str, Any]], now: datetime) -> Counter[str]:
    """The day's figures by brute force, from what the events said."""
    out: Counter[str] = Counter()
    for one in told:
        entered, answered, ended = (moment(one[name]) for name in ("entered_at", "answered_at", "ended_at"))
        assert entered is not None
        offered, over = was_offered(one), one["state"] == "ended"
        target = TARGET[one["channel"]]
        if offered:
            out["offered"] += 1
            if answered is not None:
                out["answered"] += 1
                out["within"] += (answered - entered).total_seconds() <= target
            elif one["state"] in ("queued", "offered"):
                out["waiting"] += 1
        else:
            out["continued"] += 1
        if one["outcome"] == "abandoned":
            assert ended is not None
            out["abandoned"] += 1
            out["short"] += (ended - entered).total_seconds() < 5
            out["abandoned_within"] += (ended - entered).total_seconds() <= target
        if one["outcome"] == "flow-out":
            out["flow_out"] += 1
        if over and answered is not None:
            out["handled"] += 1
        if one["state"] in ("handling", "wrap-up"):
            out[one["state"]] += 1
    return out


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_live_counters_agree_with_the_events(
    services: Services, connection: Any, workspace: Furnished, seed: int
) -> None:
    await noon_now(connection, workspace)
    await only(connection, workspace, agent=60, other=30)
    queues = [
        await a_queue(connection, workspace, offers=True, offer_s=600, wrap_up_s=600, refused_s=1, preferred_s=0),
        await a_queue(connection, workspace, wrap_up_s=0, preferred_s=0),
        await a_queue(connection, workspace),
    ]
    await a_day(services, connection, workspace, queues, seed=seed, steps=120)
    now = datetime.now(UTC)
    floor = await get_floor(connection, workspace.supervisor.context, narrowing(workspace.supervisor.context), now)
    stories = await told(connection, workspace)
    expected = recount(stories, now)
    assert expected["offered"] > 20
    assert expected["answered"] > 5
    today = floor.totals.today
    assert {
        "offered": today.offered, "answered": today.answered, "abandoned": today.abandoned, "short": today.short_abandoned,
        "flow_out": today.flow_out, "handled": today.handled, "continued": today.continued, "waiting": floor.totals.waiting,
        "handling": floor.totals.handling, "wrap-up": floor.totals.wrapping_up,
    } == {k: expected[k] for k in ("offered", "answered", "abandoned", "short", "flow_out", "handled", "continued", "waiting", "handling", "wrap-up")}  # fmt: skip
    service = today.service
    assert (service.strict.numerator, service.strict.denominator) == (expected["within"], expected["offered"] - expected["short"])  # fmt: skip
    assert (service.aws.numerator, service.aws.denominator) == (expected["within"] + expected["abandoned_within"], expected["offered"])  # fmt: skip
    assert (service.answered.numerator, service.answered.denominator) == (expected["within"], expected["answered"])
    # conserved: what was offered was answered, abandoned, flowed out, or waits still
    assert today.offered == today.answered + today.abandoned + today.flow_out + floor.totals.waiting
    for queue in floor.queues:
        own = recount([one for one in stories if one["queue_id"] == (str(queue.id) if queue.id else None)], now)
        assert (queue.today.offered, queue.today.answered, queue.waiting) == (own["offered"], own["answered"], own["waiting"])  # fmt: skip
    assert sum(i.offered for i in floor.intervals) == today.offered
    assert sum(i.answered for i in floor.intervals) == today.answered
    waits = [now - m for o in stories if o["state"] in ("queued", "offered") and (m := moment(o["entered_at"]))]
    if waits:
        assert floor.totals.longest_wait_s == pytest.approx(max(waits).total_seconds())
    for figure, wanted in (
        ("waiting", floor.totals.waiting), ("handling", floor.totals.handling), ("wrapping_up", floor.totals.wrapping_up),
        ("offered", today.offered), ("answered", today.answered), ("abandoned", today.abandoned), ("flow_out", today.flow_out),
    ):  # fmt: skip
        after, seen = None, []
        while True:
            page = await behind(
                connection, workspace.supervisor.context, figure, narrowing(workspace.supervisor.context),
                floor.day_start, now + timedelta(seconds=1), now, limit=7, after=after,
            )  # fmt: skip
            assert page.total == wanted, figure
            seen += [(row.interaction.id if row.interaction else row.conversation.id) for row in page.items]
            after = page.next
            if after is None:
                break
        assert len(seen) == len(set(seen)) == wanted, figure


async def test_people_and_what_they_have_in_hand(services: Services, connection: Any, workspace: Furnished) -> None:
    await only(connection, workspace, agent=60)
    queue = await a_queue(connection, workspace, teams=[workspace.team_id])
    chat = await wait_in(connection, workspace, queue, "webchat", 3)
    await routed(services, workspace)
    context = workspace.supervisor.context

    async def seen() -> Any:
        floor = await get_floor(connection, context, narrowing(context), datetime.now(UTC))
        person = next(p for p in floor.people if p.user.id == workspace.agent.id)
        return (floor, person) if person.presence.routing == "handling" else None

    floor, person = await eventually(seen)
    assert [(i.conversation_id, i.state, i.queue_id) for i in person.interactions] == [(chat, "handling", queue)]
    assert person.teams == [workspace.team_id]
    row = next(q for q in floor.queues if q.id == queue)
    assert (row.people.handling, row.people.offline, row.handling) == (1, len(workspace.members) - 1, 1)
    assert sum(msgspec.structs.astuple(row.people)) == len(floor.people)

    async def since() -> Any:
        floor = await get_floor(connection, context, narrowing(context), datetime.now(UTC))
        return next(p for p in floor.people if p.user.id == workspace.agent.id).routing_since

    assert await eventually(since) is not None
    other = narrowing(context, team=str(uuid7()))
    assert (await get_floor(connection, context, other, datetime.now(UTC))).people == []


async def test_promises_at_risk_and_broken(connection: Any, workspace: Furnished) -> None:
    queue = await a_queue(connection, workspace)
    await only(connection, workspace)
    now = datetime.now(UTC)
    broken, near, far = [await wait_in(connection, workspace, queue, "email", 3600) for _ in range(3)]
    for one, minutes in ((broken, -5), (near, 5), (far, 60)):
        await connection.execute(
            "update conversation set due_at = $2 where id = $1", one, now + timedelta(minutes=minutes)
        )
    context = workspace.supervisor.context
    floor = await get_floor(connection, context, narrowing(context), now)
    row = next(q for q in floor.queues if q.id == queue)
    assert (row.breached, row.at_risk, row.level) == (1, 1, "breach")
    assert floor.sentence.tone == "breach"
    assert floor.sentence.facts[0].kind == "breached"
    for channel, count in (("email", 3), ("webchat", 0)):
        asked = narrowing(context, queue=str(queue), channel=channel)
        assert (await behind(connection, context, "waiting", asked, floor.day_start, now, now)).total == count
    for figure, one in (("breached", broken), ("at_risk", near)):
        page = await behind(connection, context, figure, narrowing(context), floor.day_start, now, now)
        assert [r.conversation.id for r in page.items] == [one]
    # nobody routes here (no node runs): they wait in the queue all the same
    assert row.waiting == 3


async def test_other_brands_are_neither_shown_nor_counted(connection: Any, workspace: Furnished) -> None:
    await noon_now(connection, workspace)
    await only(connection, workspace)
    brand = await connection.fetchval(
        "insert into brand(id, workspace_id, name) values (gen_random_uuid(), $1, 'Altra') returning id", workspace.id
    )
    queue = await a_queue(connection, workspace)
    foreign = await a_queue(connection, workspace)
    await connection.execute("update queue set brand_id = $2 where id = $1", foreign, brand)
    for n in range(5):
        one = await wait_in(connection, workspace, queue, "email", 30)
        if n < 2:
            await connection.execute("update conversation set brand_id = $2 where id = $1", one, brand)
        await connection.execute(
            "insert into interaction(id, workspace_id, conversation_id, channel, queue_id, via, state, entered_at) values ($1, $2, $3, 'email', $4, 'queue', 'queued', now())",
            uuid7(), workspace.id, one, queue,
        )  # fmt: skip
    limited = msgspec.structs.replace(workspace.supervisor.context, brands=frozenset({workspace.brand_id}))
    now = datetime.now(UTC)
    for context, wanted, queues in (
        (limited, 3, {queue}),
        (workspace.supervisor.context, 5, {queue, foreign}),
    ):
        floor = await get_floor(connection, context, narrowing(context), now)
        assert (floor.totals.waiting, floor.totals.today.offered) == (wanted, wanted)
        assert {q.id for q in floor.queues} == queues
        page = await behind(connection, context, "waiting", narrowing(context), floor.day_start, now, now)
        assert (page.total, len(page.items)) == (wanted, wanted)
    hidden = await get_floor(connection, limited, narrowing(limited, brand=str(brand)), now)
    assert hidden.totals.waiting == 0


async def test_the_doors(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    boss, agent = workspace.supervisor.headers, workspace.agent.headers
    assert (await http.get("/api/v1/floor", headers=agent)).status_code == 403
    answer = await http.get("/api/v1/floor", headers=boss)
    assert answer.status_code == 200
    body = answer.json()
    assert body["timezone"] == "Europe/Rome"
    assert {p["user"]["id"] for p in body["people"]} == {str(m.id) for m in workspace.members.values()}
    assert (await http.get("/api/v1/floor?queue=xx", headers=boss)).json()["errors"][0]["field"] == "queue"
    assert (await http.get("/api/v1/floor/contacts?figure=xx", headers=boss)).status_code == 422
    assert (await http.get("/api/v1/floor/contacts?figure=waiting", headers=boss)).json() == {"items": [], "next": None, "total": 0}  # fmt: skip

    hand = await http.post("/api/v1/hands", headers=agent, json={"text": "reclamo difficile"})
    assert hand.status_code == 201, hand.text
    again = await http.post("/api/v1/hands", headers=agent, json={"text": "reclamo"})
    assert again.json()["id"] == hand.json()["id"]

    async def seen() -> bool:  # a look may be a second old
        hands = (await http.get("/api/v1/floor", headers=boss)).json()["hands"]
        return [hand["text"] for hand in hands] == ["reclamo"]

    await eventually(seen)
    assert (await http.get("/api/v1/hands", headers=workspace.other.headers)).json()["items"] == []
    address = f"/api/v1/hands/{hand.json()['id']}/answer"
    assert (await http.post(address, headers=workspace.other.headers)).status_code == 403
    assert (await http.post(address, headers=boss)).json()["answered_by"]["id"] == str(workspace.supervisor.id)
    taken = await http.post(address, headers=boss)
    assert (taken.status_code, taken.json()["code"]) == (409, "hand-answered")

    told_them = await http.post(
        "/api/v1/floor/messages", headers=boss, json={"team_id": str(workspace.team_id), "text": "Alle 15 riunione"}
    )
    assert told_them.status_code == 201
    heard = await connection.fetch("select audience from event where workspace_id = $1 and type = 'team.message'", workspace.id)  # fmt: skip
    assert {h["audience"] for h in heard} == {f"user:{m.id}" for m in workspace.members.values()}
    assert (await http.get("/api/v1/floor/messages", headers=agent)).json()["items"][0]["text"] == "Alle 15 riunione"

    put = await http.put(
        f"/api/v1/users/{workspace.agent.id}/presence", headers=boss, json={"state": "away", "reason": "pausa"}
    )
    assert (put.json()["state"], put.json()["reason"]) == ("away", "pausa")
    line = await connection.fetchrow("select before, after from audit where workspace_id = $1 and action = 'presence.set_other'", workspace.id)  # fmt: skip
    assert (line["before"]["state"], line["after"]["state"]) == ("available", "away")
    foreign = await http.put(f"/api/v1/users/{UUID(int=7)}/presence", headers=boss, json={"state": "away"})
    assert foreign.status_code == 404
