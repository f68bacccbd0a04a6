"""A node with the probe channels, and accounts of a workspace on them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
import pytest

from battito.app import make_services, running
from battito.channels import inbox
from battito.channels.accounts import Accounts, seal_secrets
from battito.channels.base import Account, Inbound
from battito.channels.registry import Registry
from battito.kit.ids import uuid7
from battito.platform.keyring import KeyRing
from battito.platform.services import Services
from battito.platform.settings import Settings
from tests.channels.core.probe import CarefulProbe, LiveProbe, ProbeChannel, ProbeSecrets, Provider
from tests.support.own import own_database
from tests.support.workspace import Furnished

database_url = own_database("core")  # another node on it would know no probe channel, and take its work


def with_probes(services: Services) -> Services:
    """Add the probe channels to a node before it runs."""
    for channel in (ProbeChannel(), LiveProbe(), CarefulProbe()):
        services.get(Registry).add(channel)
    return services


@pytest.fixture
async def node(settings: Settings, database_url: str, connection: Any) -> AsyncIterator[Services]:
    """A running node whose inbox and outbox begin empty."""
    await connection.execute("delete from outbox")
    await connection.execute("delete from job where kind = 'inbox.understand'")
    services = with_probes(await make_services(settings, database_url))
    async with running(services):
        yield services


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """The provider's side."""
    async with Provider() as provider:
        yield provider


async def connect(
    services: Services, connection: Any, workspace: Furnished, port: int, kind: str = "probe", **fields: Any
) -> Account:
    """An account of a probe channel, as an administrator would have made it."""
    account_id = uuid7()
    row = {
        "id": account_id, "workspace_id": workspace.id, "channel": kind, "name": f"Account {account_id.hex[-4:]}", "address": account_id.hex,
        "settings": {"port": port}, "secrets": seal_secrets(services.get(KeyRing), account_id, ProbeSecrets(token="secret token")),
        "brand_id": workspace.brand_id, "team_id": workspace.team_id, **fields,
    }  # fmt: skip
    names = ", ".join(row)
    places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    await connection.execute(f"insert into channel_account({names}) values ({places})", *row.values())
    accounts = services.get(Accounts)
    accounts._stale.add(account_id)
    account = await accounts.get(account_id)
    assert account is not None
    return account


@pytest.fixture
async def account(node: Services, connection: Any, workspace: Furnished, provider: Provider) -> Account:
    """One account of the probe channel."""
    return await connect(node, connection, workspace, provider.port)


Deliver = Callable[..., Awaitable[UUID | None]]


@pytest.fixture
def deliver(node: Services, connection: Any) -> Deliver:
    """Let a payload come in and wait until it is understood (or failed)."""

    async def run(
        account: Account, *items: Inbound, provider_id: str | None = None, order_key: str | None = None
    ) -> UUID | None:
        raw = msgspec.json.encode(list(items))
        kept = await inbox.receive(node, account, provider_id or uuid7().hex, raw, {}, order_key=order_key)
        if kept is not None:
            await settled(connection, kept)
        return kept

    return run


async def settled(connection: Any, inbox_id: UUID, seconds: float = 10) -> Any:
    """Wait until a payload was understood, ignored or failed."""
    end = time.monotonic() + seconds
    while True:
        row = await connection.fetchrow("select * from inbox where id = $1", inbox_id)
        if row["state"] != "received":
            return row
        assert time.monotonic() < end, "the payload was never taken up"
        await asyncio.sleep(0.01)


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 10) -> Any:
    """Wait until `condition` gives something; what it gave."""
    end = time.monotonic() + seconds
    while not (found := await condition()):
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.01)
    return found
