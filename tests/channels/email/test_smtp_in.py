"""The SMTP door as hostile and clumsy clients meet it."""

import asyncio
from typing import Any

import pytest

from battito.channels.accounts import Accounts
from battito.channels.base import Account
from battito.channels.email.email_channel import EmailChannel
from battito.channels.email.rates import RateGuard
from battito.channels.email.simulator import MailSimulator
from battito.kit.ids import uuid7
from battito.platform.errors import Unavailable
from battito.platform.services import Services
from tests.channels.email.conftest import email_of, messages, until
from tests.support.workspace import Furnished

pytestmark = pytest.mark.postgres


class Talk:
    """A client that says exactly what it is told."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def answer(self) -> str:
        lines = []
        while True:
            line = (await asyncio.wait_for(self._reader.readline(), 10)).decode()
            lines.append(line)
            if len(line) < 4 or line[3] != "-":
                return "".join(lines)

    async def say(self, data: bytes) -> str:
        self._writer.write(data)
        await self._writer.drain()
        return await self.answer()

    def close(self) -> None:
        self._writer.close()


async def talk(node: Services) -> Talk:
    door = email_of(node).door(node)
    assert door is not None
    client = Talk(*await asyncio.open_connection("127.0.0.1", door.port))
    assert (await client.answer()).startswith("220")
    return client


async def until_data(node: Services, mailbox: Account, sender: str = "a@example.it") -> Talk:
    client = await talk(node)
    assert (await client.say(b"EHLO x\r\n")).startswith("250")
    assert (await client.say(f"MAIL FROM:<{sender}> SMTPUTF8\r\n".encode())).startswith("250")
    assert (await client.say(f"RCPT TO:<{mailbox.address}>\r\n".encode())).startswith("250")
    assert (await client.say(b"DATA\r\n")).startswith("354")
    return client


async def test_a_lone_dot_between_bare_line_ends_smuggles_nothing(
    node: Services, mailbox: Account, provider: MailSimulator, connection: Any, workspace: Furnished
) -> None:
    client = await until_data(node, mailbox)
    inside = b"From: a@example.it\r\nSubject: uno\r\n\r\nprima\n.\nMAIL FROM:<evil@example.net>\r\n\n.\r\nancora\r\r\n.\r\r\nfine\r\n"
    assert (await client.say(inside + b".\r\n")).startswith("250")
    assert (await client.say(b"NOOP\r\n")).startswith("250")
    client.close()

    async def one() -> list[Any]:
        return await messages(connection, workspace)

    found = await until(one)
    assert len(found) == 1
    assert "fine" in found[0]["text"]


async def test_long_lines_and_eight_bits_are_taken(
    node: Services, mailbox: Account, provider: MailSimulator, connection: Any, workspace: Furnished
) -> None:
    client = await until_data(node, mailbox, "perché@example.it")
    assert (
        await client.say(
            "From: perché@example.it\r\nSubject: lunga\r\n\r\n".encode() + b"a" * 50_000 + b"\r\n..punto\r\n.\r\n"
        )
    ).startswith("250")
    client.close()

    async def one() -> list[Any]:
        return await messages(connection, workspace)

    found = await until(one)
    assert found[0]["text"].endswith(".punto")


async def test_too_much_data_is_refused(
    node: Services, mailbox: Account, provider: MailSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await until_data(node, mailbox)
    line = b"x" * 70_000 + b"\r\n"
    for _ in range(800):
        client._writer.write(line)
        await client._writer.drain()
    assert (await client.say(b".\r\n")).startswith("552")
    client.close()


async def test_while_the_database_is_away_the_sender_keeps_the_mail(
    node: Services, mailbox: Account, provider: MailSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise Unavailable("The database is away.")

    client = await until_data(node, mailbox)
    monkeypatch.setattr("battito.channels.email.smtp_in.receive", away)
    assert (await client.say(b"From: a@example.it\r\n\r\nciao\r\n.\r\n")).startswith("451")
    client.close()


async def test_a_flood_from_one_sender_is_slowed(node: Services, mailbox: Account, provider: MailSimulator) -> None:
    door = email_of(node).door(node)
    assert door is not None
    door.handler.senders = RateGuard(burst=60, per_minute=30)
    client = await talk(node)
    await client.say(b"EHLO x\r\n")
    answers = []
    for _ in range(70):
        answers.append((await client.say(b"MAIL FROM:<loop@example.it>\r\n"))[:3])
        await client.say(b"RSET\r\n")
    assert "450" in answers
    assert (await client.say(b"MAIL FROM:<other@example.it>\r\n")).startswith("250")
    client.close()


async def test_one_host_may_not_hold_every_connection(node: Services) -> None:
    channel: EmailChannel = email_of(node)
    door = channel.door(node)
    assert door is not None
    assert sum(door.handler.enter("192.0.2.7") for _ in range(60)) == 50
    for _ in range(50):
        door.handler.leave("192.0.2.7")
    assert door.handler.enter("192.0.2.7")
    door.handler.leave("192.0.2.7")


async def test_an_address_set_up_a_moment_ago_is_known(node: Services, mailbox: Account) -> None:
    client = await talk(node)
    await client.say(b"EHLO x\r\n")
    await client.say(b"MAIL FROM:<a@example.it>\r\n")
    new = f"nuova-{mailbox.id.hex[-8:]}@lumera.example"
    assert (await client.say(f"RCPT TO:<{new}>\r\n".encode())).startswith("550")
    async with node.database.reading() as connection:  # as another node would, and its event is still on the way
        await connection.execute(
            "update channel_account set address = $3, version = version + 1 where workspace_id = $1 and id = $2",
            mailbox.workspace_id, mailbox.id, new,
        )  # fmt: skip
    assert (await client.say(f"RCPT TO:<{new}>\r\n".encode())).startswith("250")
    client.close()


async def test_an_address_that_somebody_else_reads_while_the_door_asks_is_known(
    node: Services, mailbox: Account, connection: Any, workspace: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The door finds no such mailbox, and before its look into the database its event is here and somebody follows it."""
    accounts, new = node.get(Accounts), uuid7()
    address = f"nuova-{new.hex[-12:]}@lumera.example"
    look = accounts.look_again

    async def meanwhile() -> None:
        await connection.execute(
            "insert into channel_account(id, workspace_id, channel, name, address, settings, brand_id) values ($1, $2, 'email', 'Nuova', $3, $4, $5)",
            new, workspace.id, address, {"mailbox": address}, workspace.brand_id,
        )  # fmt: skip
        accounts._stale.add(new)
        assert await accounts.get(new) is not None
        await look()

    monkeypatch.setattr(accounts, "look_again", meanwhile)
    client = await talk(node)
    await client.say(b"EHLO x\r\n")
    await client.say(b"MAIL FROM:<a@example.it>\r\n")
    assert (await client.say(f"RCPT TO:<{address}>\r\n".encode())).startswith("250")
    client.close()


async def test_nobody_is_called_unknown_while_the_database_is_away(
    node: Services, mailbox: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> None:
        raise Unavailable("The database is away.")

    client = await talk(node)
    await client.say(b"EHLO x\r\n")
    await client.say(b"MAIL FROM:<a@example.it>\r\n")
    with monkeypatch.context() as patch:
        patch.setattr(node.get(Accounts), "look_again", away)
        assert (await client.say(b"RCPT TO:<nobody@lumera.example>\r\n")).startswith("451 4.3.0")
        assert (await client.say(f"RCPT TO:<{mailbox.address}>\r\n".encode())).startswith("250")  # one that we know
    assert (await client.say(b"RCPT TO:<nobody@lumera.example>\r\n")).startswith("550 5.1.1")
    client.close()


async def test_a_mailbox_that_cannot_be_used_is_not_denied(
    node: Services, mailbox: Account, connection: Any, workspace: Furnished
) -> None:
    """Its secrets are sealed with a key that this node does not have: mended before the sender gives up, no mail is lost."""

    async def stored(change: str, *values: Any) -> None:
        await connection.execute(
            f"update channel_account set version = version + 1, {change} where workspace_id = $1 and id = $2",
            workspace.id, mailbox.id, *values,
        )  # fmt: skip
        node.get(Accounts)._stale.add(mailbox.id)

    sealed = await connection.fetchval("select secrets from channel_account where id = $1", mailbox.id)
    name, _, domain = mailbox.address.partition("@")
    client = await talk(node)
    await client.say(b"EHLO x\r\n")
    await client.say(b"MAIL FROM:<a@example.it>\r\n")
    await stored("secrets = 'another key'")
    for address in (mailbox.address, f"{name}+mark@{domain}", f"{name}-help@{domain}"):
        assert (await client.say(f"RCPT TO:<{address}>\r\n".encode())).startswith("451 4.3.0")
    assert (await client.say(b"RCPT TO:<nobody@lumera.example>\r\n")).startswith("550 5.1.1")
    await stored("enabled = false")
    assert (await client.say(f"RCPT TO:<{mailbox.address}>\r\n".encode())).startswith("550 5.1.1")
    await stored("enabled = true, secrets = $3", sealed)
    assert (await client.say(f"RCPT TO:<{mailbox.address}>\r\n".encode())).startswith("250")
    client.close()


async def test_a_mail_for_a_mailbox_that_went_away_meanwhile_is_not_acknowledged(
    node: Services, mailbox: Account, connection: Any, workspace: Furnished
) -> None:
    client = await until_data(node, mailbox)
    await connection.execute(
        "update channel_account set enabled = false, version = version + 1 where workspace_id = $1 and id = $2",
        workspace.id, mailbox.id,
    )  # fmt: skip
    node.get(Accounts)._stale.add(mailbox.id)
    assert (await client.say(b"From: a@example.it\r\n\r\nciao\r\n.\r\n")).startswith("451 4.3.0")
    assert await connection.fetchval("select count(*) from inbox where account_id = $1", mailbox.id) == 0
    client.close()


async def test_nothing_is_relayed(node: Services, mailbox: Account, provider: MailSimulator) -> None:
    client = await talk(node)
    await client.say(b"EHLO x\r\n")
    await client.say(b"MAIL FROM:<a@example.it>\r\n")
    for address in (
        b"victim@example.org",
        b"@lumera.example:victim@example.org",
        b"victim%example.org@lumera.example",
        b"",
    ):
        assert (await client.say(b"RCPT TO:<" + address + b">\r\n"))[0] == "5"
    assert (await client.say(b"DATA\r\n")).startswith("503")
    client.close()


async def test_postmaster_is_never_refused(
    node: Services, mailbox: Account, connection: Any, workspace: Furnished
) -> None:
    domain = mailbox.address.rpartition("@")[2]
    client = await talk(node)
    assert (await client.say(b"EHLO x\r\n")).startswith("250")
    assert (await client.say(b"MAIL FROM:<a@example.it>\r\n")).startswith("250")
    assert (await client.say(b"RCPT TO:<postmaster@elsewhere.example>\r\n")).startswith("550")
    assert (await client.say(f"RCPT TO:<Postmaster@{domain}>\r\n".encode())).startswith("250")
    assert (await client.say(b"RCPT TO:<postmaster>\r\n")).startswith("250")
    assert (await client.say(b"DATA\r\n")).startswith("354")
    subject = f"per il postmaster {mailbox.id}"
    assert (await client.say(f"From: a@example.it\r\nSubject: {subject}\r\n\r\nuno\r\n.\r\n".encode())).startswith(
        "250"
    )
    client.close()

    async def arrived() -> int:
        """The oldest mailbox of the installation has it: another test's, perhaps."""
        return int(await connection.fetchval("select count(*) from conversation where subject = $1", subject))

    assert await until(arrived) >= 1


def test_the_guard_fills_again_and_forgets() -> None:
    guard = RateGuard(burst=2, per_minute=60, known=3)
    assert [guard.allows("a", 0.0) for _ in range(3)] == [True, True, False]
    assert guard.allows("a", 1.0)
    for key in "bcde":
        assert guard.allows(key, 1.0)
    assert len(guard._buckets) == 3
