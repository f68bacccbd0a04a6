"""Customers who write mails: real SMTP to our door, a real mail provider for our answers."""

import asyncio
import random
from collections.abc import Callable

import aiosmtplib
import structlog

from battito.channels.email.inbound import ParsedEmail
from battito.channels.email.simulator import MailSimulator, Received, letter
from battito.demo import papers
from battito.demo.casting import Scene
from battito.demo.live.pace import Pump
from battito.demo.live.person import LivePerson, Turn

log = structlog.get_logger(__name__)

PATIENCE_S = (1200.0, 4200.0)
"""After so long without an answer somebody asks again, once."""
THINKING_S = (30.0, 200.0)


class Mailer:
    """The customers' mail provider, and those who are in correspondence."""

    def __init__(
        self,
        provider: MailSimulator,
        pump: Pump,
        rng: random.Random,
        heard: Callable[[], None],
        earlier: Callable[[str], Scene | None],
    ) -> None:
        """`heard` is called whenever an agent has answered somebody; `earlier` knows who wrote in the history."""
        self._provider, self._pump, self._rng, self._heard, self._earlier = provider, pump, rng, heard, earlier
        self._threads: dict[str, _Thread] = {}
        self._seen = 0

    def busy(self, address: str) -> bool:
        """Whether this customer is in correspondence."""
        return address in self._threads

    async def begin(self, scene: Scene, mailbox: str, *, after_chat: bool = False) -> None:
        """Somebody writes their first mail."""
        thread = _Thread(scene, mailbox, LivePerson(scene, self._rng, chat=False))
        self._threads[scene.contact.email.lower()] = thread
        await self._send(thread, thread.person.opening(after_chat=after_chat), None)
        self._pump.later(self._rng.uniform(*PATIENCE_S), lambda: self._ask_again(thread))

    async def listen(self) -> None:
        """Hand each answer of ours to the customer it went to."""
        while True:
            async with self._provider.arrived:
                await self._provider.arrived.wait()
                fresh = list(self._provider.received)
                self._provider.received.clear()
            for mail in fresh:
                self._take(mail)

    def _take(self, mail: Received) -> None:
        parsed = mail.parsed
        if parsed.auto not in ("none", ""):
            return
        for recipient in mail.recipients:
            thread = self._threads.get(recipient.lower()) or self._resume(recipient.lower(), parsed)
            if thread is not None:
                self._heard()
                thread.answered = True
                delay = self._rng.uniform(*THINKING_S) * self._pump.haste
                self._pump.later(delay, lambda t=thread, p=parsed: self._reply(t, p))  # type: ignore[misc]

    def _resume(self, address: str, answer: ParsedEmail) -> "_Thread | None":
        """Somebody of the history gets an answer at last."""
        scene = self._earlier(address)
        if scene is None:
            return None
        thread = _Thread(scene, answer.sender.address, LivePerson(scene, self._rng, chat=False))
        thread.person.resume()
        thread.sent = answer.message_id or ""
        self._threads[address] = thread
        return thread

    async def _reply(self, thread: "_Thread", answer: ParsedEmail) -> None:
        turn = thread.person.answer(answer.visible_text or answer.text, answer.sender.name, answer.text)
        if turn is not None:
            await self._send(thread, turn, answer)
        if turn is None or turn.last:
            self._threads.pop(thread.scene.contact.email.lower(), None)

    async def _ask_again(self, thread: "_Thread") -> None:
        if not thread.answered and thread.scene.speech.language == "it":
            await self._send(thread, thread.person.impatient(), None)

    async def _send(self, thread: "_Thread", turn: Turn, answer: ParsedEmail | None) -> None:
        contact = thread.scene.contact
        subject = thread.scene.subject
        if answer is not None:
            subject = answer.subject if answer.subject.lower().startswith("re:") else f"Re: {answer.subject}"
        elif thread.sent:
            subject = f"Re: {subject}"
        files = [(f.name, f.content_type, await asyncio.to_thread(papers.content, f)) for f in turn.files]
        headers = {"In-Reply-To": thread.sent, "References": thread.sent} if thread.sent and answer is None else None
        raw = letter(
            (contact.name, contact.email),
            thread.mailbox,
            subject,
            turn.texts[0],
            answers=answer,
            files=files,
            headers=headers,
        )
        if not thread.sent:
            thread.sent = _message_id(raw)
        try:
            await self._provider.write(raw, contact.email, [thread.mailbox])
        except (aiosmtplib.SMTPException, OSError) as error:
            log.info("demo.mail_refused", why=str(error))


class _Thread:
    def __init__(self, scene: Scene, mailbox: str, person: LivePerson) -> None:
        self.scene, self.mailbox, self.person = scene, mailbox, person
        self.answered = False
        self.sent = ""


def _message_id(raw: bytes) -> str:
    for line in raw.split(b"\n"):
        if line.lower().startswith(b"message-id:"):
            return line.partition(b":")[2].decode().strip()
    return ""
