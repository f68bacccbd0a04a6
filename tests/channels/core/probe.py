"""A small channel with a provider of its own on a loopback socket: payloads are JSON of `Inbound` structs.

The provider takes one JSON line `{"key", "to", "text", …}` per connection and answers one: by default it takes the message, and
`script` tells it to refuse, to be busy, to hang or to hang up instead. It keeps what it took, by idempotency key.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec

from battito.channels.base import (
    Account,
    Capabilities,
    Channel,
    Check,
    Delivered,
    Health,
    Inbound,
    InboundFile,
    Limits,
    Manifest,
    Media,
    OutboundMessage,
    Outcome,
    Rate,
    Refused,
    Retry,
)
from battito.platform.services import Services

decode = msgspec.json.Decoder(list[Inbound]).decode


class ProbeSettings(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    port: Annotated[int, msgspec.Meta(title="Port", ge=1, le=65535)]
    name: str = "probe"


class ProbeSecrets(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    token: Annotated[str, msgspec.Meta(title="Token", min_length=3)]


class ProbeChannel(Channel):
    manifest = Manifest(
        kind="probe",
        name="Probe",
        settings=ProbeSettings,
        secrets=ProbeSecrets,
        identity="external",
        prefix="probe:",
        idempotent=True,
        listens=True,
        capabilities=Capabilities(
            text=1000, files=2, live=False, media=[Media(kind="image", types=["image/*"], size=1_000_000)]
        ),
        limits=Limits(attempts=3, send_timeout_s=3, concurrency=4, first_response_s=600, reopen_days=7),
    )

    def __init__(self) -> None:
        self.listening: list[tuple[str, str]] = []

    def parse(self, raw: bytes, headers: Mapping[str, str], account: Account) -> list[Inbound]:
        return decode(raw)

    async def send(self, out: OutboundMessage, account: Account, services: Services) -> Outcome:
        reader, writer = await asyncio.open_connection("127.0.0.1", account.settings.port)
        try:
            said = {"key": out.idempotency_key, "to": out.recipient.identity, "text": out.message.text, "token": account.secrets.token, "thread": out.thread, "attempt": out.attempt}  # fmt: skip
            writer.write(msgspec.json.encode(said) + b"\n")
            line = await reader.readline()
            if not line:
                raise ConnectionResetError("the provider hung up")
            answer: dict[str, Any] = msgspec.json.decode(line)
        finally:
            writer.close()
        if answer["status"] == "busy":
            return Retry(why="busy", after_s=answer.get("after", 0.2), pause_account=answer.get("pause", False))
        if answer["status"] == "refused":
            return Refused(code="550", detail="No such customer", advice="Check the number.")
        return Delivered(provider_id=answer["id"])

    async def fetch(self, file: InboundFile, account: Account, services: Services) -> Any:
        if file.remote != "here":
            raise ConnectionRefusedError("gone")
        yield b"fetched "
        yield b"content"

    async def listen(self, account: Account, services: Services) -> None:
        self.listening.append((services.node, account.name))
        try:
            await asyncio.Event().wait()
        finally:
            self.listening.remove((services.node, account.name))

    async def health(self, account: Account, services: Services) -> Health:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", account.settings.port)
            writer.close()
        except OSError as error:
            return Health(checks=[Check(name="connection", state="error", detail=str(error), advice="Start it.")])
        return Health(checks=[Check(name="connection", state="ok")])

    async def send_test(self, account: Account, to: str, services: Services) -> Outcome:
        return Refused(code="550", detail=f"no {to}", advice="x") if to == "nobody" else Delivered(provider_id="test")

    def check_settings(self, settings: Any, secrets: Any) -> dict[str, str]:
        return {"settings.name": "Choose another name"} if settings.name == "taken" else {}


class LiveProbe(ProbeChannel):
    """The same as a chat."""

    manifest = msgspec.structs.replace(
        ProbeChannel.manifest,
        kind="liveprobe",
        listens=False,
        capabilities=Capabilities(text=1000, live=True, rate=Rate(count=3, seconds=1)),
    )


class CarefulProbe(ProbeChannel):
    """The same without idempotency keys."""

    manifest = msgspec.structs.replace(ProbeChannel.manifest, kind="carefulprobe", idempotent=False, listens=False)


class Provider:
    """The other side."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.tries: list[dict[str, Any]] = []
        self.script: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda said: {"status": "ok"}
        self._server: Any = None
        self.port = 0

    async def __aenter__(self) -> "Provider":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        if line:
            said = msgspec.json.decode(line)
            self.tries.append(said)
            answer = self.script(said)
            if answer is None:
                await asyncio.sleep(30)
            elif answer["status"] != "hang up":
                if answer["status"] == "ok":
                    if all(t["key"] != said["key"] for t in self.taken):
                        self.taken.append(said)
                    answer = {**answer, "id": f"probe-out-{said['key']}"}
                writer.write(msgspec.json.encode(answer) + b"\n")
        writer.close()
