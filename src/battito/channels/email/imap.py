"""Following a mailbox by IMAP (RFC 3501, IDLE of RFC 2177): each new mail is kept by the inbox, then marked as handled.

The place is the folder's UIDVALIDITY and the highest UID taken. Nothing is ever deleted. IMAPClient blocks, so each step
runs in a thread; between steps the loop is free.
"""

import asyncio
import ssl
import threading
from typing import Any, Final

import structlog
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from battito.channels.accounts import read_state, save_state
from battito.channels.base import Account
from battito.channels.email.inbound.arriving import payload_id, writer_key
from battito.channels.email.oauth import SignInRefused, Tokens
from battito.channels.email.reach import NotAllowed, check_server
from battito.channels.email.settings import EmailSecrets, EmailSettings, ImapSettings
from battito.channels.inbox import receive
from battito.platform.services import Services

log = structlog.get_logger(__name__)

IDLE_S: Final = 28 * 60
"""A server may end an IDLE after 29 minutes (RFC 2177): it is begun again before."""
LOOK_S: Final = 60
"""How often a server without IDLE is asked."""
SLICE_S: Final = 5.0
"""How long a thread waits before it looks whether it should end."""
BATCH: Final = 25
LARGEST: Final = 50_000_000
HEAD: Final = 64_000


class ImapProblem(Exception):
    """The mailbox cannot be followed as it is configured: sign-in refused, folder missing, encryption not possible."""


class Follower:
    """Follows one account until cancelled, or until the connection ends (the caller begins again)."""

    def __init__(self, account: Account, services: Services, tokens: Tokens) -> None:
        self._account, self._services, self._tokens = account, services, tokens
        self._settings: EmailSettings = account.settings
        self._stop = threading.Event()

    async def run(self) -> None:
        """Connect, take what is new, wait for more. Raises `ImapProblem`, `OSError`."""
        try:
            await check_server(self._settings.imap.host, self._settings.imap.port, self._services)
        except NotAllowed as error:
            raise ImapProblem(str(error)) from error
        token = await self._token()
        client = await asyncio.to_thread(connect, self._settings.imap, self._account.secrets or EmailSecrets(), token)
        try:
            await self._follow(client)
        except (IMAPClientError, ssl.SSLError) as error:
            raise OSError(f"the IMAP connection ended: {error}") from error
        finally:
            self._stop.set()
            await asyncio.shield(asyncio.to_thread(close, client))

    async def _token(self) -> str:
        if self._settings.imap.sign_in != "xoauth2":
            return ""
        try:
            return await self._tokens.get(self._account, self._services)
        except SignInRefused as error:
            raise ImapProblem(str(error)) from error

    async def _follow(self, client: IMAPClient) -> None:
        idles = await asyncio.to_thread(client.has_capability, "IDLE")
        await self._place(client)
        while True:
            while await self._take(client):
                pass
            if idles:
                await asyncio.to_thread(idle, client, self._stop, IDLE_S)
            else:
                await asyncio.sleep(LOOK_S)
                await asyncio.to_thread(client.noop)

    async def _place(self, client: IMAPClient) -> None:
        """Open the folder and find the place: a new mailbox, or one whose UIDs were given anew, begins at its end (or
        some days back, as configured)."""
        imap = self._settings.imap
        selected = await asyncio.to_thread(_select, client, imap.folder)
        validity = int(selected.get(b"UIDVALIDITY", 0))
        state = await read_state(self._services, self._account)
        if state.get("uidvalidity") == validity and state.get("folder") == imap.folder:
            return
        last = await asyncio.to_thread(first_place, client, int(selected.get(b"UIDNEXT", 1)), imap.days)
        if state.get("uidvalidity"):
            # the provider numbered its mails anew: what was kept before is recognised by its Message-ID
            log.warning("the mailbox was numbered anew; the last mails are looked at again", account=self._account.name)
            last = max(0, last - 200)
        await save_state(self._services, self._account, {"uidvalidity": validity, "folder": imap.folder, "uid": last})

    async def _take(self, client: IMAPClient) -> bool:
        """Take up to `BATCH` mails past the place; whether there may be more."""
        state = await read_state(self._services, self._account)
        last = int(state.get("uid", 0))
        found = await asyncio.to_thread(newer, client, last)
        for uid in found[:BATCH]:
            raw, left_out = await asyncio.to_thread(fetch, client, uid)
            if raw is not None:
                headers = {"way": "imap", "uid": str(uid), **({"left_out": left_out} if left_out else {})}
                await receive(self._services, self._account, payload_id(raw), raw, headers, order_key=writer_key(raw))
            await save_state(self._services, self._account, {"uid": uid})
            await asyncio.to_thread(self._handled, client, uid)
        return len(found) > BATCH

    def _handled(self, client: IMAPClient, uid: int) -> None:
        imap = self._settings.imap
        try:
            if imap.handled == "seen":
                client.add_flags([uid], [b"\\Seen"], silent=True)
            elif imap.handled == "move":
                move(client, uid, imap.move_to)
        except IMAPClientError as error:
            # it is kept: that it stays unmarked is worth a line, not a stop
            log.warning("a mail could not be marked as handled", account=self._account.name, uid=uid, error=str(error))


def connect(imap: ImapSettings, secrets: EmailSecrets, token: str) -> IMAPClient:
    """A signed-in client. Raises `ImapProblem` for what an administrator must mend, `OSError` for a network that is away."""
    context = ssl.create_default_context() if imap.security != "none" else None
    try:
        client = IMAPClient(
            imap.host,
            port=imap.port,
            ssl=imap.security == "tls",
            ssl_context=context,
            use_uid=True,
            timeout=SocketTimeout(20, 60),
        )
    except ssl.SSLCertVerificationError as error:
        raise ImapProblem(f"{imap.host}: its certificate cannot be trusted ({error.verify_message})") from error
    try:
        if imap.security == "starttls":
            client.starttls(context)
        if token:
            client.oauth2_login(imap.user, token)
        else:
            client.login(imap.user, secrets.imap_password)
    except LoginError as error:
        close(client)
        raise ImapProblem(f"{imap.host} refuses the sign-in of {imap.user}: {error}") from error
    except IMAPClientError as error:
        close(client)
        raise ImapProblem(f"{imap.host}: {error}") from error
    return client


def _select(client: IMAPClient, folder: str) -> dict[bytes, Any]:
    try:
        found: dict[bytes, Any] = client.select_folder(folder)
    except IMAPClientError as error:
        raise ImapProblem(f"the folder «{folder}» cannot be opened: {error}") from error
    return found


def first_place(client: IMAPClient, next_uid: int, days: int) -> int:
    """The highest UID that counts as taken in a mailbox that is followed for the first time."""
    if days <= 0:
        return max(0, next_uid - 1)
    recent = client.search(["YOUNGER", days * 86_400]) if client.has_capability("WITHIN") else client.search(["ALL"])
    return min(recent) - 1 if recent else max(0, next_uid - 1)


def newer(client: IMAPClient, last: int) -> list[int]:
    """UIDs past `last`, in order. A server answers `n:*` with the last mail even when that is not past it."""
    return sorted(uid for uid in client.search(["UID", f"{last + 1}:*"]) if uid > last)


def fetch(client: IMAPClient, uid: int) -> tuple[bytes | None, str]:
    """The bytes of a mail without marking it as read; of one that is too large its beginning and what to say of it."""
    sizes = client.fetch([uid], ["RFC822.SIZE"])
    if uid not in sizes:
        return None, ""  # somebody took it away meanwhile
    size = int(sizes[uid][b"RFC822.SIZE"])
    wanted = "BODY.PEEK[]" if size <= LARGEST else f"BODY.PEEK[]<0.{HEAD}>"
    answer = client.fetch([uid], [wanted]).get(uid, {})
    raw = next((value for key, value in answer.items() if key.startswith(b"BODY[]")), None)
    left_out = (
        ""
        if size <= LARGEST
        else f"This mail of {size / 1e6:.0f} MB is too large to be taken in: only its beginning is here. It lies in the mailbox."
    )
    return raw, left_out


def move(client: IMAPClient, uid: int, folder: str) -> None:
    """Move a mail, making the folder when it is not there; without MOVE (RFC 6851) a copy is made and the original marked
    as read, because nothing is deleted."""
    if not client.folder_exists(folder):
        client.create_folder(folder)
    if client.has_capability("MOVE"):
        client.move([uid], folder)
    else:
        client.copy([uid], folder)
        client.add_flags([uid], [b"\\Seen"], silent=True)


def idle(client: IMAPClient, stop: threading.Event, seconds: float) -> None:
    """Wait until the server says that something changed, `stop` is set, or `seconds` are over."""
    client.idle()
    waited = 0.0
    try:
        while waited < seconds and not stop.is_set():
            answers = client.idle_check(timeout=SLICE_S)
            if any(len(a) > 1 and a[1] in (b"EXISTS", b"RECENT") for a in answers if isinstance(a, tuple)):
                return
            if any(isinstance(a, tuple) and a and a[0] == b"BYE" for a in answers):
                raise OSError("the IMAP server said goodbye")
            waited += SLICE_S
    finally:
        client.idle_done()


def close(client: IMAPClient) -> None:
    try:
        client.shutdown()
    except (OSError, IMAPClientError):
        return
