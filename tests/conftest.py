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
from tests.support.server import Process, serving
from tests.support.workspace import Furnished, furnish

TEMPLATE = "battito_template"


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
    yield url
    server.stop()


@pytest.fixture(scope="session")
def database_url(postgres_url: str) -> str:
    """This worker's own migrated database."""
    name = f"battito_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"

    async def clone() -> None:
        connection = await asyncpg.connect(postgres_url)
        try:
            await connection.execute(f"drop database if exists {name} with (force)")
            await connection.execute("select pg_advisory_lock(4711)")  # a template may have one reader at a time
            await connection.execute(f"create database {name} template {TEMPLATE}")
        finally:
            await connection.close()

    asyncio.run(clone())
    return _database(postgres_url, name)


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


@pytest.fixture(scope="session")
def server(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """`battito serve` on this worker's database, once for the worker."""
    with serving(database_url, tmp_path_factory.mktemp("served")) as process:
        yield process


@pytest.fixture
async def http(server: Process) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the running server; give each request a member's `headers`."""
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
        yield client
