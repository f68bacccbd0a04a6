"""From a payload to a message: once, for the right person, in the right conversation."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from battito.channels import inbox
from battito.channels.base import (
    Account,
    Consent,
    Identity,
    InboundDelete,
    InboundEdit,
    InboundFile,
    InboundMessage,
    InboundReaction,
    InboundUnsupported,
    Sender,
    ThreadHint,
)
from battito.conversations.models import Address, EmailFields
from battito.platform.services import Services
from tests.channels.core.conftest import Deliver, connect, settled
from tests.channels.core.probe import Provider
from tests.support.workspace import Furnished

pytestmark = [pytest.mark.postgres]


def who(name: str = "Teresa Colombo", value: str | None = None, **more: Any) -> Sender:
    return Sender(identity=Identity(kind="external", value=value or f"probe:{uuid4().hex}"), name=name, **more)


def says(text: str, sender: Sender, **more: Any) -> InboundMessage:
    return InboundMessage(provider_id=more.pop("provider_id", uuid4().hex), sender=sender, text=text, **more)


async def conversations(connection: Any, workspace: Furnished) -> list[Any]:
    rows: list[Any] = await connection.fetch(
        "select * from conversation where workspace_id = $1 order by number", workspace.id
    )
    return rows


async def messages(connection: Any, workspace: Furnished) -> list[Any]:
    rows: list[Any] = await connection.fetch(
        "select * from message where workspace_id = $1 order by conversation_id, seq", workspace.id
    )
    return rows


async def test_a_first_message_makes_contact_conversation_and_message(
    deliver: Deliver, account: Account, connection: Any, workspace: Furnished
) -> None:
    sender = who(language="it")
    item = says(
        "Buongiorno, la bolletta è troppo alta.",
        sender,
        subject="Bolletta",
        attributes={"page": "/bollette"},
        contact={"piano": "Verde"},
    )
    kept = await deliver(account, item)
    (conversation,) = await conversations(connection, workspace)
    (message,) = await messages(connection, workspace)
    contact = await connection.fetchrow("select * from contact where workspace_id = $1", workspace.id)
    identity = await connection.fetchrow("select * from identity where workspace_id = $1", workspace.id)
    assert (contact["name"], contact["language"], contact["attributes"]) == ("Teresa Colombo", "it", {"piano": "Verde"})
    assert (identity["kind"], identity["value"], identity["is_primary"]) == ("external", sender.identity.value, True)
    assert identity["evidence"][0]["source"] == "probe"
    assert conversation["subject"] == "Bolletta"
    assert (conversation["brand_id"], conversation["team_id"], conversation["account_id"]) == (
        workspace.brand_id,
        workspace.team_id,
        account.id,
    )
    assert (conversation["status"], conversation["unread"], conversation["due_kind"]) == ("open", 1, "first")
    assert conversation["due_at"] - conversation["waiting_since"] == timedelta(seconds=600)
    assert conversation["attributes"] == {"page": "/bollette"}
    assert (message["author_kind"], message["author_id"], message["text"], message["status"]) == (
        "customer",
        contact["id"],
        item.text,
        "received",
    )
    assert (message["provider_id"], message["inbox_id"], message["channel"]) == (item.provider_id, kept, "probe")
    events = await connection.fetch(
        "select type, seq, actor_kind, actor_id from event where workspace_id = $1 order by xid, id", workspace.id
    )
    assert [e["type"] for e in events] == ["contact.created", "conversation.created", "message.created"]
    assert {(e["actor_kind"], e["actor_id"]) for e in events[1:]} == {("customer", contact["id"])}
    row = await connection.fetchrow("select state, message_id from inbox where id = $1", kept)
    assert tuple(row) == ("done", message["id"])


async def test_the_same_payload_twice_changes_nothing(
    node: Services, deliver: Deliver, account: Account, connection: Any, workspace: Furnished
) -> None:
    item = says("Una volta sola", who(), attachments=[InboundFile(name="a.txt", content=b"hello")])
    first = await deliver(account, item, provider_id="p1")
    assert await deliver(account, item, provider_id="p1") is None
    # another payload about the same message (two ways into one mailbox)
    await deliver(account, item, provider_id="p2")
    # and a repeat after a crash between commit and acknowledgement
    await connection.execute("update inbox set state = 'received' where id = $1", first)
    async with node.database.transaction(workspace.system) as tx:
        tx.enqueue("inbox.understand", {"inbox_id": str(first)})
    await settled(connection, first)  # type: ignore[arg-type]
    assert len(await messages(connection, workspace)) == 1
    assert len(await conversations(connection, workspace)) == 1
    assert await connection.fetchval("select count(*) from file where workspace_id = $1", workspace.id) == 1
    assert (
        await connection.fetchval(
            "select count(*) from event where workspace_id = $1 and type = 'message.created'", workspace.id
        )
        == 1
    )


async def test_fifty_at_once_of_one_new_person_make_one_contact(
    node: Services, account: Account, connection: Any, workspace: Furnished
) -> None:
    sender = who()
    kept = await asyncio.gather(
        *(inbox.receive(node, account, f"m{n}", msgspec.json.encode([says(f"{n}", sender)]), {}) for n in range(50))
    )
    for one in kept:
        assert one is not None
        await settled(connection, one, 30)
    assert await connection.fetchval("select count(*) from contact where workspace_id = $1", workspace.id) == 1
    assert len(await messages(connection, workspace)) == 50
    numbers = [c["number"] for c in await conversations(connection, workspace)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


async def test_one_order_key_keeps_the_order(
    node: Services, connection: Any, workspace: Furnished, provider: Provider
) -> None:
    account = await connect(node, connection, workspace, provider.port, "liveprobe")
    sender = who()
    kept = [
        await inbox.receive(node, account, f"o{n}", msgspec.json.encode([says(f"{n}", sender)]), {}, order_key="teresa")
        for n in range(40)
    ]
    for one in kept:
        assert one is not None
        await settled(connection, one, 30)
    assert len(await conversations(connection, workspace)) == 1
    assert [m["text"] for m in await messages(connection, workspace)] == [str(n) for n in range(40)]


async def test_a_thread_is_joined_by_its_contact_and_not_by_a_stranger(
    deliver: Deliver, account: Account, connection: Any, workspace: Furnished
) -> None:
    teresa, stranger = who(), who("Uno Sconosciuto")
    await deliver(account, says("prima", teresa, provider_id="<1@x>"))
    await deliver(account, says("seconda", teresa, provider_id="<2@x>", thread=ThreadHint(messages=["<1@x>"])))
    assert len(await conversations(connection, workspace)) == 1
    await deliver(
        account, says("intruso", stranger, provider_id="<3@x>", thread=ThreadHint(messages=["<2@x>", "<1@x>"]))
    )
    first, second = await conversations(connection, workspace)
    assert (first["message_count"], second["message_count"]) == (2, 1)
    assert first["contact_id"] != second["contact_id"]
    await deliver(account, says("per id", stranger, thread=ThreadHint(conversation_id=first["id"])))
    assert len(await conversations(connection, workspace)) == 3


async def test_somebody_in_copy_may_answer_where_the_channel_says_so(
    deliver: Deliver, account: Account, connection: Any, workspace: Furnished
) -> None:
    email = EmailFields(to=[Address("care@example.it")], cc=[Address("Marito@example.it")])
    await deliver(account, says("prima", who(), provider_id="<1@x>", email=email))
    husband = Sender(identity=Identity(kind="email", value="marito@example.it"), name="Marito")
    hint = ThreadHint(messages=["<1@x>"], participants=True)
    await deliver(account, says("anch'io", husband, thread=hint))
    assert [c["message_count"] for c in await conversations(connection, workspace)] == [2]


async def test_a_reply_to_a_merged_conversation_goes_where_it_lives_on(
    deliver: Deliver, account: Account, connection: Any, workspace: Furnished
) -> None:
    teresa = who()
    await deliver(account, says("a", teresa, provider_id="a"))
    await deliver(account, says("b", teresa, provider_id="b"))
    one, two = await conversations(connection, workspace)
    await connection.execute("update conversation set merged_into = $2 where id = $1", one["id"], two["id"])
    await deliver(account, says("c", teresa, thread=ThreadHint(messages=["a"])))
    assert (
        await connection.fetchval(
            "select conversation_id from message where text = 'c' and workspace_id = $1", workspace.id
        )
        == two["id"]
    )


async def test_a_merged_contact_is_followed(
    deliver: Deliver, account: Account, connection: Any, workspace: Furnished
) -> None:
    teresa = who()
    await deliver(account, says("a", teresa))
    await deliver(account, says("b", who("Teresa C.")))
    old, new = await connection.fetch(
        "select id from contact where workspace_id = $1 order by created_at, id", workspace.id
    )
    await connection.execute("update contact set merged_into = $2 where id = $1", old["id"], new["id"])
    await deliver(account, says("c", teresa))
    assert (
        await connection.fetchval("select author_id from message where text = 'c' and workspace_id = $1", workspace.id)
        == new["id"]
    )


@pytest.mark.parametrize(("days", "expected"), [(2, 1), (8, 2)])
async def test_a_resolved_conversation_is_reopened_within_some_days(
    deliver: Deliver, account: Account, connection: Any, workspace: Furnished, days: int, expected: int
) -> None:
    teresa = who()
    await deliver(account, says("a", teresa, provider_id="a"))
    await connection.execute(
        "update conversation set status = 'resolved', resolved_at = now() - $2 * interval '1 day', waiting_since = null where workspace_id = $1", workspace.id, days
    )  # fmt: skip
    await deliver(account, says("b", teresa, thread=ThreadHint(messages=["a"])))
    rows = await conversations(connection, workspace)
    assert len(rows) == expected
    assert rows[-1]["status"] == "open"
    if expected == 2:
        assert (rows[0]["linked"], rows[1]["linked"]) == ([rows[1]["id"]], [rows[0]["id"]])
        assert rows[0]["status"] == "resolved"
    # the same old message answered once more: where it went on, never a third conversation
    await deliver(account, says("c", teresa, thread=ThreadHint(messages=["a"])))
    rows = await conversations(connection, workspace)
    assert len(rows) == expected
    assert rows[-1]["message_count"] == (2 if expected == 2 else 3)


async def test_a_live_channel_goes_on_in_the_open_conversation(
    node: Services, deliver: Deliver, connection: Any, workspace: Furnished, provider: Provider
) -> None:
    account = await connect(node, connection, workspace, provider.port, "liveprobe")
    teresa = who()
    for text in ("a", "b"):
        await deliver(account, says(text, teresa))
    (one,) = await conversations(connection, workspace)
    assert one["live"]
    await connection.execute(
        "update conversation set status = 'resolved', resolved_at = now(), live = false where id = $1", one["id"]
    )
    await deliver(account, says("c", teresa))
    (one,) = await conversations(connection, workspace)
    assert (one["status"], one["live"], one["message_count"]) == ("open", True, 3)
    await deliver(account, says("d", teresa, starts_new=True))
    assert len(await conversations(connection, workspace)) == 2
    seqs = await connection.fetch("select seq from event where conversation_id = $1 order by xid, id", one["id"])
    assert [e["seq"] for e in seqs] == list(range(len(seqs)))


async def test_machines_neither_reopen_nor_start_the_clock(
    deliver: Deliver, account: Account, connection: Any, workspace: Furnished
) -> None:
    teresa = who()
    await deliver(account, says("a", teresa, provider_id="a"))
    await connection.execute(
        "update conversation set status = 'resolved', resolved_at = now(), waiting_since = null, due_at = null, unread = 0 where workspace_id = $1", workspace.id
    )  # fmt: skip
    away = says("Sono in ferie", teresa, auto="auto-reply", thread=ThreadHint(messages=["a"]))
    bounce = says(
        "Undeliverable",
        who("Mail Delivery System"),
        auto="bounce",
        thread=ThreadHint(messages=["a"], must_match_sender=False),
    )
    await deliver(account, away)
    await deliver(account, bounce)
    (one,) = await conversations(connection, workspace)
    assert (one["status"], one["unread"], one["waiting_since"], one["due_at"]) == ("resolved", 0, None, None)
    authors = [(m["author_kind"], m["auto"]) for m in await messages(connection, workspace)]
    assert authors == [("customer", "none"), ("customer", "auto-reply"), ("system", "bounce")]
    assert await connection.fetchval("select count(*) from contact where workspace_id = $1", workspace.id) == 1
    await deliver(account, says("a report about nothing of ours", who("Postmaster"), auto="bounce"))
    assert [c["status"] for c in await conversations(connection, workspace)] == ["resolved", "resolved"]


async def test_verified_identities_join_and_claimed_ones_do_not(
    deliver: Deliver, account: Account, connection: Any, workspace: Furnished
) -> None:
    mail = Identity(kind="email", value="teresa@example.it", verified=True, evidence={"token": "jwt"})
    claim = Identity(kind="email", value="vittima@example.it")
    await deliver(account, says("a", Sender(identity=mail, name="Teresa")))
    await deliver(account, says("b", Sender(identity=Identity(kind="visitor", value="v1"), also=[mail])))
    assert await connection.fetchval("select count(*) from contact where workspace_id = $1", workspace.id) == 1
    await deliver(account, says("c", Sender(identity=claim, name="Vittima")))
    await deliver(account, says("d", Sender(identity=Identity(kind="visitor", value="v2"), also=[claim])))
    owners = dict(
        await connection.fetch("select value, contact_id from identity where workspace_id = $1", workspace.id)
    )
    assert owners["v1"] == owners["teresa@example.it"]
    assert owners["v2"] != owners["vittima@example.it"]
    evidence = await connection.fetchval(
        "select evidence from identity where workspace_id = $1 and value = 'v2'", workspace.id
    )
    assert [(e["source"], e["detail"]) for e in evidence][1:] == [("claim", "email: vittima@example.it")]


async def test_a_nameless_contact_gets_its_name_when_it_is_told(
    deliver: Deliver, account: Account, connection: Any, workspace: Furnished
) -> None:
    nameless = who("", "probe:77")
    await deliver(account, says("a", nameless))
    assert await connection.fetchval("select name from contact where workspace_id = $1", workspace.id) == "probe:77"
    await deliver(account, says("b", msgspec.structs.replace(nameless, name="Teresa Colombo")))
    assert (
        await connection.fetchval("select name from contact where workspace_id = $1", workspace.id) == "Teresa Colombo"
    )
    await deliver(account, says("c", msgspec.structs.replace(nameless, name="Un altro nome")))
    assert (
        await connection.fetchval("select name from contact where workspace_id = $1", workspace.id) == "Teresa Colombo"
    )


async def test_files_are_stored_typed_and_those_that_cannot_be_had_are_named(
    node: Services,
    deliver: Deliver,
    account: Account,
    connection: Any,
    workspace: Furnished,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inbox, "FETCHES", 0)
    files = [
        InboundFile(
            name="foto.jpg",
            content_type="image/jpeg",
            content=b"<html><script>alert(1)</script></html>",
            inline=True,
            content_id="c1",
        ),
        InboundFile(name="remote.txt", remote="here"),
        InboundFile(name="lost.pdf", remote="nowhere"),
    ]
    await deliver(account, says("Eccola", who(), attachments=files))
    (message,) = await messages(connection, workspace)
    one, two = message["attachments"]
    assert (one["name"], one["content_type"], one["inline"], one["content_id"]) == ("foto.jpg", "text/html", True, "c1")
    assert (two["name"], two["size"]) == ("remote.txt", len(b"fetched content"))
    assert message["flags"] == ["left-out: lost.pdf"]


async def test_html_from_outside_is_made_harmless(
    deliver: Deliver, account: Account, connection: Any, workspace: Furnished
) -> None:
    await deliver(account, says("", who(), html="<p onclick=x()>Ciao <b>Anna</b><script>x()</script></p>"))
    (message,) = await messages(connection, workspace)
    assert "script" not in message["html"]
    assert "onclick" not in message["html"]
    assert message["text"].strip() == "Ciao Anna"


async def test_edits_deletions_reactions_and_the_unsupported_arrive_as_what_they_are(
    deliver: Deliver, account: Account, connection: Any, workspace: Furnished
) -> None:
    teresa = who()
    await deliver(account, says("uno", teresa, provider_id="1"))
    await deliver(account, InboundEdit(provider_id="1", text="uno corretto"))
    await deliver(account, InboundEdit(provider_id="1", text="uno corretto"))
    await deliver(account, InboundReaction(provider_id="1", sender=teresa, emoji="👍"))
    await deliver(account, InboundDelete(provider_id="1"))
    await deliver(account, InboundDelete(provider_id="never seen"))
    await deliver(account, InboundUnsupported(provider_id="2", sender=teresa, what="poll"))
    rows = {m["provider_id"]: m for m in await messages(connection, workspace) if m["kind"] == "message"}
    assert (rows["1"]["text"], rows["1"]["html"], rows["1"]["attachments"]) == ("", None, [])  # not ours to keep
    assert rows["1"]["edited_at"] is not None
    assert rows["1"]["deleted_at"] is not None
    log = str(await connection.fetch("select data::text from event where workspace_id = $1", workspace.id))
    assert "uno" not in log
    assert "poll" in log
    row = (await conversations(connection, workspace))[0]
    assert (row["subject"], row["preview"]) == ("", "")
    kept = await connection.fetch(
        "select raw from inbox where workspace_id = $1 and (id = $2 or message_id = $3) and raw is not null",
        workspace.id, rows["1"]["inbox_id"], rows["1"]["id"],
    )  # fmt: skip
    assert not [r for r in kept if b"uno" in r["raw"]]  # nor in what brought it and corrected it
    audit = await connection.fetchrow("select action, object_id from audit where workspace_id = $1", workspace.id)
    assert tuple(audit) == ("message.taken_back_outside", rows["1"]["id"])
    await deliver(account, InboundEdit(provider_id="1", text="tornato"))  # late, out of order
    assert await connection.fetchval("select text from message where id = $1", rows["1"]["id"]) == ""
    assert (rows["2"]["text"], rows["2"]["flags"]) == ("[poll]", ["unsupported"])
    (line,) = [m for m in await messages(connection, workspace) if m["kind"] == "activity"]
    assert line["activity"] == {"verb": "reacted", "emoji": "👍", "message_id": str(rows["1"]["id"])}
    types = [
        e["type"]
        for e in await connection.fetch(
            "select type from event where workspace_id = $1 and type like 'message.%' order by xid, id", workspace.id
        )
    ]
    assert types == ["message.created", "message.changed", "message.created", "message.changed", "message.created"]


async def test_what_several_items_of_one_payload_say_is_taken_in_whole_or_not_at_all(
    deliver: Deliver, account: Account, connection: Any, workspace: Furnished
) -> None:
    good = says("buono", who())
    bad = says("x" * 10, Sender(identity=Identity(kind="external", value="probe:bad")), contact={"a": "\x00"})
    kept = await deliver(account, good, bad)
    row = await connection.fetchrow("select state, error from inbox where id = $1", kept)
    assert row["state"] == "failed"
    assert row["error"]
    assert await messages(connection, workspace) == []


async def test_consents_go_into_the_ledger_with_the_exact_words(
    deliver: Deliver, account: Account, connection: Any, workspace: Furnished
) -> None:
    at = datetime(2026, 1, 1, 9, tzinfo=UTC)
    consent = Consent(
        purpose="marketing", channel="email", given=True, text="Acconsento al trattamento.", version="3", at=at
    )
    kept = await deliver(account, says("a", who(), consents=[consent]))
    (line,) = await connection.fetch("select * from consent where workspace_id = $1", workspace.id)
    assert (line["purpose"], line["channel"], line["granted"], line["text_shown"], line["text_version"]) == (
        "marketing", "email", True, "Acconsento al trattamento.", "3",
    )  # fmt: skip
    assert line["recorded_by"] == "Teresa Colombo"
    assert line["evidence"]["inbox_id"] == str(kept)
    assert line["evidence"]["ticked_at"] == at.isoformat()


async def test_a_time_that_cannot_be_is_not_believed(
    deliver: Deliver, account: Account, connection: Any, workspace: Furnished
) -> None:
    now = datetime.now(UTC)
    for said in (now + timedelta(days=400), now - timedelta(days=4000)):
        await deliver(account, says("a", who(), at=said))
    await deliver(account, says("ieri", who(), at=now - timedelta(days=1)))
    rows = await messages(connection, workspace)
    assert all(abs(m["created_at"] - now) < timedelta(minutes=1) for m in rows if m["text"] == "a")
    assert any(
        m["text"] == "ieri" and abs(now - m["created_at"] - timedelta(days=1)) < timedelta(minutes=1) for m in rows
    )


async def test_one_workspace_never_finds_another_ones_thread_or_contact(
    node: Services, deliver: Deliver, account: Account, connection: Any, workspace: Furnished, provider: Provider
) -> None:
    from tests.support.workspace import furnish

    teresa = who()
    await deliver(account, says("a", teresa, provider_id="a"))
    (mine,) = await conversations(connection, workspace)
    elsewhere = await furnish(connection)
    theirs = await connect(node, connection, elsewhere, provider.port)
    await deliver(
        theirs,
        says(
            "b",
            teresa,
            thread=ThreadHint(messages=["a"], conversation_id=mine["id"], must_match_sender=False),
            auto="bounce",
        ),
    )
    await deliver(theirs, says("c", teresa, thread=ThreadHint(conversation_id=mine["id"], must_match_sender=False)))
    assert len(await messages(connection, workspace)) == 1
    assert len(await messages(connection, elsewhere)) == 2
