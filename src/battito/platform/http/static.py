"""The built front end: hashed assets for ever, pages never cached, every unknown path is the desk's own router."""

import mimetypes
from pathlib import Path
from typing import Final

from battito.platform.errors import NotFound, Problem
from battito.platform.http.raw import Receive, Scope, Send, header, respond

PAGE_HEADERS: Final = [
    (
        b"content-security-policy",
        (
            b"default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; "
            b"frame-src 'self' blob: data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(self)"),
    (b"cache-control", b"no-cache"),
]
ASSET_HEADERS: Final = [
    (b"cache-control", b"public, max-age=31536000, immutable"),
    (b"x-content-type-options", b"nosniff"),
]

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")


class StaticFiles:
    """ASGI app over one folder. Small files are kept in memory; `.br` and `.gz` siblings are preferred where the browser takes them."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._kept: dict[tuple[str, str], tuple[float, bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a file, or the desk's page for a path without an extension."""
        if scope["type"] != "http":
            raise NotFound("There is no socket here.")
        if scope["method"] not in ("GET", "HEAD"):
            raise Problem(status=405, code="method", title="Only GET is possible here", headers={"allow": "GET, HEAD"})
        path: str = scope["path"]
        if "\\" in path or "\x00" in path:
            raise NotFound
        name = path.lstrip("/")
        file = self._file(name)
        if file is None and "." not in name.rsplit("/", 1)[-1]:
            file = self._file("index.html")
        if file is None:
            raise NotFound("There is no such page.")
        content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        if content_type.startswith("text/") or content_type in ("application/json", "image/svg+xml"):
            content_type += "; charset=utf-8"
        body, encoding = self._body(file, header(scope, b"accept-encoding") or "")
        headers = list(ASSET_HEADERS if "/assets/" in f"/{name}" else PAGE_HEADERS)
        if encoding:
            headers += [(b"content-encoding", encoding.encode()), (b"vary", b"accept-encoding")]
        await respond(send, 200, b"" if scope["method"] == "HEAD" else body, content_type.encode(), headers)

    def _file(self, name: str) -> Path | None:
        candidate = (self._root / name).resolve()
        if candidate.is_dir():
            candidate = candidate / "index.html"
        if not candidate.is_relative_to(self._root) or not candidate.is_file():
            return None
        return candidate

    def _body(self, file: Path, accepted: str) -> tuple[bytes, str]:
        for encoding, suffix in (("br", ".br"), ("gzip", ".gz")):
            sibling = file.with_name(file.name + suffix)
            if encoding in accepted and sibling.is_file():
                return self._read(sibling), encoding
        return self._read(file), ""

    def _read(self, file: Path) -> bytes:
        stamp = file.stat().st_mtime
        key = (str(file), "")
        kept = self._kept.get(key)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        body = file.read_bytes()
        if len(body) < 2_000_000:
            self._kept[key] = (stamp, body)
        return body
