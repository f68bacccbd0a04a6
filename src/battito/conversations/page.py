"""A message's HTML as a document of its own, for a frame that may do nothing: no script, no form, no other page's style. Pure.

The HTML was made harmless when it was taken in (`kit.html`); the policy is the second lock, which the browser holds.
"""

import html as _entities
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from battito.kit.html import escape, to_text
from battito.kit.text import preview

# the sanitiser writes attributes escaped, in double quotes: a `>` inside of one cannot occur
_SET_ASIDE: Final = re.compile(r'(<img\b[^>]*?) data-remote-src="(https?:[^"]*)"', re.IGNORECASE)
_INLINE: Final = re.compile(r'(<img\b[^>]*?) src="cid:([^"]*)"', re.IGNORECASE)
_STYLE: Final = (
    "html{color-scheme:light;background:#fff}"
    'body{margin:12px;font:14px/1.5 "Inter Variable",system-ui,sans-serif;color:#2a2222;overflow-wrap:anywhere}'
    "img{max-width:100%;height:auto}img:not([src]){display:none}table{max-width:100%}pre{white-space:pre-wrap}"
    "blockquote{margin:8px 0;padding-left:10px;border-left:2px solid #ddd;color:#666}"
)


def policy(*, pictures: bool) -> str:
    """The Content-Security-Policy of the document; `pictures` lets those from the network in.

    It is of our origin, so that the desk can ask how high it is, and still does nothing: no script runs in the sandbox.
    """
    sources = "'self' data: https: http:" if pictures else "'self' data:"
    return (
        f"default-src 'none'; img-src {sources}; style-src 'unsafe-inline'; frame-ancestors 'self'; "
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    )


def document(html: str | None, text: str, *, inline: Mapping[str, str], pictures: bool) -> str:
    """The whole document. `html` is sanitised; without any, `text` is shown. `inline` are the addresses of the message's
    own pictures by content id (RFC 2392, without angle brackets); with `pictures` those that were set aside come back."""
    body = html if html is not None else f"<div>{escape(text)}</div>"
    body = _INLINE.sub(lambda m: _own(m, inline), body)
    if pictures:
        body = _SET_ASIDE.sub(r'\1 src="\2" referrerpolicy="no-referrer"', body)
    title = _entities.escape(preview(text or to_text(body), 80))
    return (
        '<!doctype html><html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<title>{title}</title><base target="_blank"><style>{_STYLE}</style></head><body>{body}</body></html>'
    )


def _own(match: re.Match[str], inline: Mapping[str, str]) -> str:
    address = inline.get(unquote(_entities.unescape(match[2])))
    return f'{match[1]} src="{_entities.escape(address)}"' if address else match[1]
