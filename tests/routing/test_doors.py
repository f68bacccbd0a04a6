"""By the doors, on a running server: offers, wrap-up and dispositions, next presence, skills live, why."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.routing.doing import eventually, heard, interaction_of, only, wait_in
from tests.support.live import live
from tests.support.server import Process
from tests.support.workspace import Furnished, Member

pytestmark = [pytest.mark.postgres, pytest.mark.outside]


class Doors:
    """One workspace's people, calling."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def ask(self, who: Member, method: str, path: str, body: Any = None, *, status: int | None = None) -> Any:
        answer = await self.http.request(method, f"/api/v1{path}", json=body, headers=who.headers)
        if status is None:
            assert answer.status_code < 300, answer.text
        else:
            assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def offers(self, who: Member) -> list[Any]:
        return list((await self.ask(who, "GET", "/offers"))["items"])


@pytest.fixture
async def doors(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> Doors:
    await only(connection, workspace)
    return Doors(http)


async def available(doors: Doors, *people: Member) -> None:
    for who in people:
        await doors.ask(who, "PUT", "/me/presence", {"state": "available"})


async def presence(doors: Doors, who: Member) -> Any:
    return (await doors.ask(who, "GET", "/me"))["presence"]


async def test_from_offer_to_disposition(doors: Doors, connection: Any, workspace: Furnished) -> None:
    boss, agent = workspace.administrator, workspace.agent
    queue = UUID(
        (
            await doors.ask(
                boss, "POST", "/queues",
                {"name": "Chat", "rules": {"offers": True, "offer_s": 30, "wrap_up_s": 600, "disposition_required": True}},
            )
        )["id"]
    )  # fmt: skip
    group = await doors.ask(boss, "POST", "/dispositions", {"name": "Bolletta", "queue_id": str(queue)})
    leaf = await doors.ask(
        boss, "POST", "/dispositions", {"name": "Spiegata", "queue_id": str(queue), "parent_id": group["id"]}
    )
    await doors.ask(
        boss, "PATCH", f"/dispositions/{group['id']}",
        {"name": "Bolletta", "queue_id": str(queue), "parent_id": leaf["id"]}, status=422,
    )  # fmt: skip
    chat = await heard(connection, workspace, await wait_in(connection, workspace, queue, "webchat", 5))
    await available(doors, agent)
    (offer,) = await eventually(lambda: doors.offers(agent))
    assert offer["queue"]["name"] == "Chat"
    assert 25 < offer["seconds_left"] <= 30
    await doors.ask(workspace.other, "POST", f"/offers/{offer['id']}/accept", status=404)
    accepted = await doors.ask(agent, "POST", f"/offers/{offer['id']}/accept")
    assert accepted["conversation"]["owner"]["id"] == str(agent.id)
    again = await doors.ask(agent, "POST", f"/offers/{offer['id']}/accept", status=409)
    assert (again["code"], again["outcome"]) == ("offer-over", "accepted")

    async def in_contact() -> bool:
        return bool((await presence(doors, agent))["routing"] == "handling")

    await eventually(in_contact)
    # a break asked for in a contact comes next
    asked = await doors.ask(agent, "PUT", "/me/presence", {"state": "away", "reason": "Pausa"})
    assert asked["next"] == {"state": "away", "reason": "Pausa"}
    await doors.ask(agent, "POST", f"/conversations/{chat}/resolve")

    async def wrapping() -> Any:
        items = (await doors.ask(agent, "GET", "/me/interactions"))["items"]
        return items[0] if items and items[0]["state"] == "wrap-up" else None

    one = await eventually(wrapping)
    assert (await presence(doors, agent))["state"] == "available"
    longer = await doors.ask(agent, "POST", f"/interactions/{one['id']}/wrap-up/extend", {"seconds": 30})
    assert longer["wrap_up_ends_at"] > one["wrap_up_ends_at"]
    end = f"/interactions/{one['id']}/wrap-up/end"
    missing = await doors.ask(agent, "POST", end, {}, status=422)
    assert missing["errors"][0]["field"] == "disposition_id"
    await doors.ask(agent, "POST", end, {"disposition_id": group["id"]}, status=422)  # there is a finer one below
    await doors.ask(agent, "POST", end, {"disposition_id": leaf["id"], "note": "Tutto chiaro"})
    row = await interaction_of(connection, chat)
    assert (row["state"], row["outcome"], row["disposition_id"]) == ("ended", "answered", UUID(leaf["id"]))

    async def away() -> bool:
        now = await presence(doors, agent)
        return (now["state"], now["reason"], now["next"]) == ("away", "Pausa", None)

    await eventually(away)


async def test_an_offer_rings_while_others_still_write(
    doors: Doors, connection: Any, workspace: Furnished, server: Process
) -> None:
    """Events wait for the slowest transaction under way; a ringing contact is shown ahead of its event."""
    rules = {"offers": True, "offer_s": 3}
    queue = await doors.ask(workspace.administrator, "POST", "/queues", {"name": "Chat", "rules": rules})
    first, second = workspace.agent, workspace.other
    await available(doors, first)
    await heard(connection, workspace, await wait_in(connection, workspace, UUID(queue["id"]), "webchat", 5))
    await eventually(lambda: doors.offers(first))
    await available(doors, second)
    async with live(server, first) as misses, live(server, second) as rings:
        async with connection.transaction():
            await connection.execute("select pg_current_xact_id()")  # from here on no event is behind the horizon
            early = await rings.until("offer.made", 10)  # the first offer expired
            assert early["type"] == "early"
            assert "cursor" not in early
        made = await rings.until("offer.made", kind="event")
        assert {k: made[k] for k in early if k != "type"} == {k: v for k, v in early.items() if k != "type"}
        await misses.until("offer.expired")
        assert not any(f.get("event") == "offer.made" for f in misses.heard)


async def test_a_contact_may_be_ended_into_wrap_up(doors: Doors, connection: Any, workspace: Furnished) -> None:
    queue = UUID((await doors.ask(workspace.administrator, "POST", "/queues", {"name": "Ora"}))["id"])
    chat = await heard(connection, workspace, await wait_in(connection, workspace, queue, "webchat", 5))
    await available(doors, workspace.agent)

    async def mine() -> Any:
        return (await doors.ask(workspace.agent, "GET", "/me/interactions"))["items"]

    (one,) = await eventually(mine)
    wrap_up = await doors.ask(workspace.agent, "POST", f"/interactions/{one['id']}/wrap-up")
    assert wrap_up["state"] == "wrap-up"
    assert await connection.fetchval("select status from conversation where id = $1", chat) == "resolved"

    async def told(status: str) -> bool:
        return bool((await presence(doors, workspace.agent))["routing"] == status)

    await eventually(lambda: told("wrap-up"))
    assert [i["state"] for i in await mine()] == ["wrap-up"]
    await doors.ask(workspace.agent, "POST", f"/interactions/{one['id']}/wrap-up/end", {})
    assert await mine() == []
    await eventually(lambda: told("idle"))


async def test_skills_count_at_once_and_one_is_told_why(doors: Doors, connection: Any, workspace: Furnished) -> None:
    boss, agent, other = workspace.administrator, workspace.agent, workspace.other
    skill = await doors.ask(boss, "POST", "/skills", {"name": "Tedesco"})
    await doors.ask(agent, "POST", "/skills", {"name": "Altro"}, status=403)
    await doors.ask(boss, "POST", "/skills", {"name": "tedesco"}, status=409)
    bad = {"name": "Estero", "rules": {"requirement": {str(queue_like()): 2}}}
    assert (await doors.ask(boss, "POST", "/queues", bad, status=422))["errors"][0]["field"] == "rules.requirement"
    rules = {"requirement": {skill["id"]: 4}, "rings": [{"seconds": 3600}, {"requirement": {skill["id"]: 2}}]}
    queue = UUID((await doors.ask(boss, "POST", "/queues", {"name": "Estero", "rules": rules}))["id"])
    mail = await heard(connection, workspace, await wait_in(connection, workspace, queue, "email", 60))
    await doors.ask(workspace.supervisor, "PUT", f"/users/{agent.id}/skills", {"skills": {skill["id"]: 3}})
    await available(doors, agent, other)

    async def waits() -> Any:
        return (await doors.ask(agent, "GET", f"/conversations/{mail}/routing"))["now"]

    now = await eventually(waits)
    assert (now["ring"], now["rings"], now["position"]) == (0, 2, 1)
    found = {o["name"]: o for o in now["obstacles"]}
    assert (found[agent.name]["reason"], found[agent.name]["needed"], found[agent.name]["has"]) == ("skill", 4, 3)
    assert found[agent.name]["skill"] == "Tedesco"
    assert now["expected_s"] is None  # nobody who is there could take it
    await doors.ask(workspace.supervisor, "PUT", f"/users/{agent.id}/skills", {"skills": {skill["id"]: 9}}, status=400)
    await doors.ask(workspace.supervisor, "PUT", f"/users/{other.id}/skills", {"skills": {skill["id"]: 5}})

    async def given() -> Any:
        told = await doors.ask(agent, "GET", f"/conversations/{mail}/routing")
        return told if told["interactions"] and told["interactions"][0]["state"] == "handling" else None

    told = await eventually(given)
    assert told["now"] is None
    (offer,) = told["offers"]
    assert offer["agent"] == {"id": str(other.id), "name": other.name}
    assert offer["why"]["rule"] in ("best-free-agent", "oldest-waiting")


def queue_like() -> UUID:
    return UUID(int=7)


async def test_the_workspaces_rules_and_limits(doors: Doors, connection: Any, workspace: Furnished) -> None:
    boss, agent = workspace.administrator, workspace.agent
    assert (await doors.ask(boss, "GET", "/routing"))["version"] == 0
    clash = {
        "channels": {
            "email": {"units": 10, "interrupts": ["webchat"]},
            "webchat": {"units": 30, "interrupts": ["email"]},
        }
    }
    await doors.ask(boss, "PUT", "/routing", clash, status=422)
    await doors.ask(boss, "PUT", "/routing", {"channels": {"email": {"units": 50}}})
    queue = UUID((await doors.ask(boss, "POST", "/queues", {"name": "Posta"}))["id"])
    for n in range(4):
        await heard(connection, workspace, await wait_in(connection, workspace, queue, "email", 60 - n))
    await available(doors, agent)

    async def held() -> int:
        return int(await connection.fetchval("select count(*) from conversation where owner_id = $1", agent.id))

    async def two() -> bool:
        return await held() == 2

    await eventually(two)
    await doors.ask(workspace.supervisor, "PUT", f"/users/{agent.id}/limits", {"capacity": 150})

    async def three() -> bool:
        return await held() == 3

    await eventually(three)
    await doors.ask(agent, "PUT", f"/users/{agent.id}/limits", {"capacity": 500}, status=403)
