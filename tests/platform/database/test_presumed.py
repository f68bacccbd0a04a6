"""What is presumed of empty tables: statements of the main path go by ids from the first minute on."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

from battito.conversations.store import intake, rows
from battito.platform.database.pool import prepare_connection
from battito.platform.database.presumed import presume_statistics
from battito.routing.store import cards, tables
from tests.support.own import WORKER, make_database

pytestmark = pytest.mark.postgres
STATEMENTS = {
    "who writes": (intake.LOOK, 5),
    "a conversation to be changed": (rows.LOCK, 3),
    "one of them": (rows.LOCK_ONE, 3),
    "how conversations stand": (tables.FACTS, 3),
    "how one of them stands": (tables.FACTS_ONE, 3),
    "their interactions": (tables.ROWS_OF, 2),
    "those of one": (tables.ROWS_OF_ONE, 2),
    "live offers": (tables.LIVE_OFFERS, 2),
    "cards of offers": (cards.CARDS, 3),
}
GROWING = {"conversation", "contact", "identity", "interaction", "offer", "message"}
"""Tables that may hold millions of rows of one workspace."""
OF_WHAT_IS_OPEN = {"offer_live", "interaction_live", "interaction_open"}
"""Indexes that hold no more than what people have in hand."""


@pytest.fixture
def new_database(postgres_url: str) -> str:
    """A database as it is after its migrations."""
    return make_database(postgres_url, f"battito_presumed_{WORKER}")


@pytest.fixture
async def untouched(new_database: str) -> AsyncIterator[Any]:
    """A connection to it."""
    connection = await asyncpg.connect(new_database)
    await prepare_connection(connection)
    yield connection
    await connection.close()


def scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if node.get("Relation Name") in GROWING and node["Node Type"] not in ("ModifyTable", "LockRows"):
        yield node
    for child in node.get("Plans", ()):
        yield from scans(child)


async def generic_plan(connection: Any, sql: str, arguments: int) -> dict[str, Any]:
    """The plan that a connection keeps for a prepared statement."""
    await connection.execute("set plan_cache_mode = force_generic_plan")
    await connection.execute(f"prepare one as {sql}")
    try:
        found = await connection.fetchval(f"explain (format json) execute one({', '.join(['null'] * arguments)})")
    finally:
        await connection.execute("deallocate one")
    plan: dict[str, Any] = found[0]["Plan"]
    return plan


@pytest.mark.parametrize("what", STATEMENTS)
async def test_no_plan_reads_all_of_a_workspace(untouched: Any, what: str) -> None:
    sql, arguments = STATEMENTS[what]
    found = list(scans(await generic_plan(untouched, sql, arguments)))
    assert found
    for node in found:
        if node.get("Index Name") in OF_WHAT_IS_OPEN:
            continue
        condition = node.get("Index Cond") or node.get("Recheck Cond") or ""
        others = re.findall(r"(\w+)\)? ?(?:=|<|>)", re.sub(r"workspace_id = [\w.$]+", "", condition))
        assert others, (node["Relation Name"], node["Node Type"], condition, node.get("Filter"))


async def test_every_table_of_workspaces_is_known(untouched: Any) -> None:
    unknown = await untouched.fetch(
        """select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
           left join pg_stats s on s.schemaname = 'public' and s.tablename = c.relname and s.attname = 'workspace_id'
           where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and s.n_distinct is distinct from 1"""
    )
    assert not unknown
    assert await presume_statistics(untouched) == 0


async def test_what_postgresql_found_out_is_left_alone(untouched: Any) -> None:
    await untouched.execute(
        "insert into workspace(id, name, slug) select gen_random_uuid(), 'Uno ' || n, 'uno-' || n from generate_series(1, 7) n"
    )
    await untouched.execute(
        "insert into queue(id, workspace_id, name) select gen_random_uuid(), id, 'Coda' from workspace"
    )
    await untouched.execute("analyze queue")
    read = "select n_distinct from pg_stats where tablename = 'queue' and attname = 'workspace_id'"
    before = await untouched.fetchval(read)
    assert before == -1  # as many workspaces as rows
    assert await presume_statistics(untouched) == 0
    assert await untouched.fetchval(read) == before
    await untouched.execute("create table something_new(id uuid primary key, workspace_id uuid not null)")
    assert await presume_statistics(untouched) == 1
