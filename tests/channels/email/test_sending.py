"""Signing in with tokens, refusing private networks, and the words in which servers say no."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, auth_mechanism

from battito.channels.base import Account, Delivered, Refused, Retry
from battito.channels.email.oauth import SignInRefused, Tokens
from battito.channels.email.outbound import compose
from battito.channels.email.reach import NotAllowed, check_server
from battito.channels.email.sending import deliver
from battito.channels.email.settings import EmailSecrets, EmailSettings, OAuthSettings, SmtpSettings
from battito.channels.email.simulator import MailSimulator
from battito.kit.ids import uuid7
from battito.platform.services import Services
from tests.channels.email.test_outbound import outbound

pytestmark = pytest.mark.postgres

TOKEN = "the-token"


class TokenServer:
    """Gives tokens for one refresh token, and counts them."""

    def __init__(self) -> None:
        self.given = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-length")
        )
        form = (await reader.readexactly(length)).decode()
        good = "refresh_token=good" in form
        self.given += good
        body = msgspec.json.encode({"access_token": TOKEN, "expires_in": 3600} if good else {"error": "invalid_grant"})
        status = b"200 OK" if good else b"400 Bad Request"
        writer.write(
            b"HTTP/1.1 "
            + status
            + b"\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
            + body
        )
        await writer.drain()
        writer.close()


class TokenMail(MailSimulator):
    """A mail server that only lets in who has the token."""

    @auth_mechanism("XOAUTH2")
    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        said = base64.b64decode(args[1] if len(args) > 1 else "").decode()
        return AuthResult(success=f"auth=Bearer {TOKEN}" in said and "user=care@lumera.example" in said)

    async def start(self, port: int = 0) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(
                self, enable_SMTPUTF8=True, hostname="mx.example", loop=loop, auth_required=True, auth_require_tls=False
            ),
            "127.0.0.1",
            port,
        )


@pytest.fixture
async def token_server() -> AsyncIterator[TokenServer]:
    made = TokenServer()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


def account(smtp: SmtpSettings, oauth: OAuthSettings | None = None, secrets: EmailSecrets | None = None) -> Account:
    settings = EmailSettings(mailbox="care@lumera.example", smtp=smtp, oauth=oauth or OAuthSettings())
    return Account(
        id=uuid7(), workspace_id=uuid7(), brand_id=None, channel="email", name="Posta", address="care@lumera.example", settings=settings,
        secrets=secrets or EmailSecrets(), queue_id=None, team_id=None, enabled=True, state={}, version=1, first_response_s=None, reopen_days=7,
    )  # fmt: skip


async def send(node: Services, account: Account, tokens: Tokens | None = None, **fields: Any) -> Any:
    envelope = compose(outbound(**fields), account.settings, {})
    return await deliver(envelope, account, tokens or Tokens(), node)


async def test_a_token_is_fetched_once_and_used(node: Services, token_server: TokenServer) -> None:
    mail = TokenMail()
    await mail.start()
    with contextlib.ExitStack():
        smtp = SmtpSettings(
            host="127.0.0.1", port=mail.port, security="none", user="care@lumera.example", sign_in="xoauth2"
        )
        oauth = OAuthSettings(token_url=f"http://127.0.0.1:{token_server.port}/token", client_id="us")
        mine, tokens = account(smtp, oauth, EmailSecrets(oauth_refresh_token="good")), Tokens()
        for _ in range(2):
            assert isinstance(await send(node, mine, tokens), Delivered)
        assert (token_server.given, len(mail.received)) == (1, 2)
        refused = account(smtp, oauth, EmailSecrets(oauth_refresh_token="revoked"))
        outcome = await send(node, refused, tokens)
        assert isinstance(outcome, Retry)
        assert outcome.pause_account
        assert "invalid_grant" in outcome.why
        with pytest.raises(SignInRefused):
            await tokens.get(refused, node)
    await mail.stop()


async def test_private_networks_need_the_installations_consent(services: Services) -> None:
    with pytest.raises(NotAllowed, match="private_networks"):
        await check_server("127.0.0.1", 25, services)
    outcome = await send(services, account(SmtpSettings(host="127.0.0.1", port=25, security="none")))
    assert isinstance(outcome, Refused)
    assert outcome.code == "private-address"


async def test_a_server_that_is_away_is_asked_again(node: Services, provider: MailSimulator) -> None:
    port = provider.port
    await provider.stop()
    outcome = await send(node, account(SmtpSettings(host="127.0.0.1", port=port, security="none")))
    assert isinstance(outcome, Retry)


async def test_encryption_that_the_server_does_not_offer_is_not_done_without(
    node: Services, provider: MailSimulator
) -> None:
    outcome = await send(node, account(SmtpSettings(host="127.0.0.1", port=provider.port, security="starttls")))
    assert isinstance(outcome, Retry)
    assert not provider.received


async def test_a_mailbox_without_a_server_says_so(node: Services) -> None:
    outcome = await send(node, account(SmtpSettings()))
    assert isinstance(outcome, Refused)
    assert outcome.advice
