"""Messages: HTTP JSON -> validated -> committed (fsync on) -> seen by a WebSocket subscriber, beside pgbench with the same statements."""

import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import asyncpg

from battito.accounts.sessions import token_hash
from battito.kit.ids import uuid7
from battito.platform.database.migrations import migrate
from battito.platform.database.pool import prepare_connection
from battito.platform.database.supervisor import EmbeddedPostgres
from benches.support.report import percentile, report
from tests.support.server import serving
from tests.support.workspace import Furnished, furnish

CONNECTIONS = 32
ROUND_S = 6
ROUNDS = 3
CONVERSATIONS = 10_000

# What the product does for a message, as three plain statements in one transaction.
PGBENCH = """
\\set c random(1, {n})
BEGIN;
INSERT INTO message(id, workspace_id, conversation_id, seq, kind, author_kind, author_id, author_name, channel, text, status, client_id, created_at)
  SELECT gen_random_uuid(), '{w}', b.id, nextval('bench_seq'), 'message', 'agent', '{u}', 'Agent Prova', 'email',
  'Buongiorno, vorrei sapere quando arriva il mio ordine numero 12345, grazie mille per la risposta.', 'received', gen_random_uuid(), now()
  FROM bench_conversation b WHERE b.n = :c RETURNING id, seq;
UPDATE conversation SET seq = seq + 1, version = version + 1, last_message_at = now(), message_count = message_count + 1,
  preview = 'Buongiorno, vorrei sapere quando arriva il mio ordine numero 12345', last_author_kind = 'agent', status = 'waiting', unread = 0
  WHERE id = (SELECT id FROM bench_conversation WHERE n = :c) AND workspace_id = '{w}';
INSERT INTO event(workspace_id, at, type, conversation_id, seq, actor_kind, actor_id, actor_name, data)
  SELECT '{w}', now(), 'message.created', b.id, 1, 'agent', '{u}', 'Agent Prova',
  '{{"type": "message.created","message": {{"id": "01a200ab-3e20-70d3-9367-5aa4fdafa42b","seq": 1,"kind": "message","author": {{"kind": "agent","id": "01a200aa-d114-7330-8dbe-a170adfa3024","name": "Agent Prova"}},"channel": "email","text": "Buongiorno, vorrei sapere quando arriva il mio ordine numero 12345, grazie mille per la risposta.","html": null,"folded": null,"attachments": [],"email": null,"mentions": [],"status": "queued","error": null,"auto": "none","flags": []}},"changes": {{"preview": "Buongiorno, vorrei sapere quando arriva il mio ordine","unread": 0,"status": "waiting","message_count": 3,"version": 4}}}}'
  FROM bench_conversation b WHERE b.n = :c RETURNING id;
COMMIT;
"""


async def prepare(url: str) -> tuple[Furnished, list[str]]:
    """A workspace with conversations to write into."""
    await migrate(url)
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    try:
        workspace = await furnish(connection)
        contact = workspace.id
        await connection.execute(
            "insert into contact(id, workspace_id, name) values ($1, $1, 'Teresa Colombo')", workspace.id
        )
        await connection.execute(
            "insert into conversation(id, workspace_id, number, contact_id, channel) select gen_random_uuid(), $1, n, $2, 'email' from generate_series(1, $3::int) n",
            workspace.id, contact, CONVERSATIONS,
        )  # fmt: skip
        await connection.execute("create table bench_conversation as select number as n, id from conversation")
        await connection.execute("create unique index on bench_conversation(n)")
        await connection.execute("create sequence bench_seq start 1000000000")
        await connection.execute("vacuum analyze")
        rows = await connection.fetch("select id from conversation")
        return workspace, [str(r["id"]) for r in rows]
    finally:
        await connection.close()


async def people(url: str, workspace: Furnished) -> list[str]:
    """A signed-in agent for each connection, as in life; their tokens."""
    connection = await asyncpg.connect(url)
    tokens = []
    try:
        role = await connection.fetchval("select id from role where workspace_id = $1 and key = 'agent'", workspace.id)
        for n in range(CONNECTIONS):
            user, token = uuid7(), uuid7().hex
            await connection.execute(
                "insert into app_user(id, workspace_id, email, name) values ($1, $2, $3, $4)",
                user,
                workspace.id,
                f"{user.hex}@example.it",
                f"Agente {n}",
            )
            await connection.execute(
                "insert into user_role(workspace_id, user_id, role_id) values ($1, $2, $3)", workspace.id, user, role
            )
            await connection.execute(
                "insert into sign_in(id, workspace_id, user_id, token_hash, method, expires_at) values ($1, $2, $3, $4, 'bench', now() + interval '1 day')",
                uuid7(), workspace.id, user, token_hash(token),
            )  # fmt: skip
            tokens.append(token)
    finally:
        await connection.close()
    return tokens


def pgbench(programs: Path, url: str, script: Path) -> float:
    """Transactions per second."""
    out = subprocess.run(
        [programs / "pgbench", "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2", "-T", str(ROUND_S), "-f", script, url],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", out.stdout)
    if found is None:
        raise RuntimeError(f"pgbench failed: {out.stdout}{out.stderr}")
    return float(found[1])


def load(url: str, tokens: list[str], conversations: list[str], seconds: float) -> dict[str, Any]:
    """One round of the product."""
    result = Path(tempfile.mkstemp(prefix="battito-load-")[1])
    orders = {
        "result": str(result),
        "url": url,
        "tokens": tokens,
        "conversations": conversations,
        "connections": CONNECTIONS,
        "seconds": seconds,
    }
    done = subprocess.run(
        [sys.executable, "-m", "benches.support.load"],
        input=json.dumps(orders),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(result.read_text())
    result.unlink()
    return found


async def stored(url: str, conversations: list[str], acknowledged: set[str]) -> tuple[int, int]:
    """Of the acknowledged client ids, how many are not in the table; and how many are there twice."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "select client_id::text as c, count(*) as n from message where seq < 1000000000 group by 1"
        )
    finally:
        await connection.close()
    have = {r["c"]: r["n"] for r in rows}
    return sum(a not in have for a in acknowledged), sum(n - 1 for n in have.values())


def main() -> None:
    """Run rounds of both in turn and print the ratio."""
    with tempfile.TemporaryDirectory(prefix="battito-bench-") as folder:
        root = Path(folder)
        database = EmbeddedPostgres(root / "data")
        url = database.start()
        try:
            workspace, conversations = asyncio.run(prepare(url))
            script = root / "messages.sql"
            script.write_text(PGBENCH.format(n=CONVERSATIONS, w=workspace.id, u=workspace.agent.id))
            ours: list[float] = []
            theirs: list[float] = []
            latencies: list[float] = []
            acknowledged: set[str] = set()
            unseen = twice = 0
            errors: dict[str, int] = {}
            tokens = asyncio.run(people(url, workspace))
            with serving(url, root / "served", database_pool="4") as process:
                load(process.url, tokens, conversations, 2)
                for _ in range(ROUNDS):
                    found = load(process.url, tokens, conversations, ROUND_S)
                    ours.append(found["rate"])
                    latencies += found["latencies_ms"]
                    acknowledged |= set(found["acknowledged"])
                    unseen += found["unseen"]
                    twice += found["seen_twice"]
                    errors |= found["errors"]
                    theirs.append(pgbench(database.programs, url, script))
            lost, doubled = asyncio.run(stored(url, conversations, acknowledged))
        finally:
            database.stop()
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    result = {
        "ratio": round(ratio, 3),
        "p50_ms": round(percentile(latencies, 0.5), 1),
        "p99_ms": round(percentile(latencies, 0.99), 1),
        "lost": lost + unseen,
        "doubled": doubled + twice,
        "rate": round(statistics.median(ours)),
        "pgbench_rate": round(statistics.median(theirs)),
        "errors": errors,
    }
    report(
        f"Messages, {CONNECTIONS} connections, one server process, fsync on",
        [
            ("product", f"{result['rate']:,} messages/s"),
            ("pgbench, same statements", f"{result['pgbench_rate']:,} transactions/s"),
            ("ratio", f"{result['ratio']}"),
            ("sent -> seen on a socket", f"p50 {result['p50_ms']} ms, p99 {result['p99_ms']} ms"),
            ("lost, doubled", f"{result['lost']}, {result['doubled']}"),
        ],
        result,
    )


if __name__ == "__main__":
    main()
