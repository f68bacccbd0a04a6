"""One SMTP connection at our door: RFC 5321 with SIZE, 8BITMIME, SMTPUTF8, PIPELINING, ENHANCEDSTATUSCODES and STARTTLS.

On aiosmtpd's command loop, with what real mail and hostile clients need on top: lines of any length, an end of the mail
that only `<CRLF>.<CRLF>` is (RFC 5321, 4.1.1.4: anything else lets a second mail be smuggled in), memory and time that
nobody can use up, a code of RFC 3463 in every answer, and clients that close their side when they have said everything.
"""

# ruff: noqa: N802  aiosmtpd finds its commands by these names
import asyncio
import re
import time
from collections import defaultdict
from typing import Any, Final, Protocol, cast

from aiosmtpd.smtp import SMTP

COMMAND_LIMIT: Final = 2_048
"""Bytes of one command: RFC 5321 wants 512, its extensions some hundreds more."""
SILENT_S: Final = 300
"""Seconds that a client may be silent between commands (RFC 5321, 4.5.3.2.7)."""
PIECE_S: Final = 180
"""Seconds between two pieces of a mail (4.5.3.2.5)."""
MAIL_S: Final = 1_800
"""Seconds for one whole mail."""
PIECE: Final = 65_536
_END: Final = b"\r\n.\r\n"
_CODED: Final = re.compile(r"[245]\d\d [245]\.\d{1,3}\.\d{1,3}(?: |$)")
_NEEDS_CODE: Final = re.compile(r"([245])(\d\d) ")
# aiosmtpd's own answers carry no code of RFC 3463; by their reply code, after 3.3 to 3.6 there
_CODES: Final = {
    "220": "2.0.0", "221": "2.0.0", "250": "2.0.0", "252": "2.1.5", "454": "4.7.0", "500": "5.5.2", "501": "5.5.4", "502": "5.5.1",
    "503": "5.5.1", "552": "5.3.4", "553": "5.1.3", "554": "5.7.0", "555": "5.5.4",
}  # fmt: skip


class Gate(Protocol):
    """Who lets connections in."""

    def enter(self, host: str) -> bool:
        """Whether one more connection from `host` is let in."""

    def leave(self, host: str) -> None:
        """A connection ended."""


class Door(SMTP):
    """One connection."""

    line_length_limit = PIECE  # what the reader holds; lines of a mail may be longer

    def __init__(self, gate: Gate, *, clock_s: float = SILENT_S, piece_s: float = PIECE_S, **options: Any) -> None:
        super().__init__(gate, timeout=clock_s, auth_exclude_mechanism=["LOGIN", "PLAIN"], **options)
        self._gate, self._peer, self._piece_s = gate, "", piece_s
        self._coded = False  # the greeting and the answers to HELO and EHLO carry no codes (RFC 2034, section 4)
        self._ending: asyncio.Task[None] | None = None
        # of this connection alone: the class keeps one for all, which each new connection would reset for the others
        self.command_size_limits = defaultdict(lambda: COMMAND_LIMIT)
        self._smtp_methods.pop("AUTH", None)  # nobody signs in here

    # ── coming and going ─────────────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection; one too many is told so and closed."""
        peer = transport.get_extra_info("peername")
        host = str(peer[0]) if isinstance(peer, tuple) and peer else "local"
        if not self._gate.enter(host):
            # a uvloop transport is no subclass of asyncio's
            cast(asyncio.Transport, transport).write(b"421 4.7.0 Too many connections, try again later\r\n")
            transport.close()
            return
        self._peer = host
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone."""
        if self._peer:
            self._gate.leave(self._peer)
            self._peer = ""
        if self._ending is not None:
            self._ending.cancel()
        if self.transport is not None:
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        """The client has said everything (a script that pipes a whole conversation in): answer it all, then close."""
        if self.session is None or self.session.ssl is not None or self._ending is not None:
            return super().eof_received() if self.session is not None else False
        self._ending = self.loop.create_task(self._answer_the_rest())
        return True

    async def _answer_the_rest(self) -> None:
        while self.transport is not None:
            held: bytearray = self._reader._buffer  # type: ignore[attr-defined]
            waits = self._reader._waiter is not None  # type: ignore[attr-defined]
            if waits and b"\n" not in held:
                break
            await asyncio.sleep(0.02)
        if self.transport is not None:
            self.transport.close()

    def _timeout_cb(self) -> None:
        """Silent for too long: say so, then close (RFC 5321, 3.8)."""
        if self.transport is not None:
            cast(asyncio.Transport, self.transport).write(b"421 4.4.2 Too slow, closing the connection\r\n")
            self.transport.close()

    # ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def push(self, status: Any) -> None:
        """Send one answer, with its code of RFC 3463."""
        text = status if isinstance(status, str) else bytes(status).decode("utf-8", "replace")
        text = text.encode("utf-8", "replace").decode().replace("\r", " ").replace("\n", " ")
        if self._coded and not _CODED.match(text) and (found := _NEEDS_CODE.match(text)):
            reply = found[1] + found[2]
            text = f"{reply} {_CODES.get(reply, found[1] + '.0.0')} {text[4:]}"
        await super().push(text)

    async def smtp_HELO(self, hostname: str) -> None:
        """RFC 5321, 4.1.1.1."""
        self._coded = False
        await super().smtp_HELO(hostname)
        self._coded = True

    async def smtp_EHLO(self, hostname: str) -> None:
        """RFC 5321, 4.1.1.1; what is offered is the handler's to say (`handle_EHLO`)."""
        self._coded = False
        await super().smtp_EHLO(hostname)
        self._coded = True

    async def smtp_STARTTLS(self, arg: str) -> None:
        """RFC 3207. What was sent in clear behind the command is forgotten, and so is all that was said before."""
        if arg:
            await self.push("501 5.5.4 Syntax: STARTTLS")
            return
        if self.tls_context is None or self._tls_protocol is not None:
            await self.push("503 5.5.1 TLS is on already" if self._tls_protocol else "454 4.7.0 TLS not available")
            return
        assert self.session is not None
        plain, peer = cast(asyncio.Transport, self.transport), self.session.peer
        await self.push("220 2.0.0 Ready to start TLS")
        self._reader._buffer.clear()  # type: ignore[attr-defined]
        try:
            secured = await self.loop.start_tls(
                plain, self, self.tls_context, server_side=True, ssl_handshake_timeout=60
            )
        except (OSError, ValueError) as error:
            raise ConnectionResetError(f"no TLS with {peer}: {error}") from error
        if secured is None:
            raise ConnectionResetError
        self.transport = secured
        self._reader._transport = self._writer._transport = secured  # type: ignore[attr-defined]
        self._reader._buffer.clear()  # type: ignore[attr-defined]
        self._tls_protocol = secured.get_extra_info("ssl_object")
        self.session = self._create_session()
        self.session.peer, self.session.ssl = peer, secured.get_extra_info("ssl_object")
        self._set_rset_state()  # type: ignore[no-untyped-call]
        self._reset_timeout()

    async def smtp_MAIL(self, arg: str | None) -> None:
        """RFC 5321, 4.1.1.2."""
        if await self._readable(arg):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        """RFC 5321, 4.1.1.3."""
        if await self._readable(arg):
            await super().smtp_RCPT(arg)

    async def _readable(self, arg: str | None) -> bool:
        """An address is UTF-8 without control characters (RFC 6531, 3.3), its brackets closed."""
        if arg is None:
            return True
        if any(ord(c) < 32 or ord(c) == 127 or 0xD800 <= ord(c) < 0xE000 for c in arg):
            await self.push("501 5.1.3 An address holds no control characters and is UTF-8")
            return False
        if '"' not in arg and (arg.count("<"), arg.count(">")) not in ((1, 1), (0, 0)):
            await self.push("501 5.1.3 An address stands between < and >")
            return False
        return True

    # ── the mail itself ──────────────────────────────────────────────────────────────────────────────────────────

    async def smtp_DATA(self, arg: str | None) -> None:
        """RFC 5321, 4.1.1.4."""
        assert self.envelope is not None
        if await self.check_helo_needed():
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = await self._mail()
        if content is None:
            self._set_post_data_state()  # type: ignore[no-untyped-call]
            await self.push(f"552 5.3.4 A mail holds at most {self.data_size_limit:,} bytes")
            return
        self.envelope.content = self.envelope.original_content = content
        self._reset_timeout()
        status = await self._call_handler_hook("DATA")
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(status)

    async def _mail(self) -> bytes | None:
        """The bytes up to the lone dot, its stuffing undone; None when they were too many (and were thrown away)."""
        held = bytearray(b"\r\n")  # the end may be the very first line
        limit, until = (self.data_size_limit or 0) + 2, time.monotonic() + MAIL_S
        too_long = False
        looked = 0
        while True:
            self._reset_timeout(max(0.1, min(self._piece_s, until - time.monotonic())))
            piece = await self._reader.read(PIECE)
            if not piece:
                raise ConnectionResetError
            held += piece
            end = held.find(_END, looked)
            if end >= 0:
                # commands sent along with the mail (RFC 2920) wait for their turn
                self._reader._buffer[:0] = held[end + len(_END) :]  # type: ignore[attr-defined]
                if too_long or end > limit:
                    return None
                return bytes(held[2:end] + b"\r\n" if end >= 2 else b"").replace(b"\r\n.", b"\r\n").removeprefix(b".")
            if len(held) > limit:
                too_long = True
            looked = max(0, len(held) - len(_END) + 1)
            if too_long:
                del held[:looked]
                looked = 0
