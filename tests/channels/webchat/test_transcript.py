"""The conversation as a letter: its words, and its way through a real mail server."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller

from battito.channels.webchat.protocol import ShownAuthor, ShownFile, ShownMessage
from battito.channels.webchat.settings import WebChatSettings
from battito.channels.webchat.transcript import transcript_text
from battito.platform.database import Database
from tests.channels.webchat.conftest import RING, SETTINGS, add_widget
from tests.support.server import free_port, serving
from tests.support.workspace import Furnished

START = datetime(2026, 3, 29, 0, 55, tzinfo=UTC)  # five minutes before the clocks go forward in Rome


def line(kind: Any, name: str, text: str, minutes: int, *files: ShownFile) -> ShownMessage:
    return ShownMessage(
        id=UUID(int=minutes), seq=minutes, client_id=None, author=ShownAuthor(kind, name), text=text, files=list(files),
        at=START + timedelta(minutes=minutes),
    )  # fmt: skip


def test_the_letter_says_who_said_what_and_when() -> None:
    photo = ShownFile(UUID(int=9), "contatore.jpg", "image/jpeg", 1, "/x", None)
    text = transcript_text(
        WebChatSettings(name="Lumera Energia"),
        "it",
        [
            line("customer", "", "Buongiorno.\nLa bolletta è alta.", 0),
            line("bot", "Aria", "Un momento.", 1),
            line("agent", "Marta", "La guardo io.", 10),
            line("customer", "", "", 11, photo),
        ],
        ZoneInfo("Europe/Rome"),
    )
    assert text.startswith("Ecco la conversazione con Lumera Energia del 29/03/2026.")
    for part in (
        "01:55  Tu\n    Buongiorno.\n    La bolletta è alta.", "01:56  Aria, assistente automatica\n    Un momento.",
        "03:05  Marta\n    La guardo io.", "03:06  Tu\n    [allegato: contatore.jpg]",
    ):  # fmt: skip
        assert part in text


class Mailbox:
    """What a mail server took."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A real SMTP server."""
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.mark.outside
@pytest.mark.postgres
async def test_the_letter_arrives_once(
    database: Database, database_url: str, workspace: Furnished, tmp_path: Path, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    with serving(database_url, tmp_path, secret_key=RING, smtp_url=f"smtp://127.0.0.1:{port}") as server:
        widget = await add_widget(database, workspace, server, SETTINGS)
        visitor = widget.visitor()
        await visitor.open({"name": "Teresa"})
        message = await visitor.say("Per favore, tutto per iscritto: caffè, perché, così.")
        await visitor.wait_for_message(lambda m: m["client_id"] == str(message))
        asked = await visitor.call("POST", "/chat/transcript", {"email": "Teresa@Example.it"})
        assert asked.status_code == 202, asked.text
        async with asyncio.timeout(20):
            while not box.letters:
                await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)
        letter, *more = box.letters
        assert more == []
        assert letter["subject"] == "La tua conversazione con Lumera Energia"
        assert "teresa@example.it" in letter["to"]
        assert letter["auto-submitted"] == "auto-generated"
        assert "caffè, perché, così" in letter.get_content()
        for _ in range(4):  # a visitor is no newsletter
            last = await visitor.call("POST", "/chat/transcript", {"email": "teresa@example.it"})
        assert last.status_code == 429
        await visitor.close()
