"""The demonstration in the database: consistent with what was told, and with the product's own counting."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from battito.accounts.access_api import DemoPerson
from battito.app import make_services
from battito.demo.live import DemoCustomers
from battito.demo.loading import demo_workspace, ensure_demo
from battito.platform.database.pool import prepare_connection
from battito.platform.services import Services
from battito.platform.settings import Settings, load_settings
from tests.support.own import WORKER, make_database
from tests.support.server import Process, serving

pytestmark = [pytest.mark.postgres]


@pytest.fixture(scope="module")
def demo_url(postgres_url: str, database_url: str) -> str:
    """An empty installation for this module."""
    return make_database(postgres_url, f"battito_demo_{WORKER}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


def settings_of(folder: Path, url: str, **more: str) -> Settings:
    return load_settings(
        {"BATTITO_DATA": str(folder), "BATTITO_DATABASE_URL": url, "BATTITO_DATABASE_POOL": "4", **more}
    )


@pytest.fixture(scope="module")
def loaded(demo_url: str, folder: Path) -> list[DemoPerson]:
    """Load it once."""

    async def load() -> list[DemoPerson]:
        services = await make_services(settings_of(folder, demo_url), demo_url)
        try:
            return await ensure_demo(services)
        finally:
            await services.database.close()

    return asyncio.run(load())


@pytest.fixture
async def demo(demo_url: str, folder: Path, loaded: list[DemoPerson]) -> AsyncIterator[Services]:
    """A node on the loaded demonstration; nothing runs."""
    services = await make_services(settings_of(folder, demo_url), demo_url)
    yield services
    await services.database.close()


@pytest.fixture
async def rows(demo_url: str, loaded: list[DemoPerson]) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(demo_url)
    await prepare_connection(connection)
    yield connection
    await connection.close()


async def test_it_loads_once(demo: Services, loaded: list[DemoPerson], rows: Any) -> None:
    before = await rows.fetchval("select count(*) from conversation")
    began = time.monotonic()
    assert await ensure_demo(demo) == loaded
    assert time.monotonic() - began < 1
    assert await rows.fetchval("select count(*) from conversation") == before >= 2000
    assert {p.role for p in loaded} >= {"Operatrice", "Supervisore", "Amministratore"}


async def test_counters_agree_with_a_recount(rows: Any) -> None:
    wrong = await rows.fetch(
        """
        select c.number, c.seq, c.message_count, m.top, m.messages from conversation c
        join lateral (
          select max(m.seq) as top, count(*) as entries, count(*) filter (where m.kind = 'message') as messages,
            max(m.created_at) filter (where m.kind = 'message') as last_at,
            min(m.created_at) filter (where m.kind = 'message' and m.author_kind = 'agent') as first_answer
          from message m where m.conversation_id = c.id and m.workspace_id = c.workspace_id) m on true
        where c.seq <> m.top or m.top <> m.entries or c.message_count <> m.messages or c.last_message_at <> m.last_at
          or c.first_response_at is distinct from m.first_answer
        """
    )
    assert wrong == []
    assert not await rows.fetchval(
        "select exists(select 1 from conversation where status = 'resolved' and resolved_at is null)"
    )
    assert not await rows.fetchval(
        "select exists(select 1 from conversation where (status = 'open') <> (waiting_since is not null) and last_author_kind = 'customer' and status <> 'resolved' and status <> 'snoozed')"
    )
    assert not await rows.fetchval(
        "select exists(select 1 from conversation where status = 'snoozed' and snoozed_until is null)"
    )
    sleeping = await rows.fetch(
        "select 'conversation.wake ' || id as key, snoozed_until as due_at from conversation where status = 'snoozed'"
    )
    timers = await rows.fetch("select unique_key as key, due_at from job where kind = 'conversation.wake'")
    assert {tuple(r) for r in sleeping} == {tuple(r) for r in timers} != set()
    highest, following = await rows.fetchrow(
        "select max(c.number), max(n.next) from conversation c, conversation_number n"
    )
    assert following == highest + 1


async def test_ids_carry_their_moment(rows: Any) -> None:
    out_of_order = await rows.fetchval(
        "select count(*) from (select id, lag(id) over (partition by conversation_id order by seq) as before from message) x"
        " where substr(id::text, 1, 13) < substr(before::text, 1, 13)"
    )
    assert out_of_order == 0


async def test_replies_and_macros_can_be_used(server_on_demo: Process, loaded: list[DemoPerson]) -> None:
    async with httpx.AsyncClient(
        base_url=f"{server_on_demo.url}/api/v1", headers={"X-Battito": "1"}, timeout=20
    ) as http:
        await http.post("/sign-in", json={"email": loaded[0].email, "password": loaded[0].password})
        page = (await http.get("/conversations", params={"view": "all", "status": "open", "limit": 1})).json()
        conversation = page["items"][0]["id"]
        replies = (await http.get("/canned-replies")).json()["items"]
        assert len(replies) >= 25
        for reply in replies:
            answer = await http.post(f"/canned-replies/{reply['id']}/preview", json={"conversation_id": conversation})
            assert answer.status_code < 300, answer.text
            assert answer.json()["missing"] == [], reply["shortcut"]
        macros = (await http.get("/macros")).json()["items"]
        assert len(macros) >= 5
        for macro in macros:
            answer = await http.post(f"/macros/{macro['id']}/preview", json={"conversation_id": conversation})
            assert answer.status_code < 300, answer.text
            assert [s["problem"] for s in answer.json()["steps"] if s["problem"]] == [], macro["name"]


async def test_files_are_there(demo: Services, rows: Any) -> None:
    from battito.platform.files import Files

    attached = await rows.fetch(
        "select m.workspace_id, a->>'id' as id, a->>'content_type' as type from message m, jsonb_array_elements(m.attachments) a"
    )
    assert len(attached) > 300
    for row in attached[:: len(attached) // 20]:
        content = await demo.get(Files).read(row["workspace_id"], row["id"])
        assert content.startswith(b"\xff\xd8" if row["type"] == "image/jpeg" else b"%PDF")


async def test_people_can_sign_in_and_look_around(server_on_demo: Process, loaded: list[DemoPerson]) -> None:
    for person in (
        loaded[0],
        next(p for p in loaded if p.role == "Supervisore"),
        next(p for p in loaded if p.role == "Amministratore"),
    ):
        async with httpx.AsyncClient(
            base_url=f"{server_on_demo.url}/api/v1", headers={"X-Battito": "1"}, timeout=20
        ) as http:
            answer = await http.post("/sign-in", json={"email": person.email, "password": person.password})
            assert answer.json()["state"] == "signed-in", answer.text
            page = (await http.get("/conversations", params={"view": "all", "status": "open", "limit": 50})).json()
            assert len(page["items"]) > 10
            one = (await http.get(f"/conversations/{page['items'][0]['id']}")).json()
            assert one["contact"]["attributes"]["codice_cliente"]
            entries = (await http.get(f"/conversations/{one['id']}/messages")).json()["items"]
            assert entries[0]["author"]["kind"] == "customer"


@pytest.fixture(scope="module")
def server_on_demo(demo_url: str, folder: Path, loaded: list[DemoPerson]) -> Iterator[Process]:
    """`battito serve` on the demonstration, with the same key ring."""
    with serving(demo_url, folder, log_level="info") as process:
        yield process


QUESTION = "Buongiorno, sono Marta. Mi dà il codice cliente, per favore?"


async def until(rows: Any, sql: str, argument: Any, test: Callable[[list[Any]], bool], seconds: float = 60) -> None:
    """Ask the database until it says so."""
    end = time.monotonic() + seconds
    while not test(await rows.fetch(sql, argument)):
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.25)


@pytest.mark.slow
async def test_customers_write_and_answer(
    server_on_demo: Process, demo_url: str, folder: Path, loaded: list[DemoPerson], rows: Any
) -> None:
    """Through the real doors: mails and chats come in, and an agent's answer is answered in the same conversation."""
    port = server_on_demo.url.rpartition(":")[2]
    settings = settings_of(
        folder, demo_url, BATTITO_PORT=port, BATTITO_SMTP_IN_PORT=str(server_on_demo.smtp_port), BATTITO_DEMO_PACE="240"
    )
    services = await make_services(settings, demo_url)
    workspace = await demo_workspace(services)
    assert workspace is not None
    highest = await rows.fetchval("select max(number) from conversation")
    customers = DemoCustomers(services, workspace)
    await customers.start()
    fresh = "select channel, count(*) as n from conversation where number > $1 group by 1"
    again = """
        select distinct c.channel from message m join conversation c on c.id = m.conversation_id and c.workspace_id = m.workspace_id
        where c.number > $1 and m.author_kind = 'customer' and m.created_at >
          (select min(a.created_at) from message a where a.conversation_id = c.id and a.author_kind = 'agent')
    """
    waiting = "select id, channel from conversation where number > $1 and status = 'open' order by number desc limit 12"
    both = {"email", "webchat"}
    try:
        await until(rows, fresh, highest, lambda found: {r["channel"] for r in found if r["n"] >= 3} == both)
        agent = loaded[0]
        async with httpx.AsyncClient(
            base_url=f"{server_on_demo.url}/api/v1", headers={"X-Battito": "1"}, timeout=20
        ) as http:
            await http.post("/sign-in", json={"email": agent.email, "password": agent.password})
            answered: set[str] = set()
            for _ in range(200):
                for row in await rows.fetch(waiting, highest):
                    if str(row["id"]) not in answered:
                        answered.add(str(row["id"]))
                        body = {"client_id": str(row["id"]), "text": QUESTION, "override": True}
                        answer = await http.post(f"/conversations/{row['id']}/messages", json=body)
                        assert answer.status_code in (200, 201), answer.text
                if {row["channel"] for row in await rows.fetch(again, highest)} == both:
                    break
                await asyncio.sleep(0.25)
        assert {row["channel"] for row in await rows.fetch(again, highest)} == both
        strays = "select count(*) from conversation c where c.number > $1 and c.subject like 'Re: %'"
        assert await rows.fetchval(strays, highest) == 0, "an answer began a conversation of its own"
        recognised = await rows.fetchval(
            "select count(*) from conversation c where c.number > $1 and exists(select 1 from conversation o where o.contact_id = c.contact_id and o.number <= $1)",
            highest,
        )
        assert recognised > 0
    finally:
        await customers.stop()
        await services.database.close()
