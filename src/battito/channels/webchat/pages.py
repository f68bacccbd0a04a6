"""`/widget/…` (loader, widget, assets) and `/demo`, the site of an invented energy supplier with a real chat on it."""

from urllib.parse import parse_qsl

from battito.channels.webchat.context import WebChat
from battito.channels.webchat.demo import demo_identity, demo_site
from battito.channels.webchat.static import DEMO_POLICY, Built, Headers, file_headers, page_headers
from battito.platform.errors import NotFound, Problem
from battito.platform.http.raw import Receive, Scope, Send, header, respond


class Pages:
    """The ASGI app of `/widget/` and `/demo`."""

    def __init__(self, chat: WebChat) -> None:
        self._chat = chat
        self._built = Built(chat.services.settings.web_root / "widget")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path: str = scope["path"]
        if scope["type"] != "http":
            raise NotFound("There is no socket here.")
        if path == "/demo/identity" and scope["method"] == "POST":
            await demo_identity(self._chat, scope, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            raise Problem(status=405, code="method", title="Only GET is possible here", headers={"allow": "GET, HEAD"})
        if path in ("/demo", "/demo/"):
            await self._demo(scope, send)
        elif path in ("/widget", "/widget/", "/widget/index.html"):
            await self._widget(scope, send)
        elif path.startswith("/widget/"):
            name = path.removeprefix("/widget/")
            await self._file(scope, send, name, file_headers(name))
        else:
            raise NotFound("There is no such page.")

    async def _widget(self, scope: Scope, send: Send) -> None:
        """The iframe's page, for the sites of its widget only."""
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        account = await self._chat.widgets.by_site(query.get("site", ""))
        if account is None:
            raise NotFound("There is no chat with this site key, or it is switched off.", code="no-widget")
        await self._file(scope, send, "index.html", page_headers(account.settings, self._chat.own(scope)))

    async def _demo(self, scope: Scope, send: Send) -> None:
        site = await demo_site(self._chat)
        found = self._built.read("demo/index.html", gzipped=False)
        if found is None or site is None:
            raise NotFound("There is no demonstration on this installation: `battito run` sets one up.", code="no-demo")
        headers: Headers = [
            (b"content-security-policy", DEMO_POLICY.encode()),
            (b"cache-control", b"no-cache"),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
        ]
        await respond(send, 200, found[0].replace(b"%SITE%", site.encode()), b"text/html; charset=utf-8", headers)

    async def _file(self, scope: Scope, send: Send, name: str, extra: Headers) -> None:
        found = self._built.read(name, gzipped="gzip" in (header(scope, b"accept-encoding") or ""))
        if found is None:
            raise NotFound("There is no such file.")
        body, headers = found
        kind = dict(headers)[b"content-type"]
        rest = [h for h in headers if h[0] != b"content-type"]
        await respond(send, 200, b"" if scope["method"] == "HEAD" else body, kind, [*rest, *extra])
