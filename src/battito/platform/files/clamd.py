"""Asking clamd about a file: the INSTREAM command of its socket protocol (clamd(8), "COMMANDS").

`zINSTREAM\\0`, then chunks of a four-byte length (network order) and that many bytes, then a zero length. The answer ends
with a NUL: `stream: OK`, `stream: <signature> FOUND`, or a text ending in `ERROR`.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import msgspec

CHUNK: Final = 256 * 1024
TIMEOUT_S: Final = 120


class Verdict(msgspec.Struct, frozen=True):
    """What clamd said: the signature's name when it found something."""

    infected: bool
    signature: str = ""


class ScannerAway(Exception):
    """clamd does not answer, or refuses: the file stays unscanned, the scan is tried again."""


async def scan(address: str, content: AsyncIterator[bytes]) -> Verdict:
    """Stream `content` to the clamd at `address` ("/path/of/socket" or "host:port"). Raises `ScannerAway`."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            reader, writer = await _connect(address)
            try:
                answer = await _ask(reader, writer, content)
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise ScannerAway(f"clamd at {address} does not answer: {error or type(error).__name__}") from error
    return read_answer(answer)


async def _connect(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if address.startswith("/"):
        return await asyncio.open_unix_connection(address)
    host, _, port = address.rpartition(":")
    return await asyncio.open_connection(host.strip("[]"), int(port))


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, content: AsyncIterator[bytes]) -> bytes:
    writer.write(b"zINSTREAM\0")
    try:
        async for piece in content:
            for start in range(0, len(piece), CHUNK):
                chunk = piece[start : start + CHUNK]
                writer.write(len(chunk).to_bytes(4, "big") + chunk)
                await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
    except ConnectionError:
        pass  # it has said why already (its own size limit), and closed: the answer is still to be read
    return await reader.readuntil(b"\0")


def read_answer(answer: bytes) -> Verdict:
    """What an answer means. Raises `ScannerAway` for an error. Pure."""
    text = answer.rstrip(b"\0").decode("utf-8", "replace").strip()
    body = text.partition(": ")[2] or text
    if body == "OK":
        return Verdict(False)
    if body.endswith(" FOUND"):
        return Verdict(True, body.removesuffix(" FOUND"))
    raise ScannerAway(f"clamd says: {text}")
