"""The conversation as a letter to the visitor."""

from datetime import tzinfo
from typing import Any, Final

from battito.channels.base import Account
from battito.channels.webchat.answers import email_of
from battito.channels.webchat.protocol import ShownMessage
from battito.channels.webchat.sessions import Session
from battito.channels.webchat.settings import WebChatSettings
from battito.channels.webchat.thread import Shower, read_thread
from battito.platform.errors import Conflict, Invalid, Unavailable
from battito.platform.files.service import Files
from battito.platform.mail import SystemMail, can_send, send_later
from battito.platform.services import Services

WORDS: Final = {
    "it": {
        "subject": "La tua conversazione con {name}",
        "intro": "Ecco la conversazione con {name} del {day}.",
        "you": "Tu",
        "bot": "{name}, assistente automatica",
        "file": "allegato: {name}",
        "end": "Hai chiesto tu questa copia. A questo indirizzo nessuno legge le risposte: per continuare, riapri la chat.",
    },
    "en": {
        "subject": "Your conversation with {name}",
        "intro": "This is the conversation with {name} of {day}.",
        "you": "You",
        "bot": "{name}, automatic assistant",
        "file": "attachment: {name}",
        "end": "You asked for this copy. Nobody reads answers to this address: to go on, open the chat again.",
    },
}
LONGEST: Final = 2000
"""Messages of one transcript."""


async def send_transcript(services: Services, session: Session, account: Account, email: str, zone: tzinfo) -> None:
    """Post the conversation so far to `email`, by the clock of `zone`. Raises `Invalid`, `Conflict` (nothing to send, or switched off), `Unavailable`
    where no mail server is configured."""
    settings: WebChatSettings = account.settings
    address = email_of(email)
    if address is None:
        raise Invalid("Write an address such as name@example.com.", field="email")
    if not settings.transcript:
        raise Conflict("This chat sends no transcripts.", code="no-transcript")
    if session.conversation_id is None:
        raise Conflict("There is nothing to send yet.", code="empty")
    if not can_send(services.settings):
        raise Unavailable(
            "This installation cannot send e-mail at the moment: please copy what you need from here.", code="no-mail"
        )
    shower = Shower(settings, services.get(Files), session.workspace_id)
    messages: list[ShownMessage] = []
    async with services.database.reading() as connection:
        more = True
        while more and len(messages) < LONGEST:
            after = messages[-1].seq if messages else 0
            part, more = await read_thread(
                connection, shower, session.workspace_id, session.conversation_id, after=after
            )
            messages += part
    if not messages:
        raise Conflict("There is nothing to send yet.", code="empty")
    words = WORDS.get(session.language, WORDS["en"])
    mail = SystemMail(
        to=address,
        to_name=session.name,
        subject=words["subject"].format(name=settings.name),
        text=transcript_text(settings, session.language, messages, zone),
    )
    async with services.database.transaction(session.context()) as tx:
        send_later(tx, mail)


def transcript_text(settings: WebChatSettings, language: str, messages: list[ShownMessage], zone: tzinfo) -> str:
    """The letter's text. Pure."""
    words = WORDS.get(language, WORDS["en"])
    first = messages[0].at.astimezone(zone)
    lines = [words["intro"].format(name=settings.name, day=f"{first:%d/%m/%Y}"), ""]
    for m in messages:
        who: Any = words["you"] if m.author.kind == "customer" else m.author.name or settings.name
        if m.author.kind == "bot":
            who = words["bot"].format(name=m.author.name or settings.name)
        lines.append(f"{m.at.astimezone(zone):%H:%M}  {who}")
        lines += [f"    {line}" for line in m.text.splitlines()]
        lines += [f"    [{words['file'].format(name=f.name)}]" for f in m.files]
        lines.append("")
    return "\n".join([*lines, "-- ", words["end"], ""])
