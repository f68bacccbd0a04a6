"""The search over a real database: both languages, typing errors, filters, rights, and an index that follows the events."""

import asyncio
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest
from msgspec.structs import replace

from battito.contacts.actions.edit import change_contact, create_contact
from battito.contacts.models import ContactChanges, NewContact, NewIdentity
from battito.conversations.actions import assign, labels, marks, merge, messages
from battito.conversations.search import index
from battito.conversations.search.find import Hits, search
from battito.conversations.search.words import ask
from battito.platform.actor import Context
from battito.platform.services import Services
from tests.conversations.doing import agent, customer, do, undo
from tests.support.workspace import Furnished, a_conversation, furnish

pytestmark = pytest.mark.postgres
ROME = ZoneInfo("Europe/Rome")


async def indexed(services: Services) -> None:
    """Until the indexer has seen everything."""
    for _ in range(400):
        async with services.database.reading() as connection:
            behind = await connection.fetchval(
                "select exists(select 1 from event e where (e.xid::text::bigint, e.id) > (select xid, event_id from consumer where name = 'search'))"
            )
        if not behind:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the indexer does not keep up")


async def find(services: Services, who: Context, text: str, **options: Any) -> Hits:
    async with services.database.reading() as connection:
        return await search(connection, who, ask(text, zone=ROME), **options)


async def texts(services: Services, who: Context, text: str) -> list[str]:
    """What was found: texts of messages, subjects, names; in the order shown."""
    hits = await find(services, who, text)
    out = []
    for hit in hits.items:
        if hit.kind == "contact":
            assert hit.contact is not None
            out.append(hit.contact.name)
        elif hit.message is not None:
            out.append(hit.message.text)
        elif hit.conversation is not None:
            out.append(hit.conversation.subject)
    return out


async def said(services: Services, workspace: Furnished, connection: Any, *what: str) -> list[UUID]:
    """One conversation for each text, written by the customer."""
    out = []
    for n, text in enumerate(what):
        one = await a_conversation(connection, workspace)
        await customer(services, workspace, one, text, ago_s=1000 - n)
        out.append(one)
    await indexed(services)
    return out


async def test_stems_accents_and_beginnings(services: Services, connection: Any, workspace: Furnished) -> None:
    a, b, c, d = (
        "La bolletta del gas è troppo alta",
        "Vorrei disdire l'abbonamento",
        "The invoices were wrong",
        "È la terza città che provo",
    )
    await said(services, workspace, connection, a, b, c, d)
    me = workspace.agent.context
    for query, expected in {
        "bollette ": a, "boll": a, "abbonamenti ": b, "abbonam": b, "invoice ": c, "invoicing ": c, "citta ": d, "città ": d, "CITTÀ": d,
        '"troppo alta"': a, '"bolletta del gas"': a, "gas alta ": a, "disd": b,
    }.items():  # fmt: skip
        assert await texts(services, me, query) == [expected], query
    for query in ("elettricista ", '"alta troppo"', "bolletta -gas ", "bolletta invoice ", "& | !", "la "):
        assert await texts(services, me, query) == [], query


async def test_highlights_are_safe_and_on_the_word(services: Services, connection: Any, workspace: Furnished) -> None:
    await said(services, workspace, connection, "Guardi <script>alert(1)</script> le bollette & i conti")
    (hit,) = (await find(services, workspace.agent.context, "bolletta ")).items
    assert "<mark>bollette</mark>" in hit.highlights[0]
    assert "<script>" not in hit.highlights[0]
    assert "&amp; i conti" in hit.highlights[0]


async def test_names_with_typing_errors_numbers_and_addresses(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    for name, address in (
        ("Niccolò Bianchi", "niccolo.bianchi@example.it"),
        ("Teresa Colombo", "+39 333 1234567"),
        ("Anna De Luca", "anna@example.it"),
    ):
        new = NewContact(
            name=name, identities=[NewIdentity(kind="email" if "@" in address else "phone", value=address)]
        )
        await do(services, me, lambda tx, new=new: create_contact(tx, new))  # type: ignore[misc]
    await indexed(services)
    for query, name in {
        "niccolo": "Niccolò Bianchi", "nicolo bianki": "Niccolò Bianchi", "Colombo": "Teresa Colombo", "tersa colombo": "Teresa Colombo",
        "3331234567": "Teresa Colombo", "333 123": "Teresa Colombo", "anna@exa": "Anna De Luca", "de luca": "Anna De Luca",
        "colonbo": "Teresa Colombo", "Colmobo": "Teresa Colombo", "bainchi": "Niccolò Bianchi",
    }.items():  # fmt: skip
        assert await texts(services, me, query) == [name], query
    contact = (await find(services, me, "teresa")).items[0].contact
    assert contact is not None
    await do(services, me, lambda tx: change_contact(tx, contact.id, ContactChanges(name="Teresa Fumagalli")))
    await indexed(services)
    assert await texts(services, me, "fumagalli") == ["Teresa Fumagalli"]
    assert await texts(services, me, "colombo ") == []


async def test_filters(services: Services, connection: Any, workspace: Furnished) -> None:
    me = workspace.agent.context
    a, b, c = await said(services, workspace, connection, "caldaia uno", "caldaia due", "caldaia tre")
    label = await do(
        services, workspace.supervisor.context, lambda tx: labels.create_label(tx, labels.NewLabel(name="Guasto grave"))
    )
    await do(services, me, lambda tx: marks.label(tx, a, add=[label.id]))
    await do(services, me, lambda tx: assign.assign(tx, b, assign.Target(user_id=me.actor.id)))
    await connection.execute("update conversation set status = 'resolved', resolved_at = now() where id = $1", c)
    await agent(services, workspace.other.context, a, "caldaia: chiamato il tecnico", kind="note")
    await indexed(services)
    cases: dict[str, list[str]] = {
        "caldaia etichetta:guasto": ["caldaia: chiamato il tecnico"],
        "caldaia operatore:me": ["caldaia due"],
        "caldaia operatore:agent": ["caldaia due"],
        "caldaia stato:risolta": ["caldaia tre"],
        "caldaia in:notes": ["caldaia: chiamato il tecnico"],
        "caldaia da:other": ["caldaia: chiamato il tecnico"],
        "caldaia da:cliente": ["caldaia tre", "caldaia due", "caldaia uno"],
        "caldaia canale:webchat": [],
        "caldaia marca:prova da:teresa": ["caldaia tre", "caldaia due", "caldaia uno"],
        "caldaia etichetta:boh": [],
        "caldaia before:2000-01-01": [],
        "caldaia dopo:2000-01-01 da:colombo": ["caldaia tre", "caldaia due", "caldaia uno"],
        "has:attachment caldaia": [],
        "operatore:me": ["caldaia due"],
        "etichetta:guasto": ["caldaia: chiamato il tecnico"],
        "stato:risolta": ["caldaia tre"],
    }
    for query, expected in cases.items():
        assert sorted(await texts(services, me, query)) == sorted(expected), query
    assert await texts(services, me, "#2") == [""]


async def test_each_conversation_comes_once_and_pages_do_not_overlap(
    services: Services, connection: Any, workspace: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    from battito.conversations.search import find as module

    monkeypatch.setattr(module, "BLOCK", 6)
    me = workspace.agent.context
    many = await said(services, workspace, connection, *(f"termosifone numero {n}" for n in range(20)))
    await customer(services, workspace, many[0], "ancora il termosifone")
    await indexed(services)
    seen: list[UUID] = []
    after = None
    for _ in range(30):
        page = await find(services, me, "termosifone ", limit=4, after=after)
        seen += [hit.conversation.id for hit in page.items if hit.conversation]
        after = page.next
        if after is None:
            break
    assert set(seen) == set(many)
    assert len(seen) - len(set(seen)) <= 1, "only one that stands in two blocks may come again"


async def test_rights_brands_and_workspaces(services: Services, connection: Any, workspace: Furnished) -> None:
    await said(services, workspace, connection, "contatore segreto")
    stranger = await furnish(connection)
    for who in (
        stranger.administrator.context,
        replace(workspace.agent.context, brands=frozenset()),
        replace(workspace.agent.context, permissions=frozenset({"contacts.read"})),
    ):
        assert await texts(services, who, "contatore") == []
    limited = replace(workspace.agent.context, brands=frozenset({workspace.brand_id}))
    assert await texts(services, limited, "contatore") == ["contatore segreto"]
    no_contacts = replace(workspace.agent.context, permissions=frozenset({"conversations.read"}))
    assert await texts(services, no_contacts, "contatore") == ["contatore segreto"]


async def test_the_index_follows_edits_merges_and_deletions(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    a, b = await said(services, workspace, connection, "lavatrice", "asciugatrice")
    note = await agent(services, me, a, "frigorifero", kind="note")
    await do(services, me, lambda tx: marks.rename(tx, a, "Elettrodomestici"))
    await indexed(services)
    assert await texts(services, me, "elettrodomestico ") == ["Elettrodomestici"]
    from battito.conversations.capabilities import Capabilities

    await do(
        services,
        me,
        lambda tx: messages.edit_message(tx, note.id, messages.MessageEdit(text="forno"), capabilities=Capabilities()),
    )
    await indexed(services)
    assert (await texts(services, me, "frigorifero "), await texts(services, me, "forno ")) == ([], ["forno"])
    await do(services, me, lambda tx: messages.take_back(tx, note.id))
    merged = await do(services, me, lambda tx: merge.merge(tx, b, a))
    await indexed(services)
    assert await texts(services, me, "forno ") == []
    (hit,) = (await find(services, me, "asciugatrice ")).items
    assert hit.conversation is not None
    assert hit.conversation.id == a
    await undo(services, me, merged.undo)
    await indexed(services)
    (hit,) = (await find(services, me, "asciugatrice ")).items
    assert hit.conversation is not None
    assert hit.conversation.id == b


async def test_indexing_again_changes_nothing_and_buckets_fill_up(
    services: Services, connection: Any, workspace: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "BUCKET", 5)
    many = await said(services, workspace, connection, *(f"radiatore {n}" for n in range(4)))
    ids = [r["id"] for r in await connection.fetch("select id from message where conversation_id = any($1)", many)]
    for _ in range(3):
        await do(services, workspace.system, lambda tx: index.index_messages(tx, ids))
    kept = await connection.fetch("select id, bucket from search_document where workspace_id = $1", workspace.id)
    assert sorted(r["id"] for r in kept) == sorted(ids)
    assert len(await texts(services, workspace.agent.context, "radiatore ")) == 4


async def test_a_lost_index_is_made_again(services: Services, connection: Any, workspace: Furnished) -> None:
    await said(services, workspace, connection, "scaldabagno")
    await connection.execute("delete from search_document where workspace_id = $1", workspace.id)
    assert await texts(services, workspace.agent.context, "scaldabagno") == []

    async def ask_for_it(tx: Any) -> None:
        tx.enqueue("search.rebuild", {}, unique_key=f"search.rebuild {workspace.id}")

    await do(services, workspace.system, ask_for_it)
    for _ in range(200):
        if await texts(services, workspace.agent.context, "scaldabagno"):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the index was not made again")


@pytest.mark.outside
async def test_the_door(http: httpx.AsyncClient, workspace: Furnished) -> None:
    async def ask_door(**query: str) -> httpx.Response:
        return await http.get("/api/v1/search", params=query, headers=workspace.agent.headers)

    for query in (
        {"q": "'; drop table message; --"},
        {"q": "a:* & | ! <->"},
        {"q": "\\"},
        {"q": "🙂"},
        {},
        {"q": "x", "in": "notes", "from": "cliente"},
    ):
        assert (await ask_door(**query)).status_code == 200, query
    for query, field in (
        ({"after": "!!"}, "after"),
        ({"status": "boh"}, "status"),
        ({"q": "x" * 400}, "q"),
        ({"limit": "99"}, "limit"),
        ({"since": "ieri"}, "since"),
    ):
        answer = await ask_door(**query)
        assert answer.status_code in (400, 422), query
        assert field in [e["field"] for e in answer.json()["errors"]], answer.text
    assert (await http.get("/api/v1/search", params={"q": "x"}, headers=workspace.client.headers)).status_code == 403
