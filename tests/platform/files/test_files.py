"""Files in a real store, by the real doors, scanned over a real socket."""

import asyncio
import hashlib
import io
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from PIL import Image

from battito.app import make_services, running
from battito.platform.errors import Forbidden, Invalid, TooLarge
from battito.platform.files import Files
from battito.platform.files.storage import ContentMissing, Storage
from battito.platform.jobs import Jobs
from battito.platform.services import Services
from battito.platform.settings import Settings
from tests.platform.files.clamd_server import EICAR, Clamd
from tests.support.s3 import s3_server
from tests.support.server import free_port
from tests.support.workspace import Furnished, furnish

pytestmark = [pytest.mark.postgres]


def photo(width: int = 800, height: int = 500) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (9, 90, 200)).save(out, "PNG")
    return out.getvalue()


async def pieces(content: bytes, size: int = 64_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def test_content_lies_once_under_its_hash_and_repeats_are_the_same_file(
    services: Services, workspace: Furnished, connection: Any
) -> None:
    files = services.get(Files)
    large = os.urandom(3_000_000)  # passes through a temporary file
    one = await files.put(workspace.id, "a.bin", pieces(large))
    two = await files.put(workspace.id, "b.bin", large)
    again = await files.put(workspace.id, "c.bin", b"other", file_id=one.id)
    assert one.sha256 == two.sha256 == hashlib.sha256(large).digest()
    assert one.id != two.id
    assert (again.id, again.name, again.size) == (one.id, "a.bin", 3_000_000)
    folder = files.storage.folder
    assert folder is not None
    assert (folder / str(workspace.id) / one.sha256.hex()).read_bytes() == large
    assert await files.read(workspace.id, two.id) == large
    assert list((services.settings.data / "tmp").iterdir()) == []
    elsewhere = await furnish(connection)
    with pytest.raises(Exception, match="no such file"):
        await files.read(elsewhere.id, one.id)


async def test_too_large_is_refused_while_it_comes_and_leaves_nothing(services: Services, workspace: Furnished) -> None:
    files = services.get(Files)
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 100_000
            yield bytes(100_000)

    with pytest.raises(TooLarge):
        await files.put(workspace.id, "big", endless(), limit=5_000_000)
    assert taken <= 5_200_000
    assert list((services.settings.data / "tmp").iterdir()) == []


async def test_lost_content_is_said_to_be_lost(services: Services, workspace: Furnished) -> None:
    files = services.get(Files)
    file = await files.put(workspace.id, "a.txt", b"hello")
    await files.storage.delete(workspace.id, file.sha256)
    await files.storage.delete(workspace.id, file.sha256)
    with pytest.raises(ContentMissing):
        await files.read(workspace.id, file.id)


async def test_signed_addresses_open_one_file_for_a_while(services: Services, workspace: Furnished) -> None:
    files = services.get(Files)
    file = await files.put(workspace.id, "a.txt", b"hello")
    other = await files.put(workspace.id, "b.txt", b"hello")
    token = files.sign(workspace.id, file.id).rpartition("/")[2]
    assert files.opened(file.id, token) == workspace.id
    over = files.sign(workspace.id, file.id, seconds=-1).rpartition("/")[2]
    for wrong_id, wrong in [
        (other.id, token),
        (file.id, over),
        (file.id, token[:-2] + "AA"),
        (file.id, ""),
        (file.id, "é!"),
    ]:
        with pytest.raises(Forbidden):
            files.opened(wrong_id, wrong)


@pytest.fixture
async def clamd(tmp_path: Path) -> AsyncIterator[Clamd]:
    server = await Clamd(limit=1_000_000).start(str(tmp_path / "clamd.sock"))
    yield server
    await server.stop()


async def scanned(files: Files, workspace: Furnished, file_id: Any, *states: str) -> Any:
    end = time.monotonic() + 15
    while (file := await files.find(workspace.id, file_id)).scan not in states:
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
    return file


async def test_files_are_pending_until_clean_and_infected_ones_stay_closed(
    settings: Settings, database_url: str, workspace: Furnished, clamd: Clamd, connection: Any
) -> None:
    services = await make_services(msgspec.structs.replace(settings, clamd=clamd.address), database_url)
    async with running(services):
        files = services.get(Files)
        bad = await files.put(workspace.id, "eicar.com", EICAR)
        assert bad.scan == "pending"
        with pytest.raises(Invalid, match="being scanned"):
            await files.read(workspace.id, bad.id)
        good = await files.put(workspace.id, "a.txt", b"harmless" * 1000)
        await scanned(files, workspace, good.id, "clean")
        found = await scanned(files, workspace, bad.id, "infected")
        assert found.scan_detail == "Eicar-Test-Signature"
        with pytest.raises(Forbidden, match="Eicar"):
            await files.read(workspace.id, bad.id)
        # the same content is known by now
        assert (await files.put(workspace.id, "again.com", EICAR)).scan == "infected"
        events = await connection.fetch(
            "select data from event where workspace_id = $1 and type = 'file.examined'", workspace.id
        )
        assert {(e["data"]["file_id"], e["data"]["scan"]) for e in events} == {
            (str(good.id), "clean"),
            (str(bad.id), "infected"),
        }
        assert clamd.scanned.count(len(EICAR)) == 1


async def test_a_scanner_that_is_away_is_asked_again(
    settings: Settings, database_url: str, workspace: Furnished, connection: Any
) -> None:
    port = free_port()
    services = await make_services(msgspec.structs.replace(settings, clamd=f"127.0.0.1:{port}"), database_url)
    async with running(services):
        files = services.get(Files)
        file = await files.put(workspace.id, "a.txt", b"x")
        await asyncio.sleep(0.5)
        assert (await files.find(workspace.id, file.id)).scan == "pending"
        server = Clamd()
        server._server = await asyncio.start_server(server._serve, "127.0.0.1", port)
        # once the first try has given up: it sets its own next time
        failed = "select exists(select from job where kind = 'file.examine' and workspace_id = $1 and attempts > 0 and leased_by is null)"
        while not await connection.fetchval(failed, workspace.id):
            await asyncio.sleep(0.05)
        await connection.execute("update job set due_at = now() where kind = 'file.examine'")
        services.get(Jobs).wake()
        await scanned(files, workspace, file.id, "clean")
        await server.stop()


@pytest.mark.outside
async def test_by_the_doors(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    agent = workspace.agent.headers
    content = photo()
    answer = await http.post("/api/v1/files", headers=agent, files={"file": ("../foto.exe", content, "text/html")})
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["name"], shown["content_type"], shown["size"], shown["width"], shown["height"], shown["scan"]) == (
        "foto.exe", "image/png", len(content), 800, 500, "skipped",
    )  # fmt: skip
    whole = await http.get(shown["url"], headers=agent)
    assert whole.content == content
    assert whole.headers["content-type"] == "image/png"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert (await http.get(shown["url"], headers={**agent, "if-none-match": whole.headers["etag"]})).status_code == 304
    part = await http.get(shown["url"], headers={**agent, "range": "bytes=10-19"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (
        206,
        content[10:20],
        f"bytes 10-19/{len(content)}",
    )
    assert (await http.get(shown["url"], headers={**agent, "range": f"bytes={len(content)}-"})).status_code == 416
    preview = await http.get(shown["preview_url"], headers=agent)
    assert preview.headers["content-type"] == "image/webp"
    assert "attachment" in (await http.get(shown["url"] + "?download", headers=agent)).headers["content-disposition"]
    page = await http.post(
        "/api/v1/files", headers=agent, files={"file": ("a.png", b"<html><script>x</script>", "image/png")}
    )
    leaves = await http.get(page.json()["url"], headers=agent)
    assert leaves.headers["content-type"] == "application/octet-stream"
    assert "attachment" in leaves.headers["content-disposition"]
    assert "sandbox" in leaves.headers["content-security-policy"]
    stranger = (await furnish(connection)).agent.headers
    assert (await http.get(shown["url"], headers=stranger)).status_code == 404
    assert (await http.get(shown["url"])).status_code == 401
    assert (
        await http.post("/api/v1/files", headers=workspace.analyst.headers, files={"file": b"x"})
    ).status_code == 403
    assert (await http.post("/api/v1/files", headers=agent, data={"x": "y"}, files={"other": b"x"})).json()["errors"][
        0
    ]["field"] == "file"
    voice = await http.post(
        "/api/v1/files",
        headers=agent,
        files={"file": ("v.ogg", b"OggS" + bytes(40) + b"OpusHead")},
        data={"duration": "3.5"},
    )
    assert (voice.json()["duration"], voice.json()["content_type"]) == (3.5, "audio/ogg")
    assert (await http.get("/api/v1/files/01900000-0000-7000-8000-000000000000", headers=agent)).status_code == 404


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An S3 server in a process of its own."""
    with s3_server(tmp_path_factory.mktemp("s3")) as url:
        yield url


async def test_a_bucket_keeps_files_as_a_folder_does(
    s3: str, workspace: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": s3,
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "y",
        "AWS_REGION": "eu-south-1",
    }.items():
        monkeypatch.setenv(name, value)
    async with httpx.AsyncClient() as client:
        await client.put(f"{s3}/battito-files")
    storage = Storage("s3://battito-files/kept")
    content = os.urandom(7_000_000)
    digest = hashlib.sha256(content).digest()
    assert not await storage.has(workspace.id, digest)
    await storage.put(workspace.id, digest, content)
    assert await storage.has(workspace.id, digest)
    assert await storage.read(workspace.id, digest) == content
    assert b"".join([p async for p in storage.stream(workspace.id, digest, 5, 5_000_005)]) == content[5:5_000_005]
    assert b"".join([p async for p in storage.stream(workspace.id, digest, 6_999_990)]) == content[-10:]
    await storage.delete(workspace.id, digest)
    with pytest.raises(ContentMissing):
        await storage.read(workspace.id, digest)
