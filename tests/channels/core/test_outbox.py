"""From a queued message to the provider: in order, once, within the rate, with the provider's words when it fails."""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import pytest

from battito.app import make_services, running
from battito.channels.base import Account, Identity, InboundMessage, InboundStatus, Sender
from battito.channels.outbox import pause_after
from battito.conversations.actions.delivery import moves
from battito.conversations.actions.messages import retry
from battito.conversations.actions.post import post_message
from battito.conversations.models import NewMessage
from battito.platform.errors import Conflict
from battito.platform.jobs import Jobs
from battito.platform.services import Services
from battito.platform.settings import Settings
from tests.channels.core.conftest import Deliver, connect, until, with_probes
from tests.channels.core.probe import Provider
from tests.support.workspace import Furnished

pytestmark = [pytest.mark.postgres]


async def a_customer(deliver: Deliver, account: Account, connection: Any, workspace: Furnished) -> UUID:
    """A conversation that a customer of this channel began."""
    sender = Sender(identity=Identity(kind="external", value=f"probe:{uuid4().hex}"), name="Teresa")
    kept = await deliver(account, InboundMessage(provider_id=uuid4().hex, sender=sender, text="Buongiorno"))
    found: UUID = await connection.fetchval("select conversation_id from message where inbox_id = $1", kept)
    return found


async def reply(node: Services, workspace: Furnished, conversation: UUID, text: str) -> UUID:
    from datetime import UTC, datetime

    message, _ = await post_message(
        node, workspace.agent.context, conversation, NewMessage(client_id=uuid4(), text=text), now=datetime.now(UTC)
    )
    return message.id


async def status_of(connection: Any, message: UUID, *wanted: str, seconds: float = 10) -> Any:
    async def look() -> Any:
        row = await connection.fetchrow("select * from message where id = $1", message)
        return row if row["status"] in wanted else None

    return await until(look, seconds)


@pytest.fixture
async def conversation(deliver: Deliver, account: Account, connection: Any, workspace: Furnished) -> UUID:
    return await a_customer(deliver, account, connection, workspace)


async def test_a_reply_reaches_the_provider_and_its_statuses_only_move_forward(
    node: Services,
    deliver: Deliver,
    account: Account,
    conversation: UUID,
    provider: Provider,
    connection: Any,
    workspace: Furnished,
) -> None:
    message = await reply(node, workspace, conversation, "Buongiorno Teresa")
    row = await status_of(connection, message, "sent")
    assert row["provider_id"] == f"probe-out-{message}"
    assert row["sent_at"] is not None
    (taken,) = provider.taken
    assert (taken["text"], taken["token"], taken["attempt"]) == ("Buongiorno Teresa", "secret token", 1)
    assert taken["to"].startswith("probe:")
    assert len(taken["thread"]) == 1
    for status in ("read", "delivered", "sent", "failed"):
        await deliver(account, InboundStatus(provider_id=row["provider_id"], status=status))
    row = await status_of(connection, message, "read")
    assert row["delivered_at"] is not None
    events = await connection.fetch(
        "select data from event where workspace_id = $1 and type = 'message.status' order by xid, id", workspace.id
    )
    assert [e["data"]["status"] for e in events] == ["sent", "read"]
    seqs = [
        e["seq"]
        for e in await connection.fetch(
            "select seq from event where conversation_id = $1 order by xid, id", conversation
        )
    ]
    assert seqs == list(range(len(seqs)))
    assert await connection.fetchval("select count(*) from outbox where workspace_id = $1", workspace.id) == 0
    assert await connection.fetchval("select last_out_at from channel_account where id = $1", account.id) is not None


async def test_a_readers_watermark_covers_what_was_before(
    node: Services,
    deliver: Deliver,
    account: Account,
    conversation: UUID,
    provider: Provider,
    connection: Any,
    workspace: Furnished,
) -> None:
    sent = [await reply(node, workspace, conversation, f"{n}") for n in range(3)]
    for one in sent:
        await status_of(connection, one, "sent")
    await deliver(account, InboundStatus(provider_id=f"probe-out-{sent[1]}", status="read", up_to=True))
    states = [await connection.fetchval("select status from message where id = $1", one) for one in sent]
    assert states == ["read", "read", "sent"]


async def test_order_is_kept_while_one_waits_for_its_retry(
    node: Services,
    conversation: UUID,
    deliver: Deliver,
    account: Account,
    provider: Provider,
    connection: Any,
    workspace: Furnished,
) -> None:
    busy = {"left": 2}

    def script(said: dict[str, Any]) -> dict[str, Any]:
        if said["text"] == "0" and busy["left"]:
            busy["left"] -= 1
            return {"status": "busy", "after": 0.15}
        return {"status": "ok"}

    provider.script = script
    other = await a_customer(deliver, account, connection, workspace)
    sent = [await reply(node, workspace, conversation, f"{n}") for n in range(4)]
    free = await reply(node, workspace, other, "other conversation")
    await status_of(connection, sent[-1], "sent")
    await status_of(connection, free, "sent")
    assert [t["text"] for t in provider.taken if t["text"] != "other conversation"] == ["0", "1", "2", "3"]
    assert [t["attempt"] for t in provider.tries if t["text"] == "0"] == [1, 2, 3]
    assert provider.taken[0]["text"] == "other conversation"  # nobody waits for a stranger's retry


async def test_a_refusal_is_shown_with_the_providers_words_and_can_be_sent_again(
    node: Services, conversation: UUID, provider: Provider, connection: Any, workspace: Furnished, account: Account
) -> None:
    provider.script = lambda said: {"status": "refused"} if said["text"] == "no" else {"status": "ok"}
    bad, good = await reply(node, workspace, conversation, "no"), await reply(node, workspace, conversation, "yes")
    row = await status_of(connection, bad, "failed")
    assert row["error"] == {"code": "550", "detail": "No such customer", "advice": "Check the number."}
    await status_of(connection, good, "sent")
    assert "550" in await connection.fetchval("select last_error from channel_account where id = $1", account.id)
    provider.script = lambda said: {"status": "ok"}
    async with node.database.transaction(workspace.agent.context) as tx:
        await retry(tx, bad)
    assert (await status_of(connection, bad, "sent"))["error"] is None
    with pytest.raises(Conflict):
        async with node.database.transaction(workspace.agent.context) as tx:
            await retry(tx, bad)


async def test_after_some_tries_a_message_is_shown_as_failed(
    node: Services, conversation: UUID, provider: Provider, connection: Any, workspace: Furnished
) -> None:
    provider.script = lambda said: {"status": "busy", "after": 0.05}
    row = await status_of(connection, await reply(node, workspace, conversation, "x"), "failed")
    assert row["error"]["code"] == "gave-up"
    assert len(provider.tries) == 3


async def test_a_provider_that_hangs_up_or_hangs_is_tried_again(
    node: Services,
    conversation: UUID,
    provider: Provider,
    connection: Any,
    workspace: Furnished,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("battito.channels.outbox.FIRST_PAUSE_S", 0.1)
    answers = iter([{"status": "hang up"}, None, {"status": "ok"}])
    provider.script = lambda said: next(answers)
    await status_of(connection, await reply(node, workspace, conversation, "x"), "sent", seconds=15)
    assert [t["attempt"] for t in provider.tries] == [1, 2, 3]


async def test_what_the_channel_cannot_carry_is_refused_before_it_is_tried(
    node: Services, conversation: UUID, provider: Provider, connection: Any, workspace: Furnished
) -> None:
    row = await status_of(connection, await reply(node, workspace, conversation, "x" * 1001), "failed")
    assert row["error"]["code"] == "too-long"
    assert provider.tries == []


async def test_the_rate_of_an_account_is_kept(
    node: Services, deliver: Deliver, connection: Any, workspace: Furnished, provider: Provider
) -> None:
    """Three a second: nine messages take two seconds and more."""
    account = await connect(node, connection, workspace, provider.port, "liveprobe")
    customers = [await a_customer(deliver, account, connection, workspace) for _ in range(9)]
    started = time.monotonic()
    sent = [await reply(node, workspace, c, f"{n}") for n, c in enumerate(customers)]
    for one in sent:
        await status_of(connection, one, "sent")
    assert 1.8 <= time.monotonic() - started <= 5


async def test_a_pause_holds_the_whole_account(
    node: Services, deliver: Deliver, account: Account, connection: Any, workspace: Furnished, provider: Provider
) -> None:
    one = await a_customer(deliver, account, connection, workspace)
    two = await a_customer(deliver, account, connection, workspace)
    answers = iter([{"status": "busy", "after": 0.8, "pause": True}])
    provider.script = lambda said: next(answers, {"status": "ok"})
    first = await reply(node, workspace, one, "1")

    async def tried() -> bool:
        return bool(
            await connection.fetchval("select paused_until from channel_pace where account_id = $1", account.id)
        )

    await until(tried)
    started = time.monotonic()
    second = await reply(node, workspace, two, "2")
    await status_of(connection, second, "sent")
    assert time.monotonic() - started > 0.5
    await status_of(connection, first, "sent")


async def test_a_switched_off_account_sends_nothing_until_it_is_on_again(
    node: Services, conversation: UUID, account: Account, connection: Any, workspace: Furnished, provider: Provider
) -> None:
    from battito.channels.actions import change_account
    from battito.channels.models import AccountChanges
    from battito.channels.registry import Registry
    from battito.platform.keyring import KeyRing

    async def switch(on: bool) -> None:
        async with node.database.transaction(workspace.administrator.context) as tx:
            await change_account(
                tx, account.id, AccountChanges(enabled=on), registry=node.get(Registry), ring=node.get(KeyRing)
            )

    await switch(False)
    await asyncio.sleep(0.2)
    message = await reply(node, workspace, conversation, "later")
    await asyncio.sleep(1.3)
    assert provider.tries == []
    await switch(True)
    await status_of(connection, message, "sent")


async def test_a_try_with_an_unknown_end_is_repeated_under_the_same_key_or_shown_as_perhaps_sent(
    node: Services, deliver: Deliver, account: Account, connection: Any, workspace: Furnished, provider: Provider
) -> None:
    """A node died while it was sending: the row is leased to it and its lease is over."""
    careful = await connect(node, connection, workspace, provider.port, "carefulprobe")
    for one, expected in ((account, "sent"), (careful, "failed")):
        conversation = await a_customer(deliver, one, connection, workspace)
        provider.script = lambda said: None  # hangs until the lease is over
        message = await reply(node, workspace, conversation, "x")

        async def begun() -> bool:
            return bool(provider.tries)

        await until(begun)
        await connection.execute(
            "update outbox set due_at = now(), leased_by = 'a dead node', fence = fence + 1 where message_id = $1",
            message,
        )
        provider.script = lambda said: {"status": "ok"}
        row = await status_of(connection, message, expected)
        if expected == "failed":
            assert row["error"]["code"] == "unknown"
            assert len(provider.tries) == 1
        else:
            assert len({t["key"] for t in provider.tries}) == 1
            assert len(provider.taken) == 1
        provider.tries.clear()
        provider.taken.clear()
        await asyncio.sleep(3.2)  # the first try ends too: it must not change what was written
        assert await connection.fetchval("select status from message where id = $1", message) == expected


async def test_two_nodes_send_each_message_once_and_in_order(
    node: Services,
    settings: Settings,
    database_url: str,
    deliver: Deliver,
    account: Account,
    connection: Any,
    workspace: Furnished,
    provider: Provider,
) -> None:
    other = with_probes(await make_services(settings, database_url))
    async with running(other):
        customers = [await a_customer(deliver, account, connection, workspace) for _ in range(6)]
        sent = []
        for n in range(10):
            for k, c in enumerate(customers):
                sent.append(await reply((node, other)[(n + k) % 2], workspace, c, f"{k} {n}"))
        for one in sent:
            await status_of(connection, one, "sent", seconds=30)
    assert len(provider.tries) == len(provider.taken) == 60
    for k in range(6):
        assert [t["text"] for t in provider.taken if t["text"].startswith(f"{k} ")] == [f"{k} {n}" for n in range(10)]


async def test_messages_of_a_removed_account_are_said_to_have_failed(
    node: Services, conversation: UUID, account: Account, connection: Any, workspace: Furnished, provider: Provider
) -> None:
    from battito.channels.actions import remove_account

    async with node.database.transaction(workspace.administrator.context) as tx:
        await remove_account(tx, account.id)
    message = await reply(node, workspace, conversation, "too late")
    row = await status_of(connection, message, "failed")
    assert row["error"]["code"] == "no-account"


async def test_stopping_lets_tries_end(
    settings: Settings,
    database_url: str,
    node: Services,
    conversation: UUID,
    provider: Provider,
    connection: Any,
    workspace: Furnished,
) -> None:
    slow = asyncio.Event()

    def script(said: dict[str, Any]) -> dict[str, Any]:
        slow.set()
        return {"status": "ok"}

    provider.script = script
    message = await reply(node, workspace, conversation, "x")
    await slow.wait()
    from battito.channels.outbox import Outbox

    await node.get(Outbox).stop()
    assert await connection.fetchval("select status from message where id = $1", message) == "sent"
    assert node.get(Jobs) is not None


def test_statuses_move_forward_only() -> None:
    order = ["queued", "sent", "delivered", "read"]
    for n, current in enumerate(order):
        for m, reported in enumerate(order[1:], 1):
            assert moves(current, reported) is (m > n)
    assert [moves(s, "failed") for s in (*order, "failed", "received")] == [True, True, False, False, False, False]
    assert not moves("failed", "delivered")
    assert not moves("received", "read")


def test_pauses_grow_to_half_an_hour() -> None:
    pauses = [pause_after(n, 0.5) for n in range(1, 12)]
    assert pauses[:3] == [2, 8, 32]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 1800
