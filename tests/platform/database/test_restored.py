"""A lived-in database, backed up and restored elsewhere, is found again: messages, people, and what is written after."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from battito.app import make_services, running
from battito.operations.backup import make_backup
from battito.operations.restore import restore
from battito.platform.database.migrations import migrate
from battito.platform.database.pool import prepare_connection
from battito.platform.settings import load_settings
from tests.conversations.doing import agent, customer
from tests.conversations.search.test_search import indexed, texts
from tests.operations.test_backup import Place, places
from tests.support.server import ROOT
from tests.support.workspace import a_contact, a_conversation, furnish

__all__ = ["places"]
pytestmark = pytest.mark.postgres


async def test_a_restored_database_is_searched_as_before(places: tuple[Place, Place], tmp_path: Path) -> None:
    lived_in, empty = places
    services = await make_services(lived_in.settings, lived_in.server.url)
    async with running(services):
        async with services.database.reading() as connection:
            workspace = await furnish(connection)
            contact = await a_contact(connection, workspace, "Nicolò Dell’Acqua")
            conversation = await a_conversation(connection, workspace, contact=contact)
        for n in range(30):
            await customer(services, workspace, conversation, f"La bolletta numero {n} è troppo alta, perché?")
        await agent(services, workspace.agent.context, conversation, "Verifichiamo subito la lettura del contatore.")
        await indexed(services)
        before = [
            await texts(services, workspace.agent.context, q) for q in ("bollette", "contatori", "perche", "dellacqua")
        ]
    assert all(before[:3]), before
    made = await make_backup(lived_in.settings, tmp_path / "b.tar")
    await restore(empty.settings, made.path)
    settings = load_settings({"BATTITO_DATA": str(empty.settings.data), "BATTITO_SMTP_IN_PORT": "0"})
    restored = await make_services(settings, empty.server.url)
    async with running(restored):
        after = [
            await texts(restored, workspace.agent.context, q) for q in ("bollette", "contatori", "perche", "dellacqua")
        ]
        assert after == before
        await agent(restored, workspace.agent.context, conversation, "Le rimborsiamo la differenza domattina.")
        await indexed(restored)
        assert await texts(restored, workspace.agent.context, "rimborso differenza")
    assert await migrate(empty.server.url) == []
    # and over what is there: functions and indexes are made while another schema holds the former ones
    await restore(empty.settings, made.path, force=True)
    assert await empty.ask("select count(*) from search_document") == await lived_in.ask(
        "select count(*) from search_document"
    )


async def test_indexes_depend_on_nothing_that_a_restore_cannot_find(connection: Any) -> None:
    """pg_restore works with an empty search_path: a function of ours inside an index, a generated column, a check or a
    partition bound would be inlined there and not find what it calls, unless it pins its own path."""
    rows = await connection.fetch(
        """
        select distinct p.oid::regprocedure::text as function, pg_describe_object(d.classid, d.objid, d.objsubid) as used_by
        from pg_depend d join pg_proc p on d.refclassid = 'pg_proc'::regclass and d.refobjid = p.oid
        where d.classid in ('pg_class'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass)
          and p.pronamespace = 'public'::regnamespace and p.proconfig is null
          and not exists (select 1 from pg_depend e where e.objid = p.oid and e.deptype = 'e')
        """
    )
    assert [tuple(r) for r in rows] == []


@pytest.mark.parametrize("command", ["serve", "migrate"])
async def test_a_newer_database_is_refused_in_words(postgres_url: str, tmp_path: Path, command: str) -> None:
    name = f"newer_{command}"
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f"drop database if exists {name}")
    await admin.execute(f"create database {name}")
    await admin.close()
    url = urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    await migrate(url)
    newer = await asyncpg.connect(url)
    await prepare_connection(newer)
    await newer.execute(
        "insert into migration(number, label, checksum) values (9999, '9999 platform/of_tomorrow', 'x')"
    )
    await newer.close()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("BATTITO_")},
        "PYTHONPATH": str(ROOT / "src"), "BATTITO_DATA": str(tmp_path), "BATTITO_DATABASE_URL": url, "BATTITO_PORT": "0",
        "BATTITO_SMTP_IN_PORT": "0",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "battito.cli", command], env=environment, capture_output=True, text=True, timeout=90
    )
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "9999 platform/of_tomorrow" in said
    assert "made by a newer version" in said
    assert "Traceback" not in said
