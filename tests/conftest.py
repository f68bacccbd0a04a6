"""Fixtures that every test may use. One PostgreSQL for all workers, one database per worker, one workspace per test."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import pytest

from battito.app import make_services, running
from battito.platform.database import Database
from battito.platform.database.migrations import migrate
from battito.platform.database.pool import prepare_connection
from battito.platform.database.supervisor import EmbeddedPostgres
from battito.platform.services import Services
from battito.platform.settings import Settings, load_settings
from tests.support.own import TEMPLATE, own_database, own_server
from tests.support.server import Process
from tests.support.workspace import Furnished, furnish


def _database(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def postgres_url(shared_folder: Path) -> Iterator[str]:
    """A PostgreSQL server of this run (fsync off: only crash tests need it, and they start their own)."""
    server = EmbeddedPostgres(
        shared_folder / "postgres-data", {"fsync": "off", "full_page_writes": "off", "max_connections": "300"}
    )
    url = server.start()
    with (shared_folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        async def make_template() -> None:
            connection = await asyncpg.connect(url)
            try:
                if not await connection.fetchval("select true from pg_database where datname = $1", TEMPLATE):
                    await connection.execute(f"create database {TEMPLATE}_new")
                    await migrate(_database(url, f"{TEMPLATE}_new"))
                    await connection.execute(f"alter database {TEMPLATE}_new rename to {TEMPLATE}")
            finally:
                await connection.close()

        asyncio.run(make_template())
    with (shared_folder / "users.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield url
        if server.owner:  # the server ends with its owner: not before the other workers are done
            fcntl.flock(users, fcntl.LOCK_EX)
        server.stop()


database_url = own_database("rest")
"""This worker's own migrated database, for whatever folder has none to itself."""
server = own_server()
"""`battito serve` on it, once for the worker."""


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Any]:
    """A plain connection, for arranging and looking."""
    connection = await asyncpg.connect(database_url)
    await prepare_connection(connection)
    yield connection
    await connection.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A small pool."""
    database = await Database.connect(database_url, size=4)
    yield database
    await database.close()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of a node whose data lie in the test's own folder."""
    return load_settings(
        {
            "BATTITO_DATA": str(tmp_path),
            "BATTITO_DATABASE_URL": database_url,
            "BATTITO_SMTP_IN_PORT": "0",
            "BATTITO_DATABASE_POOL": "8",
        }
    )


@pytest.fixture
async def services(settings: Settings, database_url: str) -> AsyncIterator[Services]:
    """A running node without its web server: tail, bus, batcher, consumers, jobs."""
    services = await make_services(settings, database_url)
    async with running(services):
        yield services


@pytest.fixture
async def workspace(connection: Any) -> Furnished:
    """A fresh workspace with one person per role."""
    return await furnish(connection)


@pytest.fixture
async def http(server: Process) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the running server; give each request a member's `headers`."""
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
        yield client
