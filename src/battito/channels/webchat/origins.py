"""Which sites may show a widget. Pure.

An origin is what a browser sends: scheme, host, port, in ASCII (RFC 6454). A pattern may begin its host with `*.`, which
stands for any number of labels and never for the bare domain.
"""

import re
from typing import Final
from urllib.parse import urlsplit

_HOST: Final = re.compile(
    r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$|^\[[0-9a-f:.]+\]$"
)
_DEFAULT_PORT: Final = {"http": 80, "https": 443}


def canonical(origin: str) -> str | None:
    """The origin or pattern in the one way a browser writes it, or None when it is not one (a path, a user, `null`)."""
    try:
        parts = urlsplit(origin.strip())
        port = parts.port
        host = parts.netloc.rsplit(":", 1)[0] if port is not None else parts.netloc
        host = host.encode("idna").decode() if not host.isascii() else host.lower()
    except (ValueError, UnicodeError):
        return None
    scheme = parts.scheme.lower()
    if (
        scheme not in _DEFAULT_PORT
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
        or not _HOST.match(host)
    ):
        return None
    return f"{scheme}://{host}" + (f":{port}" if port is not None and port != _DEFAULT_PORT[scheme] else "")


def allows(patterns: list[str], origin: str) -> bool:
    """Whether one of `patterns` covers `origin`."""
    wanted = canonical(origin)
    if wanted is None or "*" in wanted:
        return False
    for pattern in patterns:
        known = canonical(pattern)
        if known == wanted:
            return True
        if known is not None and "://*." in known:
            scheme, _, rest = known.partition("://*")
            if (
                wanted.startswith(f"{scheme}://")
                and wanted.endswith(rest)
                and len(wanted) > len(scheme) + 3 + len(rest)
            ):
                return True
    return False


def frame_ancestors(patterns: list[str], own: str) -> str:
    """The Content-Security-Policy source list that lets exactly these sites, and ours, put the widget in a frame."""
    known = [p for p in map(canonical, patterns) if p is not None]
    return " ".join(dict.fromkeys(["'self'", own, *known]))
