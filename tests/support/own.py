"""A database, and a server on it, for the tests of one folder.

Every server on a database is a node of the installation: it takes its turn at routing, at mailboxes and at jobs, with the
keys and the channels that it has. Tests that look at such work must not share it with another folder's servers.
"""

import asyncio
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from tests.support.server import Process, serving

TEMPLATE = "battito_template"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def make_database(postgres_url: str, name: str) -> str:
    """An empty, migrated installation called `name`; its address."""

    async def clone() -> None:
        connection = await asyncpg.connect(postgres_url)
        try:
            await connection.execute(f"drop database if exists {name} with (force)")
            await connection.execute("select pg_advisory_lock(4711)")  # a template may have one reader at a time
            await connection.execute(f"create database {name} template {TEMPLATE}")
        finally:
            await connection.close()

    asyncio.run(clone())
    return urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))


def own_database(folder: str) -> Any:
    """The fixture `database_url` of a folder: `database_url = own_database("email")` in its conftest."""

    @pytest.fixture(scope="session")
    def database_url(postgres_url: str) -> str:
        return make_database(postgres_url, f"battito_{folder}_{WORKER}")

    return database_url


def own_server() -> Any:
    """The fixture `server` of a folder with a database of its own."""

    @pytest.fixture(scope="package")  # an idle node still looks at its clocks: twenty of them cost a fifth of two cores
    def server(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
        with serving(database_url, tmp_path_factory.mktemp("served")) as process:
            yield process

    return server
