"""Live routing: simulated agents on their sockets and steady customers; offer latency, lost, doubled, and one kill -9 half-way.

`--agents N` (500), `--rate N` interactions a second (50), `--seconds N` (180), `--handle N` seconds of a contact (6), `--no-kill`.

Two server processes share one PostgreSQL (fsync on). The first holds the routing lease and is killed with -9 half-way; agents and
customers are connected to the second, so that nothing but the router is lost. Each interaction is a visitor of the web chat who
opens a session and writes; it is offered, accepted, answered and resolved through the same doors as in life.

- `p50_ms`, `p99_ms`: from the commit of the conversation (PostgreSQL's commit time stamp) to the frame `offer.made` on the socket
  of the agent; first offers, without those committed between the second before the kill and the recovery.
- `lost`: customers' messages acknowledged whose conversation nobody had been given at the end. `doubled`: offers seen twice, and
  conversations that two people accepted. `recovery_s`: from the kill to the commit of the next router's rebuilt state.
- `replayed`: calls of the recorded day told to a new engine; `different`: those that then decided otherwise.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from battito.accounts.sessions import token_hash
from battito.kit.ids import uuid7
from battito.platform.database.migrations import migrate
from battito.platform.database.pool import prepare_connection
from battito.platform.database.supervisor import EmbeddedPostgres
from battito.routing.router.record import replay
from benches.support.report import percentile, report
from tests.support.server import Process, free_port, serving
from tests.support.workspace import PASSWORD_HASH, Furnished, furnish

ROOT = Path(__file__).resolve().parents[1]
FIRST_OFFERS = """
select distinct on (o.conversation_id) o.id, o.conversation_id, extract(epoch from pg_xact_commit_timestamp(e.xid::xid))::float8 as committed
from offer o join event e on e.conversation_id = o.conversation_id and e.type = 'conversation.created'
where o.workspace_id = $1 order by o.conversation_id, o.made_at
"""
LOST = """
select count(*) from conversation c where c.workspace_id = $1 and not exists(
  select from interaction i where i.conversation_id = c.id and i.answered_at is not null)
"""
DOUBLED = """
select count(*) from (select conversation_id from offer where workspace_id = $1 and outcome = 'accepted' group by 1 having count(*) > 1) d
"""


async def prepare(url: str, agents: int) -> tuple[Furnished, list[str]]:
    """A workspace with so many available agents; their tokens."""
    await migrate(url)
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    try:
        workspace = await furnish(connection)
        await connection.execute("update presence set state = 'offline' where workspace_id = $1", workspace.id)
        role = await connection.fetchval("select id from role where workspace_id = $1 and key = 'agent'", workspace.id)
        people = [(uuid7(), uuid7(), uuid7().hex) for _ in range(agents)]
        for user, session, token in people:
            await connection.execute(
                "insert into app_user(id, workspace_id, email, name, password_hash) values ($1, $2, $3, $4, $5)",
                user, workspace.id, f"{user.hex}@example.it", f"Operatore {user.hex[-4:]}", PASSWORD_HASH,
            )  # fmt: skip
            await connection.execute(
                "insert into user_role(workspace_id, user_id, role_id) values ($1, $2, $3)", workspace.id, user, role
            )
            await connection.execute(
                "insert into presence(user_id, workspace_id, state) values ($1, $2, 'available')", user, workspace.id
            )
            await connection.execute(
                "insert into sign_in(id, workspace_id, user_id, token_hash, method, expires_at) values ($1, $2, $3, $4, 'test', now() + interval '1 day')",
                session, workspace.id, user, token_hash(token),
            )  # fmt: skip
        return workspace, [token for _, _, token in people]
    finally:
        await connection.close()


async def configure(url: str, workspace: Furnished) -> str:
    """A queue with offers and a chat, as an administrator makes them; the chat's site key."""
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", headers=workspace.administrator.headers, timeout=30) as api:
        rules = {"offers": True, "offer_s": 15, "preferred_s": 0}
        queue = (await api.post("/queues", json={"name": "Chat", "rules": rules})).raise_for_status().json()
        place = {"brand_id": str(workspace.brand_id), "team_id": str(workspace.team_id), "queue_id": queue["id"]}
        settings = {
            "name": "Prova",
            "origins": ["https://example.it"],
            "fields": [{"key": "name", "label": {"it": "Nome"}}],
        }
        chat = await api.post(
            "/channel-accounts", json={"channel": "webchat", "name": "Chat", **place, "settings": settings}
        )
        return str(chat.raise_for_status().json()["settings"]["site_key"])


async def token_of(connection: Any, workspace: UUID) -> int:
    """The lease's token; 0 without a lease."""
    return int(await connection.fetchval("select token from routing_lease where workspace_id = $1", workspace) or 0)


async def kill(connection: Any, workspace: UUID, victim: Process) -> tuple[float, float]:
    """Kill -9 the router's process; when, and when the next one had rebuilt its state."""
    before = await token_of(connection, workspace)
    killed = time.time()
    victim.kill()
    rebuilt = "select exists(select from routing_log where workspace_id = $1 and kind = 'start' and token > $2)"
    while not await connection.fetchval(rebuilt, workspace, before):
        if time.time() - killed > 60:
            raise TimeoutError("nobody took over")
        await asyncio.sleep(0.01)
    return killed, time.time()


async def day(
    url: str, folder: Path, first: Process, second: Process, given: argparse.Namespace, people: Any
) -> dict[str, Any]:
    """Run the floor, kill half-way, look at what came of it."""
    workspace, tokens = people
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    site = await configure(first.url, workspace)
    end = time.monotonic() + 20
    while not await token_of(connection, workspace.id) and time.monotonic() < end:
        await asyncio.sleep(0.05)
    node = await connection.fetchval("select node from routing_lease where workspace_id = $1", workspace.id)
    victim, other = (first, second) if f"-{first.popen.pid}-" in node else (second, first)
    orders = {
        "url": other.url, "tokens": tokens, "site": site, "rate": given.rate, "seconds": given.seconds, "handle_s": given.handle,
        "drain_s": 120, "result": str(folder / "floor.json"), "started": str(folder / "started"),
    }  # fmt: skip
    floor = subprocess.Popen([sys.executable, "-m", "benches.support.floor"], stdin=subprocess.PIPE, cwd=ROOT)
    assert floor.stdin is not None
    floor.stdin.write(json.dumps(orders).encode())
    floor.stdin.close()
    while not (folder / "started").exists():
        if floor.poll() is not None:
            raise RuntimeError("the floor did not open")
        await asyncio.sleep(0.1)
    killed = rebuilt = 0.0
    if given.kill:
        await asyncio.sleep(given.seconds / 2)
        killed, rebuilt = await kill(connection, workspace.id, victim)
    await asyncio.to_thread(floor.wait)
    found = json.loads((folder / "floor.json").read_text())
    await asyncio.sleep(1)
    seen = {offer: at for _, offer, at in found["offers"]}
    latencies = [
        (seen[str(r["id"])] - r["committed"]) * 1000
        for r in await connection.fetch(FIRST_OFFERS, workspace.id)
        if str(r["id"]) in seen and not killed - 1 < r["committed"] < rebuilt
    ]
    entries = await connection.fetch(
        "select kind, data from routing_log where workspace_id = $1 order by id", workspace.id
    )
    told = list(replay((e["kind"], e["data"]) for e in entries))
    made = await connection.fetchval("select count(*) from conversation where workspace_id = $1", workspace.id)
    result = {
        "agents": given.agents,
        "rate": round(found["acknowledged"] / given.seconds, 1),
        "p50_ms": round(percentile(latencies, 0.5), 1),
        "p99_ms": round(percentile(latencies, 0.99), 1),
        "offers": len(seen),
        "lost": max(found["acknowledged"] - made, 0) + await connection.fetchval(LOST, workspace.id),
        "doubled": found["twice"] + await connection.fetchval(DOUBLED, workspace.id),
        "recovery_s": round(rebuilt - killed, 2) if given.kill else None,
        "replayed": len(told),
        "different": sum(call[4] != again for call, again in told),
        "frames": found["frames"],
        "dropped_sockets": found["dropped"],
        "errors": found["errors"],
    }
    await connection.close()
    return result


def options() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="battito bench live")
    parser.add_argument("--agents", type=int, default=500)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--handle", type=float, default=6)
    parser.add_argument("--no-kill", dest="kill", action="store_false")
    return parser.parse_args()


def main() -> int:
    """Run it."""
    given = options()
    with tempfile.TemporaryDirectory(prefix="battito-bench-") as name:
        folder = Path(name)
        database = EmbeddedPostgres(folder / "data", {"track_commit_timestamp": "on"})
        url = database.start()
        try:
            people = asyncio.run(prepare(url, given.agents))
            more = {"rate_limit": "0", "trusted_proxies": "127.0.0.1"}
            with (
                serving(url, folder / "served", port=free_port(), **more) as first,
                serving(url, folder / "served", port=free_port(), **more) as second,
            ):
                result = asyncio.run(day(url, folder, first, second, given, people))
                log = "".join(p.log.read_text(errors="replace")[-4000:] for p in (first, second))
        finally:
            database.stop()
    if log.strip():
        print(log, file=sys.stderr)
    report(
        f"{given.agents} agents, {given.rate:g} interactions a second for {given.seconds:g} s",
        [
            ("committed -> offered", f"p50 {result['p50_ms']} ms, p99 {result['p99_ms']} ms"),
            ("lost, doubled", f"{result['lost']}, {result['doubled']}"),
            ("recovery after kill -9", f"{result['recovery_s']} s"),
            ("replayed", f"{result['replayed']} calls, {result['different']} decided otherwise"),
        ],
        result,
    )
    return int(bool(result["lost"] or result["doubled"] or result["different"]))


if __name__ == "__main__":
    sys.exit(main())
