"""A chat from both sides: the visitor's real socket, the agent's REST doors."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from battito.channels.accounts import AccountChanged
from battito.channels.webchat.simulator import SimulatedVisitor, VisitorRefused
from battito.platform.actor import Context
from battito.platform.database import Database
from tests.channels.webchat.conftest import Widget

pytestmark = [pytest.mark.outside, pytest.mark.postgres]


async def reply(agent: httpx.AsyncClient, visitor: SimulatedVisitor, text: str) -> dict[str, Any]:
    """The agent answers in the visitor's conversation."""
    conversation = visitor.state["conversation_id"]
    answer = await agent.post(f"/conversations/{conversation}/messages", json={"client_id": str(uuid4()), "text": text})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def written(client_id: UUID) -> Callable[[dict[str, Any]], bool]:
    """Whether a message is the one with this id."""
    return lambda m: m["client_id"] == str(client_id)


async def begin(visitor: SimulatedVisitor, text: str = "Buongiorno, la bolletta di ottobre è troppo alta.") -> UUID:
    """The first message, kept and placed; the conversation's id."""
    message = await visitor.say(text)
    await visitor.acknowledgement(message)
    await visitor.wait_for_message(lambda m: m["client_id"] == str(message))
    state = await visitor.wait_for_state(status="waiting")
    return UUID(state["conversation_id"])


async def test_a_message_reaches_an_agent_and_the_answer_comes_back(
    widget: Widget, visitor: SimulatedVisitor, agent: httpx.AsyncClient
) -> None:
    conversation = await begin(visitor)
    row = (await agent.get(f"/conversations/{conversation}")).json()
    assert (row["channel"], row["status"], row["contact"]["name"], row["unread"]) == (
        "webchat",
        "open",
        "Teresa Colombo",
        1,
    )
    sent = await reply(agent, visitor, "Buongiorno Teresa, la guardiamo insieme.")
    shown = await visitor.wait_for_message(lambda m: m["author"]["kind"] == "agent")
    assert (shown["text"], shown["author"]["name"], shown["id"], shown["client_id"]) == (
        "Buongiorno Teresa, la guardiamo insieme.", "Agent", sent["id"], None
    )  # fmt: skip
    await visitor.wait_for_state(status="agent", name="Agent")


async def test_notes_and_surnames_stay_inside(
    widget: Widget, visitor: SimulatedVisitor, agent: httpx.AsyncClient
) -> None:
    conversation = await begin(visitor)
    note = {"client_id": str(uuid4()), "text": "cliente difficile", "kind": "note"}
    assert (await agent.post(f"/conversations/{conversation}/messages", json=note)).status_code == 201
    await reply(agent, visitor, "Eccomi.")
    await visitor.wait_for_message(lambda m: m["text"] == "Eccomi.")
    seen = repr(visitor.frames) + repr((await visitor.call("GET", "/chat/messages")).json())
    assert "difficile" not in seen
    assert "Prova" not in seen  # the agent's surname


async def test_how_far_messages_came_on_both_sides(
    widget: Widget, visitor: SimulatedVisitor, agent: httpx.AsyncClient
) -> None:
    conversation = await begin(visitor)
    first = max(visitor.messages)
    await agent.post(f"/conversations/{conversation}/read", json={"seq": first})
    await visitor.wait_for_state(read=first)
    sent = await reply(agent, visitor, "Letto.")
    await visitor.wait_for_message(lambda m: m["id"] == sent["id"])

    async def status() -> str:
        messages = (await agent.get(f"/conversations/{conversation}/messages")).json()["items"]
        return str(next(m["status"] for m in messages if m["id"] == sent["id"]))

    await until(status, "delivered")
    await visitor.send({"type": "read", "seq": sent["seq"]})
    await until(status, "read")


async def until(ask: Any, wanted: Any, within: float = 15) -> None:
    """Ask again until the answer is the wanted one."""
    answer = None
    async with asyncio.timeout(within):
        while (answer := await ask()) != wanted:
            await asyncio.sleep(0.1)
    assert answer == wanted


async def test_typing_is_seen_on_both_sides(
    widget: Widget, visitor: SimulatedVisitor, agent: httpx.AsyncClient
) -> None:
    import websockets

    conversation = await begin(visitor)
    url = widget.server.url.replace("http", "ws") + "/api/v1/live"
    async with websockets.connect(url, additional_headers=widget.workspace.agent.headers) as desk:
        await desk.send('{"type":"hello","resume":null}')
        assert "welcome" in str(await desk.recv())
        await desk.send(f'{{"type":"signal","name":"typing","conversation_id":"{conversation}","mode":"note"}}')
        await desk.send(f'{{"type":"signal","name":"typing","conversation_id":"{conversation}","mode":"reply"}}')
        frame = await visitor.wait_for(lambda f: f["type"] == "typing")
        assert (frame["on"], frame["name"]) == (True, "Agent")
        assert sum(f["type"] == "typing" for f in visitor.frames) == 1
        await visitor.send({"type": "typing", "on": True})
        async with asyncio.timeout(10):
            while True:
                text = str(await desk.recv())
                if '"signal"' in text and "Teresa" in text:
                    break


async def test_every_message_once_whatever_is_repeated(visitor: SimulatedVisitor, agent: httpx.AsyncClient) -> None:
    conversation = await begin(visitor)
    message = await visitor.say("una volta sola")
    for _ in range(5):
        await visitor.send({"type": "message", "id": str(message), "text": "una volta sola", "files": []})
    posted = await visitor.call("POST", "/chat/messages", {"id": str(message), "text": "una volta sola"})
    assert posted.status_code in (200, 201)
    again = await visitor.call("POST", "/chat/messages", {"id": str(message), "text": "altro testo, stesso id"})
    assert again.status_code == 200
    await visitor.wait_for_message(lambda m: m["client_id"] == str(message))
    last = await visitor.say("ultima")
    await visitor.wait_for_message(lambda m: m["client_id"] == str(last))
    messages = (await agent.get(f"/conversations/{conversation}/messages?limit=100")).json()["items"]
    texts = [m["text"] for m in messages if m["kind"] == "message"]
    assert texts[1:] == ["una volta sola", "ultima"]


async def test_a_visitor_who_was_away_gets_exactly_what_they_missed(
    widget: Widget, visitor: SimulatedVisitor, agent: httpx.AsyncClient
) -> None:
    await begin(visitor)
    await reply(agent, visitor, "uno")
    await visitor.wait_for_message(lambda m: m["text"] == "uno")
    await visitor.close()
    for text in ("due", "tre"):
        await reply(agent, visitor, text)
    visitor.frames.clear()
    await visitor.connect()
    welcome = await visitor.wait_for(lambda f: f["type"] == "welcome")
    assert [m["text"] for m in welcome["messages"]] == ["due", "tre"]
    assert welcome["reset"] is False
    fresh = widget.visitor()
    fresh.session = visitor.session
    await fresh.connect()  # a reloaded page knows nothing and gets everything
    assert [m["text"] for _, m in sorted(fresh.messages.items())][1:] == ["uno", "due", "tre"]
    await fresh.close()


async def test_two_tabs_show_the_same(widget: Widget, visitor: SimulatedVisitor, agent: httpx.AsyncClient) -> None:
    other = widget.visitor()
    other.session = visitor.session
    await other.connect()
    message = await visitor.say("dalla prima scheda")
    await other.wait_for_message(lambda m: m["client_id"] == str(message))
    await visitor.wait_for_state(status="waiting")
    await reply(agent, visitor, "a tutte e due")
    for tab in (visitor, other):
        await tab.wait_for_message(lambda m: m["text"] == "a tutte e due")
    await other.close()


async def test_ending_rating_and_beginning_anew(
    visitor: SimulatedVisitor, agent: httpx.AsyncClient, connection: Any
) -> None:
    first = await begin(visitor)
    await reply(agent, visitor, "Fatto.")
    await visitor.wait_for_state(status="agent")
    await visitor.send({"type": "end"})
    await visitor.wait_for_state(status="ended")
    await visitor.send({"type": "rating", "score": 5, "comment": "Gentile e veloce"})
    await visitor.wait_for_state(rated=True)
    rated = await connection.fetchrow("select score, comment from webchat_rating where conversation_id = $1", first)
    assert tuple(rated) == (5, "Gentile e veloce")
    await visitor.send({"type": "again"})
    await visitor.wait_for_state(status="new")
    second = await begin(visitor, "Un’altra domanda.")
    assert second != first
    assert [m["text"] for m in visitor.messages.values()] == ["Un’altra domanda."]


async def test_writing_again_reopens_the_same_conversation(
    visitor: SimulatedVisitor, agent: httpx.AsyncClient, connection: Any
) -> None:
    first = await begin(visitor)
    for ending in ("agent", "visitor"):
        if ending == "agent":
            assert (await agent.post(f"/conversations/{first}/resolve")).status_code in (200, 201)
        else:
            await visitor.send({"type": "end"})
        await visitor.wait_for_state(status="ended")
        message = await visitor.say(f"Ancora una cosa, dopo {ending}.")
        await visitor.acknowledgement(message)
        await visitor.wait_for_message(written(message))
        state = await visitor.wait_for_state(status="waiting")
        assert UUID(state["conversation_id"]) == first
        row = (await agent.get(f"/conversations/{first}")).json()
        assert (row["status"], row["live"], row["resolved_at"]) == ("open", True, None)
    assert (
        await connection.fetchval(
            "select count(*) from conversation where contact_id = (select contact_id from conversation where id = $1)",
            first,
        )
        == 1
    )


@pytest.mark.parametrize("way", ["socket", "rest"])
async def test_past_the_time_for_reopening_one_new_conversation_goes_on(
    visitor: SimulatedVisitor, agent: httpx.AsyncClient, connection: Any, way: str
) -> None:
    first = await begin(visitor)
    assert (await agent.post(f"/conversations/{first}/resolve")).status_code in (200, 201)
    await visitor.wait_for_state(status="ended")
    await connection.execute("update conversation set resolved_at = now() - interval '3 days' where id = $1", first)
    if way == "rest":
        await visitor.close()
    for text in ("Dopo tre giorni.", "E ancora."):
        message = uuid4()
        if way == "rest":
            assert (await visitor.call("POST", "/chat/messages", {"id": str(message), "text": text})).status_code == 201

            async def there(sent: UUID = message) -> bool:
                return bool(await connection.fetchval("select true from message where client_id = $1", sent))

            await until(there, True)
        else:
            message = await visitor.say(text)
            await visitor.acknowledgement(message)
            await visitor.wait_for_message(written(message))
    rows = await connection.fetch(
        "select id, linked, message_count from conversation where contact_id = (select contact_id from conversation where id = $1) order by created_at", first
    )  # fmt: skip
    assert [r["message_count"] for r in rows] == [1, 2]
    assert (rows[0]["linked"], rows[1]["linked"]) == ([rows[1]["id"]], [first])
    shown = (await visitor.call("GET", "/chat/messages")).json()
    assert shown["state"]["conversation_id"] == str(rows[1]["id"])
    assert [m["text"] for m in shown["messages"]] == ["Dopo tre giorni.", "E ancora."]


async def test_a_rating_out_of_range_is_refused_and_nothing_breaks(visitor: SimulatedVisitor) -> None:
    await begin(visitor)
    for score in (0, 6, "5", None):
        await visitor.send({"type": "rating", "score": score})
    await visitor.wait_for(lambda f: f["type"] == "error")
    message = await visitor.say("ancora qui")
    await visitor.acknowledgement(message)


async def test_the_ledger_has_the_words_that_were_accepted(
    visitor: SimulatedVisitor, connection: Any, widget: Widget
) -> None:
    conversation = await begin(visitor)

    async def ledger() -> list[tuple[Any, ...]]:
        rows = await connection.fetch(
            "select t.purpose, t.channel, t.granted, t.text_shown, t.text_version from consent t join conversation c on c.contact_id = t.contact_id where c.id = $1",
            conversation,
        )
        return [tuple(r) for r in rows]

    await visitor.acknowledgement(await visitor.say("e ancora"))
    await visitor.wait_for_message(lambda m: m["text"] == "e ancora")
    assert await ledger() == [("service", "*", True, "Ho letto l’informativa.", "2")]  # once, with the first message


async def test_nothing_is_kept_without_consent(widget: Widget, connection: Any) -> None:
    visitor = widget.visitor()
    with pytest.raises(VisitorRefused, match=r"consents\.service"):
        await visitor.open({"name": "Teresa"}, accept=False)
    assert await connection.fetchval("select count(*) from webchat_session where account_id = $1", widget.id) == 0


async def test_a_visitor_without_a_message_is_nobodys_contact(
    widget: Widget, visitor: SimulatedVisitor, connection: Any
) -> None:
    await visitor.send({"type": "typing", "on": True})
    await visitor.send({"type": "end"})
    await visitor.send({"type": "person"})
    await visitor.send({"type": "rating", "score": 3})
    await visitor.send({"type": "ping"})
    await visitor.wait_for(lambda f: f["type"] == "pong")
    assert await connection.fetchval("select count(*) from contact where workspace_id = $1", widget.workspace.id) == 0


async def test_whoever_waits_is_told_their_place(widget: Widget, connection: Any, agent: httpx.AsyncClient) -> None:
    queue = uuid4()
    await connection.execute(
        "insert into queue(id, workspace_id, name, gives_work) values ($1, $2, 'Luce e gas', false)",
        queue,
        widget.workspace.id,
    )
    people = []
    for name in ("Prima", "Seconda", "Terza"):
        one = widget.visitor()
        await one.open({"name": name})
        await begin(one)
        people.append(one)
        moved = await agent.post(
            f"/conversations/{one.state['conversation_id']}/transfer", json={"queue_id": str(queue)}
        )
        assert moved.status_code in (200, 201), moved.text
    for place, one in enumerate(people, 1):
        await one.send({"type": "ping"})
        await one.wait_for_state(status="waiting", position=place)
    await reply(agent, people[0], "Eccomi")
    await people[0].wait_for_state(status="agent", position=None)
    await people[2].send({"type": "ping"})
    await people[2].wait_for_state(position=2)
    for one in people:
        await one.close()


async def test_erasing_a_person_ends_their_sessions(
    widget: Widget, visitor: SimulatedVisitor, agent: httpx.AsyncClient, connection: Any
) -> None:
    conversation = await begin(visitor)
    await visitor.send({"type": "rating", "score": 2, "comment": "Teresa Colombo, via Po 1"})
    await visitor.wait_for_state(rated=True)
    row = (await agent.get(f"/conversations/{conversation}")).json()
    administrator = widget.workspace.administrator.headers
    erased = await agent.post(
        f"/contacts/{row['contact']['id']}/erase", json={"reason": "chiesto dalla cliente"}, headers=administrator
    )
    assert erased.status_code < 300, erased.text

    async def left() -> tuple[int, str]:
        sessions = await connection.fetchval("select count(*) from webchat_session where account_id = $1", widget.id)
        return sessions, await connection.fetchval(
            "select comment from webchat_rating where conversation_id = $1", conversation
        )

    await until(left, (0, ""))


async def test_a_chat_that_is_switched_off_and_on_again_forgets_nobody(
    widget: Widget, visitor: SimulatedVisitor, database: Database
) -> None:
    await begin(visitor)

    async def switch(on: bool) -> None:
        async with database.transaction(Context.system(widget.workspace.id)) as tx:
            await tx.execute("update channel_account set enabled = $2 where id = $1", widget.id, on)
            tx.emit(AccountChanged(account_id=widget.id))

    async def reachable() -> int:
        return (await visitor.call("GET", "/chat/messages")).status_code

    await switch(False)
    await until(reachable, 503)
    await visitor.break_connection()
    message = await visitor.say("mentre era spenta")
    await asyncio.sleep(1)
    await switch(True)
    await visitor.acknowledgement(message, 30)
    assert visitor.refused is None


async def test_hostile_text_arrives_as_text(visitor: SimulatedVisitor, agent: httpx.AsyncClient) -> None:
    conversation = await begin(visitor)
    for text in (
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\u202eevil", "'; drop table message; --", "{{7*7}}", "😀 ملا 中文",
    ):  # fmt: skip
        message = await visitor.say(text)
        shown = await visitor.wait_for_message(lambda m, message=message: m["client_id"] == str(message))  # type: ignore[misc]
        assert shown["text"] == text
    messages = (await agent.get(f"/conversations/{conversation}/messages?limit=100")).json()["items"]
    assert all(m["html"] is None for m in messages)
