"""Opening a live socket on bare bytes (RFC 6455): a general client costs the load generator more CPU than the server."""

import base64
import os


def upgrade(token: str) -> bytes:
    """The request that opens `/api/v1/live` for whoever holds `token`."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /api/v1/live HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-key: {key}\r\n"
        f"sec-websocket-version: 13\r\nauthorization: Bearer {token}\r\n\r\n"
    ).encode()


def hello() -> bytes:
    """The first frame of a client that resumes nothing."""
    text, mask = b'{"type":"hello","resume":null}', os.urandom(4)
    return bytes([0x81, 0x80 | len(text)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(text))
