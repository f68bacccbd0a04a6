"""The other side of clamd's INSTREAM on a real socket, as clamd(8) describes it, with its size limit and its EICAR signature."""

import asyncio
from typing import Any

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """A scanner that knows one virus. `limit` is its StreamMaxLength."""

    def __init__(self, limit: int = 25_000_000) -> None:
        self.limit = limit
        self.scanned: list[int] = []
        self._server: Any = None
        self.address = ""

    async def start(self, path: str | None = None) -> "Clamd":
        if path is not None:
            self._server = await asyncio.start_unix_server(self._serve, path)
            self.address = path
        else:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def stop(self) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            command = await reader.readuntil(b"\0")
            assert command == b"zINSTREAM\0", command
            content = bytearray()
            while length := int.from_bytes(await reader.readexactly(4), "big"):
                content += await reader.readexactly(length)
                if len(content) > self.limit:
                    writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                    await writer.drain()
                    return
            self.scanned.append(len(content))
            writer.write(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0")
            await writer.drain()
        finally:
            writer.close()
