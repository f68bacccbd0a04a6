"""Notes, mentions, edits, retries, attachments; snoozed conversations that wake; conversations that we begin."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from battito.conversations.actions import messages, start, state
from battito.conversations.actions.assign import Target, transfer
from battito.conversations.capabilities import Capabilities
from battito.platform.errors import Conflict, Forbidden, Invalid
from battito.platform.services import Services
from tests.conversations.doing import agent, customer, do, row, stream, undo
from tests.support.workspace import Furnished, a_contact, a_conversation, furnish

pytestmark = pytest.mark.postgres
ABLE = Capabilities(starts=True, edit=True, delete=True)


async def test_whom_a_note_names_follows_and_is_told_alone(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    one = await a_conversation(connection, workspace)
    note = await agent(
        services,
        workspace.agent.context,
        one,
        "@Other guarda",
        kind="note",
        mentions=[workspace.other.id, workspace.agent.id],
    )
    now = await row(services, workspace.agent.context, one)
    assert now.mentions == now.followers == [workspace.other.id, workspace.agent.id]
    told = await connection.fetch(
        "select audience, data from event where type = 'mention.created' and conversation_id = $1", one
    )
    assert [t["audience"] for t in told] == [f"user:{workspace.other.id}"]
    assert (told[0]["data"]["message_id"], told[0]["data"]["text"]) == (str(note.id), "@Other guarda")


async def test_a_stranger_is_not_mentioned_and_a_customer_reads_no_mentions(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    one = await a_conversation(connection, workspace)
    stranger = await furnish(connection)
    with pytest.raises(Invalid) as refused:
        await agent(services, workspace.agent.context, one, kind="note", mentions=[stranger.agent.id])
    assert "mentions" in refused.value.fields
    with pytest.raises(Invalid):
        await agent(services, workspace.agent.context, one, kind="message", mentions=[workspace.other.id])
    assert await stream(services, workspace.agent.context, one) == []


async def test_files_are_looked_up_and_sick_ones_refused(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    one = await a_conversation(connection, workspace)
    good, sick = uuid4(), uuid4()
    for file, scan in ((good, "clean"), (sick, "infected")):
        await connection.execute(
            "insert into file(id, workspace_id, sha256, name, content_type, size, scan) values ($1, $2, $3, 'bolletta.pdf', 'application/pdf', 12, $4)",
            file, workspace.id, file.bytes, scan,
        )  # fmt: skip
    sent = await agent(services, workspace.agent.context, one, "", attachments=[good])
    assert [(a.name, a.url) for a in sent.attachments] == [("bolletta.pdf", f"/api/v1/files/{good}")]
    (kept,) = await stream(services, workspace.agent.context, one)
    assert kept.attachments == sent.attachments
    stranger = await furnish(connection)
    theirs = await a_conversation(connection, stranger)
    for who, where, file in (
        (workspace.agent, one, sick),
        (workspace.agent, one, uuid4()),
        (stranger.agent, theirs, good),
    ):
        with pytest.raises(Invalid) as refused:
            await agent(services, who.context, where, "x", attachments=[file])
        assert "attachments[0]" in refused.value.fields


async def test_html_that_leaves_is_harmless_and_has_a_text(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    one = await a_conversation(connection, workspace)
    sent = await agent(
        services, workspace.agent.context, one, "", html="<p>Ciao <b>Teresa</b></p><img src=x onerror=alert(1)>"
    )
    assert "onerror" not in (sent.html or "")
    assert sent.text.strip() == "Ciao Teresa"


async def test_ones_own_note_can_be_changed_a_sent_message_only_where_the_channel_can(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    one = await a_conversation(connection, workspace)
    note = await agent(services, me, one, "prima", kind="note")
    mail = await agent(services, me, one, "inviata")
    edit = messages.MessageEdit(text="dopo")
    changed = await do(services, me, lambda tx: messages.edit_message(tx, note.id, edit, capabilities=Capabilities()))
    assert (changed.text, changed.edited_at is not None) == ("dopo", True)
    with pytest.raises(Forbidden):
        await do(
            services,
            workspace.supervisor.context,
            lambda tx: messages.edit_message(tx, note.id, edit, capabilities=ABLE),
        )
    with pytest.raises(Conflict):
        await do(services, me, lambda tx: messages.edit_message(tx, mail.id, edit, capabilities=Capabilities()))
    await do(services, me, lambda tx: messages.edit_message(tx, mail.id, edit, capabilities=ABLE))
    assert (await row(services, me, one)).preview == "dopo"
    audit = await connection.fetchrow(
        "select before, after from audit where action = 'message.edit' and object_id = $1", mail.id
    )
    assert (audit["before"], audit["after"]) == ({"text": "inviata"}, {"text": "dopo"})
    lines = await stream(services, me, one, activity=True)
    for act in (
        lambda tx: messages.take_back(tx, mail.id),
        lambda tx: messages.edit_message(tx, mail.id, messages.MessageEdit(text=" "), capabilities=ABLE),
    ):
        with pytest.raises((Conflict, Invalid)):
            await do(services, me, act)
    assert await stream(services, me, one, activity=True) == lines


async def test_a_failed_message_is_queued_again(services: Services, connection: Any, workspace: Furnished) -> None:
    me = workspace.agent.context
    one = await a_conversation(connection, workspace)
    sent = await agent(services, me, one)
    with pytest.raises(Conflict):
        await do(services, me, lambda tx: messages.retry(tx, sent.id))
    account = uuid4()
    await connection.execute(
        "update message set status = 'failed', account_id = $2, error = $3 where id = $1",
        sent.id,
        account,
        {"code": "550", "detail": "no"},
    )
    async with services.database.transaction(me) as tx:
        again = await messages.retry(tx, sent.id)
        # looked at before the commit: the outbox takes it at once
        waiting = await tx.fetchval(
            "select account_id from outbox where workspace_id = $1 and message_id = $2", workspace.id, sent.id
        )
    assert (again.status, again.error, waiting) == ("queued", None, account)


async def test_the_clock_wakes_and_so_does_the_customer(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    soon, later, reply = [await a_conversation(connection, workspace) for _ in range(3)]
    now = datetime.now(UTC)
    await do(services, me, lambda tx: state.snooze(tx, soon, until=now + timedelta(seconds=0.5)))
    await do(services, me, lambda tx: state.snooze(tx, later, until=now + timedelta(hours=1)))
    await do(services, me, lambda tx: state.snooze(tx, reply, until=None, until_reply=True))
    await customer(services, workspace, later)
    for _ in range(200):
        if (await row(services, me, soon)).status == "open":
            break
        await asyncio.sleep(0.05)
    assert [(await row(services, me, one)).status for one in (soon, later, reply)] == ["open", "open", "snoozed"]
    last = (await stream(services, me, soon, activity=True))[-1]
    assert (last.activity, last.author.kind) == ({"verb": "woken"}, "system")
    await customer(services, workspace, reply)
    assert (await row(services, me, reply)).status == "open"


async def test_a_snooze_put_off_wakes_at_its_new_time_only(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    one = await a_conversation(connection, workspace)
    now = datetime.now(UTC)
    await do(services, me, lambda tx: state.snooze(tx, one, until=now + timedelta(seconds=0.4)))
    await do(services, me, lambda tx: state.snooze(tx, one, until=now + timedelta(hours=2)))
    await asyncio.sleep(1)
    assert (await row(services, me, one)).status == "snoozed"
    assert await connection.fetchval("select count(*) from job where unique_key = $1", f"conversation.wake {one}") == 1


async def test_a_transfer_with_its_note_and_back(services: Services, connection: Any, workspace: Furnished) -> None:
    me = workspace.agent.context
    one = await a_conversation(connection, workspace)
    await do(services, me, lambda tx: state.snooze(tx, one, until=None, until_reply=True))
    done = await do(
        services, me, lambda tx: transfer(tx, one, Target(user_id=workspace.other.id), note="Chiede il rimborso")
    )
    assert done.conversation.owner is not None
    assert (done.conversation.status, done.conversation.owner.id) == ("open", workspace.other.id)
    assert [m.text for m in await stream(services, me, one)] == ["Chiede il rimborso"]
    await undo(services, me, done.undo)
    now = await row(services, me, one)
    assert (now.owner, now.status) == (None, "snoozed")
    assert [m.text for m in await stream(services, me, one)] == [""]
    for target, field in (
        (Target(), "user_id"),
        (Target(user_id=uuid4()), "user_id"),
        (Target(team_id=uuid4()), "team_id"),
        (Target(queue_id=uuid4()), "queue_id"),
    ):
        with pytest.raises(Invalid) as refused:
            await do(services, me, lambda tx, target=target: transfer(tx, one, target))  # type: ignore[misc]
        assert field in refused.value.fields


async def test_to_a_queue_by_its_name(services: Services, connection: Any, workspace: Furnished) -> None:
    one, queue = await a_conversation(connection, workspace), uuid4()
    await connection.execute(
        "insert into queue(id, workspace_id, name) values ($1, $2, 'Bollette')", queue, workspace.id
    )
    done = await do(services, workspace.agent.context, lambda tx: transfer(tx, one, Target(queue_id=queue)))
    assert (done.conversation.queue_id, done.conversation.owner) == (queue, None)
    (line,) = await stream(services, workspace.agent.context, one, activity=True)
    assert line.activity is not None
    assert line.activity["queue"] == {"id": str(queue), "name": "Bollette"}


async def an_account(connection: Any, workspace: Furnished, channel: str = "email") -> UUID:
    account = uuid4()
    await connection.execute(
        "insert into channel_account(id, workspace_id, brand_id, channel, name, address) values ($1, $2, $3, $4, 'Posta', $5)",
        account, workspace.id, workspace.brand_id, channel, f"{account.hex}@battito.example",
    )  # fmt: skip
    return account


async def test_we_begin_with_a_contact_or_an_address(services: Services, connection: Any, workspace: Furnished) -> None:
    me = workspace.agent.context
    account = await an_account(connection, workspace)
    contact = await a_contact(connection, workspace)
    new = start.NewConversation(
        client_id=uuid4(),
        channel="email",
        account_id=account,
        contact_id=contact,
        subject="Aggiornamento",
        text="Buongiorno",
    )
    made = await do(services, me, lambda tx: start.start(tx, new, capabilities=ABLE))
    assert made.owner is not None
    assert (made.contact.id, made.owner.id, made.status, made.message_count, made.brand_id) == (
        contact,
        me.actor.id,
        "waiting",
        1,
        workspace.brand_id,
    )
    assert (await do(services, me, lambda tx: start.start(tx, new, capabilities=ABLE))).id == made.id
    assert await connection.fetchval("select count(*) from outbox where conversation_id = $1", made.id) == 1
    to = start.NewConversation(
        client_id=uuid4(), channel="email", account_id=account, to="Nuova.Cliente@Example.IT", text="Salve"
    )
    first = await do(services, me, lambda tx: start.start(tx, to, capabilities=ABLE))
    to.client_id = uuid4()
    second = await do(services, me, lambda tx: start.start(tx, to, capabilities=ABLE))
    assert first.contact.id == second.contact.id
    assert first.id != second.id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": "non un indirizzo"}, "to"),
        ({"to": None}, "to"),
        ({"contact_id": uuid4()}, "contact_id"),
        ({"account_id": uuid4()}, "account_id"),
        ({"text": ""}, "text"),
    ],
)
async def test_what_cannot_begin_names_its_field(
    services: Services, connection: Any, workspace: Furnished, change: dict[str, Any], field: str
) -> None:
    account = await an_account(connection, workspace)
    given: dict[str, Any] = {
        "client_id": uuid4(),
        "channel": "email",
        "account_id": account,
        "to": "a@b.it",
        "text": "x",
        **change,
    }
    with pytest.raises(Invalid) as refused:
        await do(
            services,
            workspace.agent.context,
            lambda tx: start.start(tx, start.NewConversation(**given), capabilities=ABLE),
        )
    assert field in refused.value.fields


async def test_a_channel_where_the_customer_writes_first(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    new = start.NewConversation(client_id=uuid4(), channel="webchat", to="a@b.it", text="x")
    with pytest.raises(Invalid) as refused:
        await do(services, workspace.agent.context, lambda tx: start.start(tx, new, capabilities=Capabilities()))
    assert "channel" in refused.value.fields


async def test_reading_clears_for_the_owner_and_not_for_an_onlooker(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    from battito.conversations.actions import assign, marks

    me, boss = workspace.agent.context, workspace.supervisor.context
    one = await a_conversation(connection, workspace)
    first = await customer(services, workspace, one, "uno")
    await customer(services, workspace, one, "due")
    await do(services, me, lambda tx: assign.assign(tx, one, assign.Target(user_id=me.actor.id)))
    await do(services, boss, lambda tx: marks.read(tx, one, 99))
    assert (await row(services, me, one)).unread == 2
    await do(services, me, lambda tx: marks.read(tx, one, first.seq))
    assert (await row(services, me, one)).unread == 1
    await do(services, me, lambda tx: marks.read(tx, one, 99))
    assert (await row(services, me, one)).unread == 0


@pytest.mark.outside
async def test_the_detail_says_what_can_be_done(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    one = await a_conversation(connection, workspace)
    path = f"/api/v1/conversations/{one}"
    mine = (await http.get(path, headers=workspace.agent.headers)).json()
    assert mine["can"] == {"reply": True, "why": None}
    assert mine["capabilities"]["subject"] is True
    assert mine["contact"]["identities"][0]["kind"] == "email"
    taken = await http.post(
        f"{path}/assign", json={"user_id": str(workspace.other.id)}, headers=workspace.agent.headers
    )
    assert taken.status_code == 200
    assert (await http.get(path, headers=workspace.agent.headers)).json()["can"] == {"reply": False, "why": "owner"}
    watching = (await http.get(path, headers=workspace.planner.headers)).json()
    assert watching["can"] == {"reply": False, "why": "permission"}
    assert watching["contact"]["identities"] == []
    stale = await http.patch(path, json={"subject": "x"}, headers={**workspace.agent.headers, "if-match": '"1"'})
    assert (stale.status_code, stale.json()["current"]["id"]) == (412, str(one))
    for body in ({"until": "ieri"}, {"words": "boh"}, {}, {"until": "2020-01-01T00:00:00Z"}):
        assert (await http.post(f"{path}/snooze", json=body, headers=workspace.supervisor.headers)).status_code in (
            400,
            422,
        )
