"""A file that came with a message and is scanned after it: the message follows, on the screens too."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from battito.app import make_services, running
from battito.channels import inbox
from battito.channels.base import Identity, InboundFile, InboundMessage, Sender
from battito.platform.settings import Settings
from tests.channels.core.conftest import connect, settled, until, with_probes
from tests.channels.core.probe import Provider
from tests.platform.files.clamd_server import EICAR, Clamd
from tests.support.workspace import Furnished

pytestmark = [pytest.mark.postgres]


async def test_the_verdict_reaches_the_message(
    settings: Settings, database_url: str, connection: Any, workspace: Furnished, provider: Provider, tmp_path: Path
) -> None:
    await connection.execute("delete from job where kind in ('inbox.understand', 'file.examine')")
    clamd = await Clamd().start(str(tmp_path / "clamd.sock"))
    services = with_probes(await make_services(msgspec.structs.replace(settings, clamd=clamd.address), database_url))
    async with running(services):
        account = await connect(services, connection, workspace, provider.port)
        files = [
            InboundFile(name="bolletta.txt", content=b"lettura 12345"),
            InboundFile(name="gratis.com", content=EICAR),
        ]
        sender = Sender(identity=Identity(kind="external", value=f"probe:{uuid4().hex}"), name="Teresa")
        item = InboundMessage(provider_id=uuid4().hex, sender=sender, text="Ecco", attachments=files)
        kept = await inbox.receive(services, account, uuid4().hex, msgspec.json.encode([item]), {})
        assert kept is not None
        await settled(connection, kept)

        async def verdict() -> Any:
            row = await connection.fetchrow(
                "select attachments, conversation_id from message where inbox_id = $1", kept
            )
            return row if {a["scan"] for a in row["attachments"]} == {"clean", "infected"} else None

        row = await until(verdict)
        assert {a["name"]: a["scan"] for a in row["attachments"]} == {"bolletta.txt": "clean", "gratis.com": "infected"}
        events = await connection.fetch(
            "select seq, data from event where conversation_id = $1 and type = 'message.changed' order by xid, id",
            row["conversation_id"],
        )
        assert {a["scan"] for a in events[-1]["data"]["message"]["attachments"]} == {"clean", "infected"}
        assert (
            await connection.fetchval("select seq from conversation where id = $1", row["conversation_id"])
            == events[-1]["seq"]
        )
    await clamd.stop()
