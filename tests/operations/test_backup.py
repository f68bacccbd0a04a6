"""Back-up and restore, for real: what comes back is what was there, and a failed restore changes nothing."""

import asyncio
import hashlib
import os
import tarfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from battito.kit.ids import uuid7
from battito.operations.archive import DUMP, MANIFEST, Manifest, Reader, Writer
from battito.operations.backup import make_backup
from battito.operations.commands import backup_command
from battito.operations.contents import Missing, missing
from battito.operations.doctor_database import _contents
from battito.operations.findings import State
from battito.operations.programs import OperationFailed, connection_of
from battito.operations.restore import renew_log, restore
from battito.platform.database.migrations import MigrationError, all_migrations, migrate
from battito.platform.database.supervisor import EmbeddedPostgres
from battito.platform.files.storage import Storage
from battito.platform.keyring import key_file, load_key_ring
from battito.platform.settings import Settings, load_settings
from tests.support.s3 import s3_server

pytestmark = pytest.mark.postgres


class Place:
    """An installation with its own embedded PostgreSQL, running."""

    def __init__(self, data: Path) -> None:
        self.settings: Settings = load_settings({"BATTITO_DATA": str(data)})
        self.server = EmbeddedPostgres(data, {"fsync": "off", "shared_buffers": "16MB"})

    async def connect(self, application: str = "test") -> Any:
        return await asyncpg.connect(self.server.url, server_settings={"application_name": application})

    async def ask(self, statement: str, *arguments: Any) -> Any:
        connection = await self.connect()
        try:
            return await connection.fetchval(statement, *arguments)
        finally:
            await connection.close()


@pytest.fixture
async def places(tmp_path: Path) -> AsyncIterator[tuple[Place, Place]]:
    """A lived-in installation and an empty one."""
    lived_in, empty = Place(tmp_path / "lived in"), Place(tmp_path / "empty")
    async with lived_in.server, empty.server:
        await migrate(lived_in.server.url)
        await lived_in.ask("insert into workspace(id, name, slug) values ($1, 'Città', 'citta')", uuid7())
        folder = lived_in.settings.data / "files" / "ab"
        folder.mkdir(parents=True)
        (folder / "abcdef").write_bytes(b"\x00\xff" * 50_000)
        (folder / ".unfinished").write_bytes(b"x")
        lived_in.settings.config.write_text('language = "en"\n')
        load_key_ring(lived_in.settings)
        yield lived_in, empty


async def test_everything_comes_back_elsewhere(places: tuple[Place, Place], tmp_path: Path) -> None:
    lived_in, empty = places
    made = await make_backup(lived_in.settings, tmp_path)
    assert made.path.parent == tmp_path
    assert made.attachments == 1
    assert made.size == made.path.stat().st_size
    assert made.path.stat().st_mode & 0o077 == 0
    assert made.manifest.rows["workspace"] == 1
    assert not list(tmp_path.glob("*.part"))

    manifest, gone = await restore(empty.settings, made.path)
    assert isinstance(gone, Missing)
    assert gone.names == []
    assert manifest == made.manifest
    assert await empty.ask("select name from workspace") == "Città"
    assert (empty.settings.data / "files" / "ab" / "abcdef").read_bytes() == b"\x00\xff" * 50_000
    assert not (empty.settings.data / "files" / "ab" / ".unfinished").exists()
    assert key_file(empty.settings).read_bytes() == key_file(lived_in.settings).read_bytes()
    assert key_file(empty.settings).stat().st_mode & 0o777 == 0o600
    assert empty.settings.config.read_text() == 'language = "en"\n'
    assert await empty.ask("select epoch from installation") > await lived_in.ask("select epoch from installation")


async def test_the_archive_opens_with_any_tar(places: tuple[Place, Place], tmp_path: Path) -> None:
    made = await make_backup(places[0].settings, tmp_path / "b.tar")
    with tarfile.open(made.path) as tar:
        assert tar.getnames() == [
            "manifest.json",
            "database.dump",
            "secret.key",
            "battito.toml",
            "files/ab/abcdef",
            "checksums.txt",
        ]


async def test_it_is_made_while_others_write(places: tuple[Place, Place], tmp_path: Path) -> None:
    lived_in, empty = places
    stop = asyncio.Event()

    async def write() -> int:
        connection, count = await lived_in.connect(), 0
        while not stop.is_set():
            await connection.execute("insert into workspace(id, name, slug) values ($1, 'x', $2)", uuid7(), uuid7().hex)
            count += 1
            await asyncio.sleep(0)
        await connection.close()
        return count

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.1)
    made = await asyncio.to_thread(lambda: asyncio.run(make_backup(lived_in.settings, tmp_path / "b.tar")))
    stop.set()
    assert await writing > 0
    await restore(empty.settings, made.path)
    assert await empty.ask("select count(*) from workspace") >= 1


async def test_a_database_that_holds_something_is_only_replaced_by_force(
    places: tuple[Place, Place], tmp_path: Path
) -> None:
    lived_in, _ = places
    made = await make_backup(lived_in.settings, tmp_path / "b.tar")
    await lived_in.ask("update workspace set name = 'later'")
    with pytest.raises(OperationFailed, match="not empty"):
        await restore(lived_in.settings, made.path)
    assert await lived_in.ask("select name from workspace") == "later"
    await restore(lived_in.settings, made.path, force=True)
    assert await lived_in.ask("select name from workspace") == "Città"
    first = await lived_in.ask("select epoch from installation")
    await asyncio.sleep(1.1)
    await restore(lived_in.settings, made.path, force=True)
    assert await lived_in.ask("select epoch from installation") > first
    assert await lived_in.ask("select count(*) from pg_namespace where nspname like 'battito_set_aside%'") == 0
    await lived_in.ask("select 'a' % 'b', unaccent('è')")  # the extensions are where they belong


async def test_a_restore_that_fails_puts_everything_back(places: tuple[Place, Place], tmp_path: Path) -> None:
    lived_in, _ = places
    made = await make_backup(lived_in.settings, tmp_path / "b.tar")
    key = key_file(lived_in.settings).read_bytes()
    with Reader(made.path) as archive, archive.open(DUMP) as dumped:
        head = dumped.read()
    broken = Writer(tmp_path / "broken.tar")
    broken.add_bytes(MANIFEST, msgspec.json.encode(made.manifest))
    broken.add_bytes(DUMP, head[: len(head) * 3 // 4])
    broken.add_bytes("secret.key", b"k9:" + b"A" * 43 + b"=\n")
    broken.finish()
    with pytest.raises(OperationFailed, match=r"(?s)pg_restore could not write.*put back as it was"):
        await restore(lived_in.settings, broken.target, force=True)
    assert await lived_in.ask("select name from workspace") == "Città"
    assert await lived_in.ask("select count(*) from pg_namespace where nspname like 'battito_set_aside%'") == 0
    assert key_file(lived_in.settings).read_bytes() == key
    await lived_in.ask("select 'a' % 'b'")
    assert await migrate(lived_in.server.url) == []


async def test_a_running_server_is_not_pulled_away(places: tuple[Place, Place], tmp_path: Path) -> None:
    lived_in, _ = places
    made = await make_backup(lived_in.settings, tmp_path / "b.tar")
    node = await lived_in.connect("battito")
    with pytest.raises(OperationFailed, match="Battito is running"):
        await restore(lived_in.settings, made.path, force=True)
    await node.close()


async def test_secrets_without_their_key_are_not_restored_silently(places: tuple[Place, Place], tmp_path: Path) -> None:
    lived_in, empty = places
    made = await make_backup(lived_in.settings, tmp_path / "b.tar", with_key=False, with_files=False)
    assert made.manifest.files == "left out"
    keyed = msgspec.structs.replace(empty.settings, secret_key="other:" + "A" * 43 + "=")
    with pytest.raises(OperationFailed, match="encrypted with the key k1"):
        await restore(keyed, made.path)
    await restore(keyed, made.path, force=True)
    assert await empty.ask("select count(*) from workspace") == 1


async def test_another_key_is_kept_beside(places: tuple[Place, Place], tmp_path: Path) -> None:
    lived_in, empty = places
    load_key_ring(empty.settings)
    before = key_file(empty.settings).read_bytes()
    made = await make_backup(lived_in.settings, tmp_path / "b.tar")
    await restore(empty.settings, made.path)
    (kept,) = empty.settings.data.glob("secret.key.before-restore-*")
    assert kept.read_bytes() == before
    assert key_file(empty.settings).read_bytes() == key_file(lived_in.settings).read_bytes()


async def test_damage_is_found_before_anything_is_touched(places: tuple[Place, Place], tmp_path: Path) -> None:
    lived_in, empty = places
    made = await make_backup(lived_in.settings, tmp_path / "b.tar")
    content = made.path.read_bytes()
    damaged = tmp_path / "damaged.tar"
    middle = content.index(b"PGDMP") + 2000
    damaged.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    with pytest.raises(OperationFailed, match=r"damaged: database\.dump"):
        await restore(empty.settings, damaged)
    for length in (0, 100, 5000, len(content) // 2, len(content) - 12_000):
        damaged.write_bytes(content[:length])
        with pytest.raises(OperationFailed, match=r"not a whole back-up|damaged"):
            await restore(empty.settings, damaged)
    assert await empty.ask("select to_regclass('public.migration')") is None
    with pytest.raises(OperationFailed, match="cannot be read"):
        await restore(empty.settings, tmp_path / "none.tar")


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd"])
async def test_an_archive_cannot_reach_outside(places: tuple[Place, Place], tmp_path: Path, name: str) -> None:
    writer = Writer(tmp_path / "bad.tar")
    writer.add_bytes(name, b"x")
    writer.finish()
    with pytest.raises(OperationFailed, match="does not belong"):
        await restore(places[1].settings, writer.target)


async def test_a_newer_programs_backup_is_refused(places: tuple[Place, Place], tmp_path: Path) -> None:
    lived_in, empty = places
    made = await make_backup(lived_in.settings, tmp_path / "b.tar")
    newer: Manifest = msgspec.structs.replace(made.manifest, migrations=[*made.manifest.migrations, 9999])
    writer = Writer(tmp_path / "newer.tar")
    writer.add_bytes(MANIFEST, msgspec.json.encode(newer))
    writer.add_bytes(DUMP, b"")
    writer.finish()
    with pytest.raises(OperationFailed, match="migration 9999 is unknown"):
        await restore(empty.settings, writer.target)


async def test_an_empty_database_has_nothing_to_back_up(places: tuple[Place, Place], tmp_path: Path) -> None:
    with pytest.raises(OperationFailed, match="nothing to back up"):
        await make_backup(places[1].settings, tmp_path / "b.tar")


async def test_consumers_find_their_place_in_the_restored_log(places: tuple[Place, Place]) -> None:
    """Transaction ids of another server, far above this one's: what was unread stays unread, and nothing else is."""
    lived_in, _ = places
    connection = await lived_in.connect()
    log = [(9_000_000_005, 1), (9_000_000_001, 2), (9_000_000_005, 3), (9_000_000_002, 4), (9_000_000_009, 5)]
    for xid, number in log:
        await connection.execute(
            "insert into event(xid, id, workspace_id, at, type, actor_kind, data) overriding system value "
            "values ($1::text::xid8, $2, $3, now(), 'test.event', 'system', '{}')",
            str(xid), number, uuid7(),
        )  # fmt: skip
    consumers = {"new": (0, 0), "middle": (9_000_000_002, 4), "same": (9_000_000_002, 4), "tie": (9_000_000_005, 1)}
    consumers["done"] = (9_000_000_009, 5)
    for name, place in consumers.items():
        await connection.execute(
            "insert into consumer(name, epoch, xid, event_id) values ($1, 1, $2, $3)", name, *place
        )
    epoch = await renew_log(connection)
    # as consumers read: after their place, and below the horizon of this server
    unread = """
        select coalesce(array_agg(id), '{}') from event, consumer where name = $1
        and (event.xid, event.id) > (consumer.xid::text::xid8, consumer.event_id)
        and event.xid < pg_snapshot_xmin(pg_current_snapshot())
    """
    for name, place in consumers.items():
        expected = {number for xid, number in log if (xid, number) > place}
        assert set(await connection.fetchval(unread, name)) == expected, name
    assert await connection.fetchval("select array_agg(distinct epoch) from consumer") == [epoch]
    await connection.close()


@pytest.mark.parametrize(
    ("url", "shown", "password"),
    [
        ("postgresql://me:s%40crt@db/care", "postgresql://me@db/care", "s@crt"),
        ("postgresql://me@db/care?password=x&sslmode=require", "postgresql://me@db/care?sslmode=require", "x"),
        ("postgresql:///care?host=/run/a%20b", "postgresql:///care?host=/run/a%20b", None),
    ],
)
def test_a_password_is_not_among_the_arguments(url: str, shown: str, password: str | None) -> None:
    place, environment = connection_of(url)
    assert place == shown
    assert environment.get("PGPASSWORD") == password


@pytest.fixture
def s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An S3 server in a process of its own, with a bucket."""
    with s3_server(tmp_path) as url:
        for name, value in {
            "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_REGION": "eu-south-1",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        httpx.put(f"{url}/care-files")
        httpx.put(f"{url}/other-files")
        yield url


async def test_a_bucket_is_left_out_and_said_so_or_copied(
    places: tuple[Place, Place],
    s3: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lived_in, empty = places
    here = msgspec.structs.replace(lived_in.settings, files_url="s3://care-files/kept")
    there = msgspec.structs.replace(empty.settings, files_url="s3://other-files")
    storage, content = Storage(here.files_url), os.urandom(3_000_000)
    workspace, digest = await lived_in.ask("select id from workspace"), hashlib.sha256(content).digest()
    await storage.put(workspace, digest, content)
    await lived_in.ask(
        "insert into file(id, workspace_id, sha256, name, content_type, size) values ($1, $2, $3, 'foto.jpg', 'image/jpeg', 3000000)",
        uuid7(), workspace, digest,
    )  # fmt: skip
    without = await make_backup(here, tmp_path / "without.tar")
    assert (without.attachments, without.manifest.files) == (0, "kept in s3://care-files/kept")
    _, gone = await restore(there, without.path)
    assert gone == Missing(1, ["foto.jpg"])
    connection = await empty.connect()
    try:
        found = await _contents(connection, there)
        assert found.state is State.warning
        assert "foto.jpg" in found.detail
    finally:
        await connection.close()

    whole = await make_backup(here, tmp_path / "whole.tar", with_bucket=True)
    assert (whole.attachments, whole.manifest.files) == (1, "included")
    _, gone = await restore(there, whole.path, force=True)
    assert gone == Missing(1, [])
    assert await Storage(there.files_url).read(workspace, digest) == content

    for name, value in (("DATA", here.data), ("FILES_URL", here.files_url)):
        monkeypatch.setenv(f"BATTITO_{name}", str(value))
    assert await asyncio.to_thread(backup_command, [str(tmp_path / "said.tar")]) == 0
    said = capsys.readouterr().out
    assert "NOT in it: the attachments, which are kept in s3://care-files/kept" in said
    assert "--with-bucket" in said


async def test_files_that_are_gone_are_named(places: tuple[Place, Place]) -> None:
    lived_in, _ = places
    await lived_in.ask(
        "insert into file(id, workspace_id, sha256, name, content_type, size) select $1, id, '\\xabcd', 'contratto.pdf', 'application/pdf', 9 from workspace",
        uuid7(),
    )  # fmt: skip
    connection = await lived_in.connect()
    try:
        assert await missing(lived_in.settings, connection) == Missing(1, ["contratto.pdf"])
    finally:
        await connection.close()


def test_an_empty_migration_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "platform" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_start.sql").write_text("create table a(b int);")
    (folder / "0002_cut.sql").write_text("-- what it was to do\n\n/* nothing */ ;\n")
    monkeypatch.setattr("battito.platform.database.migrations.files", lambda _: tmp_path)
    with pytest.raises(MigrationError, match=r"0002_cut.sql holds no statement"):
        all_migrations()
