"""Handing a mail to the SMTP server of its account, and reading the server's answer. RFC 5321, 3207, 6531."""

import ssl
from typing import Final

import aiosmtplib

from battito.channels.base import Account, Delivered, Outcome, Refused, Retry
from battito.channels.email.dkim_signing import KeyUnusable, sign
from battito.channels.email.inbound.advice import advice
from battito.channels.email.oauth import SignInRefused, Tokens
from battito.channels.email.outbound import Envelope
from battito.channels.email.reach import NotAllowed, check_server
from battito.channels.email.settings import EmailSecrets, EmailSettings
from battito.platform.services import Services

TIMEOUT_S: Final = 45
BUSY: Final = (421, 450, 451, 452)


async def deliver(envelope: Envelope, account: Account, tokens: Tokens, services: Services) -> Outcome:
    """One try. Time-outs and lost connections become `Retry`; the server's "no" becomes `Refused` with its words."""
    settings: EmailSettings = account.settings
    secrets: EmailSecrets = account.secrets or EmailSecrets()
    if not settings.smtp.host:
        return Refused(
            code="no-server",
            detail="This mailbox has no server for sending.",
            advice="Have an administrator set one in the channel's settings.",
        )
    try:
        raw = sign(envelope.raw, settings, secrets)
    except KeyUnusable as error:
        return Refused(
            code="dkim-key",
            detail=str(error),
            advice="Have an administrator correct the DKIM key in the channel's settings.",
        )
    client = connection(settings)
    try:
        await check_server(settings.smtp.host, settings.smtp.port, services)
        await client.connect()
        await sign_in(client, account, tokens, services)
        await _hand_over(client, envelope, raw)
    except NotAllowed as error:
        return Refused(
            code="private-address", detail=str(error), advice="Have whoever runs this installation allow that network."
        )
    except SignInRefused as error:
        return Retry(why=str(error), after_s=600, pause_account=True)
    except aiosmtplib.SMTPAuthenticationError as error:
        tokens.forget(account)
        return Retry(
            why=f"the server refuses our sign-in: {error.code} {error.message}", after_s=300, pause_account=True
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        return _answer([(r.code, f"{r.recipient}: {r.message}") for r in error.recipients])
    except aiosmtplib.SMTPResponseException as error:
        return _answer([(error.code, error.message)])
    except aiosmtplib.SMTPNotSupported as error:
        return Refused(
            code="not-supported",
            detail=str(error),
            advice="The mail server cannot do what this message needs. Use another address or server.",
        )
    except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
        return Retry(why=f"{settings.smtp.host}: {error or type(error).__name__}")
    finally:
        client.close()
    return Delivered(provider_id=envelope.fields.message_id, email=envelope.fields)


def connection(settings: EmailSettings) -> aiosmtplib.SMTP:
    """A client for the account's server, not yet connected."""
    return aiosmtplib.SMTP(
        hostname=settings.smtp.host,
        port=settings.smtp.port,
        use_tls=settings.smtp.security == "tls",
        start_tls=settings.smtp.security == "starttls",
        tls_context=ssl.create_default_context() if settings.smtp.security != "none" else None,
        timeout=TIMEOUT_S,
        local_hostname=settings.domain if settings.domain.isascii() else None,
    )


async def sign_in(client: aiosmtplib.SMTP, account: Account, tokens: Tokens, services: Services) -> None:
    """Sign in on a connected client as the account says; nothing to do where it has no user."""
    settings: EmailSettings = account.settings
    secrets: EmailSecrets = account.secrets or EmailSecrets()
    if not settings.smtp.user:
        return
    if settings.smtp.sign_in == "xoauth2":
        await client.auth_xoauth2(settings.smtp.user, await tokens.get(account, services))
    else:
        await client.login(settings.smtp.user, secrets.for_smtp())


async def _hand_over(client: aiosmtplib.SMTP, envelope: Envelope, raw: bytes) -> None:
    options = ["BODY=8BITMIME"] if client.supports_extension("8bitmime") else []
    if envelope.international:
        if not client.supports_extension("smtputf8"):
            raise aiosmtplib.SMTPNotSupported("the mail server does not take international addresses (SMTPUTF8)")
        options = [*options, "SMTPUTF8"]
    await client.sendmail(envelope.sender, envelope.recipients, raw, mail_options=options)


def _answer(answers: list[tuple[int, str]]) -> Outcome:
    """The server's answers as an outcome: temporary when any is, otherwise refused in the words of the first."""
    code, words = answers[0] if answers else (550, "no answer")
    if any(400 <= c < 500 for c, _ in answers):
        return Retry(why=f"{code} {words}", pause_account=code == 421)
    found = next(
        (word for word in words.replace("#", " ").split() if word.count(".") == 2 and word[0] in "245"),
        f"5.{code % 10}.0",
    )
    return Refused(code=str(code), detail=f"{code} {words}", advice=advice(found if found[0] == "5" else "5.1"))
