"""A running node with a mailbox of a fresh workspace, and the mail provider's side."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
import pytest

from battito.app import make_services, running
from battito.channels.accounts import Accounts, seal_secrets
from battito.channels.base import Account
from battito.channels.email.email_channel import EmailChannel
from battito.channels.email.settings import EmailSecrets, EmailSettings, SmtpSettings
from battito.channels.email.simulator import MailSimulator
from battito.channels.registry import Registry
from battito.kit.ids import uuid7
from battito.platform.keyring import KeyRing
from battito.platform.services import Services
from battito.platform.settings import Settings
from tests.support.own import own_database, own_server
from tests.support.workspace import Furnished

database_url = own_database("email")
server = own_server()


@pytest.fixture
async def node(settings: Settings, database_url: str, connection: Any) -> AsyncIterator[Services]:
    """A running node whose inbox and outbox begin empty."""
    await connection.execute("delete from outbox")
    await connection.execute("delete from job where kind = 'inbox.understand'")
    # the servers of these tests are on this machine
    here = msgspec.structs.replace(settings, private_networks=("127.0.0.0/8",))
    services = await make_services(here, database_url)
    async with running(services):
        yield services


def email_of(services: Services) -> EmailChannel:
    """The node's e-mail channel."""
    channel = services.get(Registry).get("email")
    assert isinstance(channel, EmailChannel)
    return channel


@pytest.fixture
async def provider(node: Services) -> AsyncIterator[MailSimulator]:
    """The provider's side, which knows our SMTP door."""
    door = email_of(node).door(node)
    assert door is not None
    simulator = MailSimulator(("127.0.0.1", door.port))
    await simulator.start()
    yield simulator
    await simulator.stop()


async def connect(
    services: Services,
    connection: Any,
    workspace: Furnished,
    settings: EmailSettings,
    secrets: EmailSecrets | None = None,
) -> Account:
    """A mailbox, as an administrator would have made it."""
    account_id = uuid7()
    row = {
        "id": account_id, "workspace_id": workspace.id, "channel": "email", "name": "Posta", "address": settings.mailbox,
        "settings": msgspec.to_builtins(settings), "secrets": seal_secrets(services.get(KeyRing), account_id, secrets or EmailSecrets()),
        "brand_id": workspace.brand_id, "team_id": workspace.team_id,
    }  # fmt: skip
    places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    await connection.execute(f"insert into channel_account({', '.join(row)}) values ({places})", *row.values())
    accounts = services.get(Accounts)
    accounts._stale.add(account_id)
    account = await accounts.get(account_id)
    assert account is not None
    return account


@pytest.fixture
async def mailbox(node: Services, connection: Any, workspace: Furnished, provider: MailSimulator) -> Account:
    """A mailbox that sends through the provider and takes mail by our SMTP door."""
    name = f"care-{workspace.id.hex[-10:]}"
    settings = EmailSettings(
        mailbox=f"{name}@lumera.example", shown_name="Lumera Energia", aliases=[f"{name}-help@lumera.example"],
        smtp=SmtpSettings(host="127.0.0.1", port=provider.port, security="none"),
    )  # fmt: skip
    return await connect(node, connection, workspace, settings)


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 15) -> Any:
    """Wait until `condition` gives something; what it gave."""
    end = time.monotonic() + seconds
    while not (found := await condition()):
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.02)
    return found


async def messages(connection: Any, workspace: Furnished) -> list[Any]:
    """All messages of the workspace, in order."""
    found: list[Any] = await connection.fetch("select * from message where workspace_id = $1 order by id", workspace.id)
    return found
