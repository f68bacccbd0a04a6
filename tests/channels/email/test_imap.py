"""Mail fetched from a real Dovecot: taken once, marked, moved, never deleted, found again after every kind of break."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from battito.channels.accounts import read_state, save_state
from battito.channels.base import Account
from battito.channels.email import imap
from battito.channels.email.settings import EmailSecrets, EmailSettings, ImapSettings
from battito.channels.email.simulator import letter
from battito.platform.services import Services
from tests.channels.email.conftest import connect, email_of, messages, until
from tests.channels.email.dovecot import PASSWORD, Mailserver, binary, dovecot
from tests.support.workspace import Furnished

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(binary() is None, reason="needs Dovecot: apt-get install dovecot-imapd"),
]

CUSTOMER = ("Giulia Ferri", "giulia.ferri@example.it")


@pytest.fixture(scope="module")
def mailserver() -> Iterator[Mailserver]:
    with dovecot() as server:
        yield server


def mail(subject: str, text: str = "Buongiorno") -> bytes:
    return letter(CUSTOMER, "care@example.it", subject, text)


async def follow(
    node: Services, connection: Any, workspace: Furnished, mailserver: Mailserver, **imap_settings: Any
) -> Account:
    settings = EmailSettings(
        mailbox=f"imap-{workspace.id.hex[-8:]}@example.it", receive="imap",
        imap=ImapSettings(host="127.0.0.1", port=mailserver.port, security="none", user=mailserver.user, **imap_settings),
    )  # fmt: skip
    return await connect(node, connection, workspace, settings, EmailSecrets(imap_password=PASSWORD))


async def subjects(connection: Any, workspace: Furnished, wanted: int) -> list[str]:
    async def enough() -> list[Any]:
        found = await messages(connection, workspace)
        return found if len(found) >= wanted else []

    return [m["email"]["subject"] for m in await until(enough, 30)]


async def test_new_mail_is_taken_at_once_and_marked_as_read(
    node: Services, connection: Any, workspace: Furnished, mailserver: Mailserver
) -> None:
    await asyncio.to_thread(mailserver.deliver, mail("Di ieri"))
    account = await follow(node, connection, workspace, mailserver)
    await until(lambda: read_state(node, account))  # the place is found: from now on mail counts
    for n in range(3):
        await asyncio.to_thread(mailserver.deliver, mail(f"Nuova {n}"))
    assert await subjects(connection, workspace, 3) == ["Nuova 0", "Nuova 1", "Nuova 2"]

    async def marked() -> bool:
        return sum(b"Seen" in flags for flags in await asyncio.to_thread(mailserver.flags)) >= 3

    await until(marked)
    flags = await asyncio.to_thread(mailserver.flags)
    assert not any(b"Deleted" in line for line in flags)


async def test_it_begins_some_days_back_when_asked_and_moves_what_is_handled(
    node: Services, connection: Any, workspace: Furnished, mailserver: Mailserver
) -> None:
    folder = f"Clienti{workspace.id.hex[-6:]}"
    for n in range(30):
        await asyncio.to_thread(mailserver.deliver, mail(f"Vecchia {n}"), folder)
    await follow(
        node,
        connection,
        workspace,
        mailserver,
        folder=folder,
        days=2,
        handled="move",
        move_to=f"Fatte{workspace.id.hex[-6:]}",
    )
    found = await subjects(connection, workspace, 30)
    assert sorted(found) == sorted(f"Vecchia {n}" for n in range(30))

    async def moved() -> bool:
        return len(await asyncio.to_thread(mailserver.flags, f"Fatte{workspace.id.hex[-6:]}")) == 30

    await until(moved, 20)
    assert await asyncio.to_thread(mailserver.flags, folder) == []


async def test_after_renumbering_nothing_is_taken_twice(
    node: Services, connection: Any, workspace: Furnished, mailserver: Mailserver
) -> None:
    folder = f"Nuova{workspace.id.hex[-6:]}"
    await asyncio.to_thread(mailserver.deliver, mail("Uno"), folder)
    account = await follow(node, connection, workspace, mailserver, folder=folder, days=2)
    await subjects(connection, workspace, 1)
    await save_state(node, account, {"uidvalidity": 1, "uid": 99})
    await asyncio.to_thread(mailserver.deliver, mail("Due"), folder)
    follower = imap.Follower(account, node, email_of(node)._tokens)
    task = asyncio.create_task(follower.run())
    try:
        assert sorted(await subjects(connection, workspace, 2)) == ["Due", "Uno"]
        await asyncio.sleep(1)
        assert len(await messages(connection, workspace)) == 2
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await task


async def test_a_mail_that_is_too_large_comes_as_its_beginning(
    node: Services, connection: Any, workspace: Furnished, mailserver: Mailserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LARGEST", 5_000)
    monkeypatch.setattr(imap, "HEAD", 2_000)
    folder = f"Grande{workspace.id.hex[-6:]}"
    await asyncio.to_thread(mailserver.deliver, mail("Grande", "inizio\n" + "riga\n" * 5_000), folder)
    await follow(node, connection, workspace, mailserver, folder=folder, days=2)
    assert await subjects(connection, workspace, 1) == ["Grande"]
    text = (await messages(connection, workspace))[0]["text"]
    assert text.startswith("inizio")
    assert "too large to be taken in" in text


async def test_a_wrong_password_is_said_in_words(
    node: Services, connection: Any, workspace: Furnished, mailserver: Mailserver
) -> None:
    settings = EmailSettings(
        mailbox=f"wrong-{workspace.id.hex[-8:]}@example.it", receive="imap",
        imap=ImapSettings(host="127.0.0.1", port=mailserver.port, security="none", user=mailserver.user),
    )  # fmt: skip
    account = await connect(node, connection, workspace, settings, EmailSecrets(imap_password="sbagliata"))
    health = await email_of(node).health(account, node)
    assert next(c for c in health.checks if c.name == "incoming").state == "error"
    error = await until(
        lambda: connection.fetchval("select last_error from channel_account where id = $1", account.id), 30
    )
    assert "refuses the sign-in" in error


async def test_it_goes_on_after_the_server_was_away(node: Services, connection: Any, workspace: Furnished) -> None:
    with dovecot() as server:
        account = await follow(node, connection, workspace, server)
        await until(lambda: read_state(node, account))
        await asyncio.to_thread(server.deliver, mail("Prima"))
        await subjects(connection, workspace, 1)
    error = await until(
        lambda: connection.fetchval("select last_error from channel_account where id = $1", account.id), 30
    )
    assert error
