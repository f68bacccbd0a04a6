"""The product in a hurry: what it waits for of visitors, it waits for seconds only. Run as a script in its place.

Nothing but times differs, so what is proved of it holds of the product; the tests need not sit through its patience.
"""

import sys
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from battito.channels.webchat import limits, socket
from battito.cli import main

HELLO_WITHIN_S, WRITE_WITHIN_S, GOODBYE_WITHIN_S = 3.0, 2.0, 1.0
MESSAGES_PER_SESSION = limits.Rate(15, 5)

_make = WebSocketsSansIOProtocol.__init__


def make(self: WebSocketsSansIOProtocol, *arguments: Any, **more: Any) -> None:
    """A socket whose other side answers a goodbye soon or never."""
    _make(self, *arguments, **more)
    self.close_timeout = GOODBYE_WITHIN_S


if __name__ == "__main__":
    for name in ("HELLO_WITHIN_S", "WRITE_WITHIN_S", "GOODBYE_WITHIN_S"):
        assert getattr(socket, name) > globals()[name]
        setattr(socket, name, globals()[name])
    assert limits.MESSAGES_PER_SESSION.burst == MESSAGES_PER_SESSION.burst
    setattr(limits, "MESSAGES_PER_SESSION", MESSAGES_PER_SESSION)  # noqa: B010  it is Final
    setattr(WebSocketsSansIOProtocol, "__init__", make)  # noqa: B010
    sys.exit(main())
