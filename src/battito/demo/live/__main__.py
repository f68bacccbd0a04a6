"""The customers' process: reads its configuration from its input, lives until its parent ends."""

import asyncio
import contextlib
import logging
import os
import random
import signal
import sys
from datetime import UTC, datetime
from typing import Final

import httpx
import msgspec
import structlog

from battito.channels.email.simulator import MailSimulator
from battito.demo.casting import Casting, Scene
from battito.demo.company import PEOPLE
from battito.demo.live.chat import Chatter
from battito.demo.live.config import Config
from battito.demo.live.mail import Mailer
from battito.demo.live.pace import Pump
from battito.demo.live.person import meet_nobody
from battito.demo.models import Message
from battito.demo.timeline import Staff
from battito.demo.world import generate

MOST_CHATS: Final = 6
CHAT_SHARE: Final = 0.5


class Crowd:
    """Everybody who writes."""

    def __init__(self, config: Config, provider: MailSimulator) -> None:
        """The customers of the demonstration as they were made, and some new ones."""
        self._config = config
        self._rng = random.Random()
        self._pump = Pump(config.pace, self._rng)
        self._mailer = Mailer(provider, self._pump, self._rng, self._pump.heard, self._earlier)
        self._casting = Casting(self._rng, datetime.now(UTC))
        self._staff = Staff(self._rng, PEOPLE)
        self._chats = 0
        self._away: set[str] = set()
        self._resumed: set[str] = set()

    def remember(self) -> None:
        """Bring back those who are in the history, and what has been said already. Takes some seconds."""
        world = generate(self._config.seed, self._config.made_at, full=self._config.full)
        casting = self._casting
        casting.households.reserve(world.contacts)
        casting.contacts.update((c.key, c) for c in world.contacts)
        casting.companies.update((c.key, c) for c in world.companies)
        for conversation in world.conversations:
            casting.written.setdefault(conversation.contact, []).append((conversation.created_at, conversation.matter))
            if conversation.state != "resolved":
                self._away.add(conversation.contact)
            for item in conversation.items:
                if isinstance(item, Message):
                    casting.register.learn(item.text)

    async def run(self) -> None:
        """Until cancelled."""
        if self._config.pace > 0:
            await self._doors_open()
            await asyncio.to_thread(self.remember)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._mailer.listen())
            group.create_task(self._pump.run(self._newcomer))

    def _earlier(self, address: str) -> Scene | None:
        """Somebody of the history, with what they last wrote about; each once."""
        casting = self._casting
        contact = next((c for c in casting.contacts.values() if c.email.lower() == address), None)
        history = casting.written.get(contact.key) if contact else None
        if contact is None or not history or contact.key in self._resumed:
            return None
        self._resumed.add(contact.key)
        scene = casting.again(contact, max(history)[1], datetime.now(UTC))
        if scene is not None:
            meet_nobody(scene, self._staff)
        return scene

    async def _doors_open(self) -> None:
        async with httpx.AsyncClient(timeout=5) as http:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if (await http.get(f"{self._config.base_url}/healthz")).status_code < 500:
                        return
                await asyncio.sleep(0.5)

    async def _newcomer(self) -> None:
        now = datetime.now(UTC)
        chat = self._chats < MOST_CHATS + self._config.pace / 4 and self._rng.random() < CHAT_SHARE
        scene = self._casting.scene(now, chat=chat)
        if scene is None or scene.contact.key in self._away or (chat and scene.account.key not in self._config.sites):
            return
        self._away.add(scene.contact.key)
        self._casting.wrote(scene.contact, now, scene.matter)
        meet_nobody(scene, self._staff)
        if not chat:
            await self._by_mail(scene)
            return
        self._chats += 1
        try:
            await Chatter(self._config, self._pump, self._rng, scene, self._pump.heard).live(self._back_by_mail)
        finally:
            self._chats -= 1

    async def _by_mail(self, scene: Scene, *, after_chat: bool = False) -> None:
        mailbox = self._config.mailboxes[scene.account.key.replace("chat_", "mail_")]
        await self._mailer.begin(scene, mailbox, after_chat=after_chat)

    async def _back_by_mail(self, scene: Scene) -> None:
        """The same person with the same matter, by another channel."""
        if scene.speech.language == "it" and not self._mailer.busy(scene.contact.email.lower()):
            scene.speech.tags -= {"chat"}
            await self._by_mail(scene, after_chat=True)


async def _main(config: Config) -> None:
    provider = MailSimulator((config.smtp_host, config.smtp_port))
    await provider.start()
    sys.stdout.write(f"{provider.port}\n")
    sys.stdout.flush()
    crowd = asyncio.create_task(Crowd(config, provider).run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, crowd.cancel)

    async def orphaned() -> None:
        while os.getppid() == config.parent:
            await asyncio.sleep(1)
        crowd.cancel()

    watch = asyncio.create_task(orphaned())
    with contextlib.suppress(asyncio.CancelledError):
        await crowd
    watch.cancel()
    await provider.stop()


def main() -> None:
    """Read the configuration from standard input and run."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    config = msgspec.json.decode(sys.stdin.buffer.readline(), type=Config)
    asyncio.run(_main(config))


if __name__ == "__main__":
    main()
