"""Customers who chat: the widget's own session, form, consents, uploads and socket."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from joserfc import jwt
from joserfc.jwk import OctKey

from battito.channels.webchat.simulator import SimulatedVisitor, VisitorRefused
from battito.demo import papers
from battito.demo.casting import Scene
from battito.demo.live.config import Config, Site
from battito.demo.live.pace import Pump
from battito.demo.live.person import LivePerson, Turn

log = structlog.get_logger(__name__)

PATIENCE_S = (70.0, 200.0)
SIGNED_IN = 0.45
"""How many chat from the customers' area, where the site vouches for them."""
_TOPICS = {
    "contratti": "move", "guasti": "fault", "casa": "offer", "luce_gas": "bill", "amministrazione": "bill", "business": "bill",
}  # fmt: skip


class Chatter:
    """One chat, from the first word until somebody leaves."""

    def __init__(self, config: Config, pump: Pump, rng: random.Random, scene: Scene, heard: Callable[[], None]) -> None:
        """`heard` is called whenever an agent has answered."""
        self._config, self._pump, self._rng, self._scene, self._heard = config, pump, rng, scene, heard
        self._person = LivePerson(scene, rng, chat=True)
        self._site = config.sites[scene.account.key]
        lang = scene.speech.language if scene.speech.language in ("it", "en") else "it"
        self._visitor = SimulatedVisitor(config.base_url, self._site.key, lang=lang)

    async def live(self, by_mail: Callable[[Scene], Awaitable[None]]) -> None:
        """Chat. Whoever gives up may write a mail instead."""
        rng = self._rng
        try:
            await self._visitor.open(self._fields(), identity=self._identity())
            await self._say(self._person.opening(), first=True)
            answered = await self._talk()
        except (VisitorRefused, TimeoutError, OSError) as error:
            log.info("demo.chat_refused", why=str(error))
            return
        finally:
            await self._visitor.close()
        if not answered and rng.random() < 0.4:
            self._pump.later(rng.uniform(60, 400), lambda: by_mail(self._scene))

    async def _talk(self) -> bool:
        """Until the end; whether anybody ever answered."""
        seen, answered, asked = 0, False, False
        patience = self._rng.uniform(*PATIENCE_S)
        while True:
            try:
                message = await self._visitor.wait_for_message(partial(_from_us, after=seen), patience)
            except TimeoutError:
                if answered and asked:
                    return True
                if not asked:
                    asked = True
                    await self._say(self._person.impatient())
                    continue
                if self._rng.random() < 0.7:
                    await self._say(self._person.leaving())
                    await self._visitor.send({"type": "end"})
                return answered
            seen, answered, asked = message["seq"], True, False
            self._heard()
            await self._visitor.send({"type": "read", "seq": seen})
            await asyncio.sleep(self._rng.uniform(2, 5))
            more = [m for _, m in sorted(self._visitor.messages.items()) if _from_us(m, seen)]
            if more:
                seen = more[-1]["seq"]
            text = " ".join(m["text"] for m in [message, *more])
            turn = self._person.answer(text, message["author"]["name"])
            if turn is None:
                continue
            await self._say(turn)
            if turn.last:
                await asyncio.sleep(self._rng.uniform(4, 15))
                if self._rng.random() < 0.6:
                    await self._visitor.send({"type": "end"})
                    if self._rng.random() < 0.5:
                        await self._visitor.send(
                            {"type": "rating", "score": self._rng.choice([5, 5, 4, 4, 3]), "comment": ""}
                        )
                    await asyncio.sleep(1)
                return True

    async def _say(self, turn: Turn, *, first: bool = False) -> None:
        files: list[UUID] = []
        for file in turn.files:
            content = await asyncio.to_thread(papers.content, file)
            files.append(await self._visitor.upload(file.name, content, file.content_type))
        for index, text in enumerate(turn.texts):
            if not (first and index == 0):
                await self._visitor.send({"type": "typing", "on": True})
                await asyncio.sleep(min(14.0, 1.5 + len(text) * self._rng.uniform(0.04, 0.09)))
            await self._pump.permit()
            last = index == len(turn.texts) - 1
            await self._visitor.say(text, files=files if last else None)

    def _fields(self) -> dict[str, str]:
        contact = self._scene.contact
        fields = {
            "name": contact.name if self._rng.random() < 0.7 else contact.given,
            "topic": _TOPICS.get(self._scene.matter.team, "other"),
        }
        if self._scene.matter.key == "self_reading":
            fields["topic"] = "reading"
        if self._rng.random() < 0.6:
            fields["email"] = contact.email
        return fields

    def _identity(self) -> str | None:
        contact, site = self._scene.contact, self._site
        if "new" in self._scene.matter.who or self._rng.random() > SIGNED_IN:
            return None
        return vouch(site, contact.code, contact.name, contact.email)


def vouch(site: Site, code: str, name: str, email: str) -> str:
    """What the customers' area signs for somebody who is signed in there: five minutes of identity (JWT, HS256)."""
    claims: dict[str, Any] = {
        "sub": code, "name": name, "email": email, "email_verified": True, "aud": site.audience, "exp": int(time.time()) + 300,
    }  # fmt: skip
    return jwt.encode({"alg": "HS256", "kid": site.kid}, claims, OctKey.import_key(site.secret), algorithms=["HS256"])


def _from_us(message: dict[str, Any], after: int) -> bool:
    return message["seq"] > after and message["author"]["kind"] in ("agent", "bot") and bool(message["text"])
