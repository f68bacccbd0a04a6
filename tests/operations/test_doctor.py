"""The doctor finds what is wrong, and says how to mend it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from battito.operations.doctor import examine, examine_certificate, report, report_json
from battito.operations.findings import Finding, State
from battito.platform.database.migrations import migrate
from battito.platform.database.supervisor import EmbeddedPostgres
from battito.platform.keyring import key_file, load_key_ring
from battito.platform.settings import load_settings
from tests.channels.email.test_smtp_door import made_certificate

pytestmark = pytest.mark.postgres


async def examined(**env: str) -> dict[str, Finding]:
    return {finding.subject: finding for finding in await examine(env)}


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"BATTITO_DATA": str(tmp_path / "data"), "BATTITO_PORT": "0", "BATTITO_SMTP_IN_PORT": "0"}


@pytest.fixture
async def running(env: dict[str, str]) -> AsyncIterator[EmbeddedPostgres]:
    """The installation's database, migrated and running."""
    async with EmbeddedPostgres(Path(env["BATTITO_DATA"]), {"shared_buffers": "16MB"}) as server:
        await migrate(server.url)
        yield server


async def ask(server: EmbeddedPostgres, statement: str) -> Any:
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_before_the_first_start_only_the_front_end_is_missing(env: dict[str, str]) -> None:
    found = await examined(**env)
    assert [name for name, finding in found.items() if finding.state is State.failure] == ["front end"]
    assert "./battito setup" in found["front end"].mend
    assert not Path(env["BATTITO_DATA"]).exists()


async def test_a_whole_installation_is_well(env: dict[str, str], running: EmbeddedPostgres) -> None:
    web = running.data / "web" / "dist"
    web.mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html>")
    load_key_ring(load_settings(env))
    found = await examined(**env)
    assert {name: finding.detail for name, finding in found.items() if finding.state is State.failure} == {}
    assert "PostgreSQL 18" in found["database"].detail
    assert found["durability"].state is State.ok
    assert found["pgvector"].state is State.ok
    assert not found["secret key"].mend
    text = report(list(found.values()))
    assert "✓ migrations" in text
    assert report_json(list(found.values())).startswith("[{")


async def test_wrong_settings_are_findings(env: dict[str, str]) -> None:
    found = await examined(**env, BATTITO_PROT="1")
    assert "BATTITO_PORT" in found["settings"].detail


async def test_a_key_that_others_read(env: dict[str, str]) -> None:
    settings = load_settings(env)
    load_key_ring(settings)
    key_file(settings).chmod(0o644)
    finding = (await examined(**env))["secret key"]
    assert finding.state is State.failure
    assert finding.mend == f"chmod 600 {key_file(settings)}"
    key_file(settings).write_text("rubbish")
    assert (await examined(**env))["secret key"].state is State.failure


async def test_a_busy_port_is_told_from_battitos_own(env: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        found = await examined(**{**env, "BATTITO_PORT": port, "BATTITO_SMTP_IN_PORT": port})
    assert found["web port"].state is State.failure
    assert f"--port {int(port) + 1}" in found["web port"].mend
    assert found["mail door"].state is State.failure

    async def alive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.0 200 OK\r\n\r\n{"status":"alive"}')
        writer.close()

    async with await asyncio.start_server(alive, "127.0.0.1", 0) as server:
        port = str(server.sockets[0].getsockname()[1])
        finding = (await examined(**{**env, "BATTITO_PORT": port}))["web port"]
    assert (finding.state, "running" in finding.detail) == (State.ok, True)


@pytest.mark.parametrize(
    ("setting", "value", "subject"),
    [
        ("DATABASE_URL", "postgresql://me:s3cret@127.0.0.1:1/care", "database"),
        ("NATS_URL", "nats://me:s3cret@127.0.0.1:1", "bus"),
        ("SMTP_URL", "smtp://me:s3cret@127.0.0.1:1", "outgoing mail"),
        ("CLAMD", "/nonexistent/clamd.sock", "virus scanner"),
        ("CLAMD", "127.0.0.1:1", "virus scanner"),
    ],
)
async def test_a_service_that_does_not_answer(env: dict[str, str], setting: str, value: str, subject: str) -> None:
    finding = (await examined(**env, **{f"BATTITO_{setting}": value}))[subject]
    assert finding.state is State.failure
    assert finding.mend
    assert "s3cret" not in finding.detail


@pytest.mark.parametrize(
    ("setting", "value", "subject"),
    [("NATS_URL", "nats://{}", "bus"), ("CLAMD", "{}", "virus scanner"), ("SMTP_URL", "smtp://{}", "outgoing mail")],
)
async def test_a_service_that_is_something_else(env: dict[str, str], setting: str, value: str, subject: str) -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-something\r\n")
        writer.close()

    async with await asyncio.start_server(nonsense, "127.0.0.1", 0) as server:
        place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        found = await examined(**env, **{f"BATTITO_{setting}": value.format(place)})
    assert found[subject].state is State.failure


async def test_an_unsafe_server_is_a_failure(env: dict[str, str], running: EmbeddedPostgres) -> None:
    await ask(running, "alter system set fsync = off")
    await ask(running, "alter database battito set synchronous_commit = off")
    await ask(running, "select pg_reload_conf()")
    finding = (await examined(**env))["durability"]
    assert finding.state is State.failure
    assert "synchronous_commit" in finding.detail


async def test_missing_migrations_and_a_newer_database(env: dict[str, str], running: EmbeddedPostgres) -> None:
    await ask(running, "delete from migration where number = (select max(number) from migration)")
    assert (await examined(**env))["migrations"].state is State.warning
    await ask(running, "insert into migration(number, label, checksum) values (9999, '9999 later/later', '')")
    assert (await examined(**env))["migrations"].state is State.failure


async def test_jobs_that_gave_up_are_named(env: dict[str, str], running: EmbeddedPostgres) -> None:
    await ask(
        running,
        "insert into dead_job(id, queue, kind, args, attempts, error, created_at) values (1, 'q', 'k', '{}', 9, 'x', now())",
    )
    assert "1 jobs gave up" in (await examined(**env))["background work"].detail


async def test_somebody_elses_data_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = await examined(BATTITO_DATA=str(tmp_path / "file"), BATTITO_PORT="0", BATTITO_SMTP_IN_PORT="0")
    assert found["data folder"].state is State.failure


def test_the_mail_doors_certificate(tmp_path: Path) -> None:
    none = examine_certificate(load_settings({"BATTITO_DATA": str(tmp_path)}))
    assert none.state is State.ok
    chain, key = made_certificate(tmp_path)
    given = {"BATTITO_DATA": str(tmp_path), "BATTITO_SMTP_IN_CERT": str(chain), "BATTITO_SMTP_IN_KEY": str(key)}
    good = examine_certificate(load_settings(given))
    assert good.state is State.ok
    assert "29 days left" in good.detail
    broken = examine_certificate(load_settings({**given, "BATTITO_SMTP_IN_KEY": str(tmp_path / "none.key")}))
    assert broken.state is State.failure
    assert "none.key cannot be read" in broken.detail
