"""The built widget and its pages. Everything here is public; what differs per widget is who may frame it."""

import gzip
import mimetypes
from pathlib import Path
from typing import Final

from battito.channels.webchat.origins import frame_ancestors
from battito.channels.webchat.settings import WebChatSettings

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-src 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors "
)
DEMO_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; font-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'self'; object-src 'none'; require-trusted-types-for 'script'; frame-ancestors 'none'"
)
SMALL: Final = 300

Headers = list[tuple[bytes, bytes]]
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")


class Built:
    """Files of `<web root>/widget`, kept in memory with their gzipped form until the build changes."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._kept: dict[str, tuple[float, bytes, bytes]] = {}

    def read(self, name: str, *, gzipped: bool) -> tuple[bytes, Headers] | None:
        """Body and headers of a file; None when there is none (or it lies elsewhere)."""
        path = (self._root / name).resolve()
        if not path.is_relative_to(self._root) or not path.is_file():
            return None
        stamp = path.stat().st_mtime
        kept = self._kept.get(name)
        if kept is None or kept[0] != stamp:
            body = path.read_bytes()
            kept = self._kept[name] = (stamp, body, gzip.compress(body, 9, mtime=0))
        _, plain, packed = kept
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        text = kind.startswith("text/") or kind in ("application/json", "image/svg+xml")
        headers: Headers = [
            (b"content-type", f"{kind}; charset=utf-8".encode() if text else kind.encode()),
            (b"vary", b"accept-encoding"),
        ]
        if gzipped and text and len(plain) > SMALL:
            return packed, [*headers, (b"content-encoding", b"gzip")]
        return plain, headers


def file_headers(name: str) -> Headers:
    """How long a public file is kept, and that other sites may load it (the loader runs on theirs)."""
    # a built asset has its hash in its name; the font has not, and changes as seldom
    age = b"public, max-age=31536000, immutable" if name.startswith("assets/") else b"public, max-age=600"
    return [
        (b"cache-control", age),
        (b"access-control-allow-origin", b"*"),
        (b"cross-origin-resource-policy", b"cross-origin"),
        (b"x-content-type-options", b"nosniff"),
    ]


def page_headers(settings: WebChatSettings, own: list[str]) -> Headers:
    """The iframe's page: nothing runs but our files, and only the widget's sites may frame it."""
    ancestors = frame_ancestors([*own, *settings.origins], own[0])
    return [
        (b"content-security-policy", (POLICY + ancestors).encode()),
        (b"cache-control", b"no-cache"),
        (b"referrer-policy", b"no-referrer"),
        (b"permissions-policy", b"camera=(), geolocation=(), payment=(), microphone=(self)"),
        (b"cross-origin-resource-policy", b"cross-origin"),
        (b"x-content-type-options", b"nosniff"),
    ]
