"""Channel accounts through the running server and on running nodes: typed, sealed, followed at once."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from battito.app import make_services, running
from battito.channels import inbox, listeners
from battito.channels.accounts import LOOKS_APART_S, Accounts, read_state, save_state
from battito.channels.actions import change_account, create_account, replay
from battito.channels.api import schema_of
from battito.channels.base import Account
from battito.channels.models import AccountChanges, NewAccount
from battito.channels.registry import Registry
from battito.platform.errors import Conflict, Invalid, NotFound, Stale, Unavailable
from battito.platform.keyring import KeyRing
from battito.platform.services import Services
from battito.platform.settings import Settings
from tests.channels.core.conftest import connect, settled, until, with_probes
from tests.channels.core.probe import ProbeChannel, ProbeSecrets, ProbeSettings, Provider
from tests.support.workspace import Furnished, furnish

pytestmark = [pytest.mark.postgres]


def parts(node: Services) -> dict[str, Any]:
    return {"registry": node.get(Registry), "ring": node.get(KeyRing)}


async def made(node: Services, workspace: Furnished, address: str, **more: Any) -> Any:
    new = NewAccount(
        channel="probe",
        name="Linea",
        address=address,
        **{"settings": {"port": 1234}, "secrets": {"token": "abcdef"}, **more},
    )
    async with node.database.transaction(workspace.administrator.context) as tx:
        return await create_account(tx, new, **parts(node))


async def test_secrets_are_sealed_and_never_come_back(node: Services, connection: Any, workspace: Furnished) -> None:
    account = await made(node, workspace, workspace.id.hex)
    assert account.has_secrets == ["token"]
    assert b"abcdef" not in msgspec.json.encode(account)
    stored = await connection.fetchval("select secrets from channel_account where id = $1", account.id)
    assert "abcdef" not in stored
    audit = await connection.fetch("select before, after from audit where workspace_id = $1", workspace.id)
    assert "abcdef" not in str([dict(a) for a in audit])
    running_account = await until(lambda: node.get(Accounts).get(account.id))
    assert running_account.secrets == ProbeSecrets(token="abcdef")
    assert running_account.settings == ProbeSettings(port=1234)
    async with node.database.transaction(workspace.administrator.context) as tx:
        await change_account(tx, account.id, AccountChanges(name="Altra"), **parts(node))
        changed = await change_account(tx, account.id, AccountChanges(settings={"port": 99}), **parts(node))
    assert changed.has_secrets == ["token"]

    async def followed() -> bool:
        found = await node.get(Accounts).get(account.id)
        return (
            found is not None
            and found.settings.port == 99
            and found.secrets.token == "abcdef"
            and found.name == "Altra"
        )

    await until(followed)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"settings": {"port": 70000}}, "settings.port"),
        ({"settings": {}}, "settings.port"),
        ({"settings": {"port": 1, "prot": 2}}, "settings.prot"),
        ({"secrets": {"token": "x"}}, "secrets.token"),
        ({"secrets": None}, "secrets.token"),
        ({"settings": {"port": 1, "name": "taken"}}, "settings.name"),
        ({"address": None}, "address"),
        ({"channel": "pigeon"}, "channel"),
        ({"brand_id": "01900000-0000-7000-8000-000000000000"}, "brand_id"),
        ({"team_id": "01900000-0000-7000-8000-000000000000"}, "team_id"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_field(
    node: Services, workspace: Furnished, fields: dict[str, Any], named: str
) -> None:
    given = {
        "channel": "probe",
        "name": "Linea",
        "address": "a",
        "settings": {"port": 1},
        "secrets": {"token": "abc"},
        **fields,
    }
    new = msgspec.convert(given, NewAccount)
    with pytest.raises(Invalid) as refused:
        async with node.database.transaction(workspace.administrator.context) as tx:
            await create_account(tx, new, **parts(node))
    assert named in refused.value.fields


async def test_one_address_is_connected_once_and_versions_guard_edits(
    node: Services, connection: Any, workspace: Furnished
) -> None:
    account = await made(node, workspace, f"Line-{workspace.id.hex}")
    with pytest.raises(Conflict):
        await made(node, workspace, f"line-{workspace.id.hex}")
    async with node.database.transaction(workspace.administrator.context) as tx:
        with pytest.raises(Stale) as stale:
            await change_account(tx, account.id, AccountChanges(name="x"), version=9, **parts(node))
    assert stale.value.extra["current"]["name"] == "Linea"
    elsewhere = await furnish(connection)
    async with node.database.transaction(elsewhere.administrator.context) as tx:
        with pytest.raises(NotFound):
            await change_account(tx, account.id, AccountChanges(name="x"), **parts(node))


async def test_state_is_kept_key_by_key_without_a_new_version(
    node: Services, account: Account, connection: Any
) -> None:
    await save_state(node, account, {"uid": 7, "validity": 1})
    await save_state(node, account, {"uid": 8})
    assert await read_state(node, account) == {"uid": 8, "validity": 1}
    assert await connection.fetchval("select version from channel_account where id = $1", account.id) == account.version


async def test_what_is_being_read_is_waited_for(node: Services, account: Account, connection: Any) -> None:
    """The first who asks after a change reads it; who asks meanwhile does not get what was before."""
    accounts = node.get(Accounts)
    await connection.execute(
        "update channel_account set name = 'Anew', version = version + 1 where id = $1", account.id
    )
    async with connection.transaction():
        await connection.execute("lock table channel_account in access exclusive mode")
        accounts._stale.add(account.id)
        first = asyncio.create_task(accounts.get(account.id))
        while accounts._stale:
            await asyncio.sleep(0.01)
        second = asyncio.create_task(accounts.get(account.id))
        await asyncio.sleep(0.1)
        assert not first.done()
    for task in (first, second):
        found = await task
        assert found is not None
        assert found.name == "Anew"


class Held:
    """A database whose connections are given out only after `go`; who asked, counted."""

    def __init__(self) -> None:
        self.go, self.asked, self.fails = asyncio.Event(), 0, False

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator["Held"]:
        self.asked += 1
        await self.go.wait()
        if self.fails:
            raise Unavailable
        yield self

    async def fetch(self, *_: Any) -> list[Any]:
        return []


async def test_however_many_ask_for_accounts_nobody_told_of_one_look_at_a_time_answers_them() -> None:
    held = Held()
    accounts = Accounts(SimpleNamespace(database=held), Registry([]))  # type: ignore[arg-type]
    early = [asyncio.create_task(accounts.look_again()) for _ in range(100)]
    await asyncio.sleep(0.1)
    late = [asyncio.create_task(accounts.look_again()) for _ in range(100)]
    await asyncio.sleep(0.1)
    assert held.asked == 1
    assert not any(task.done() for task in early)
    held.go.set()
    await asyncio.gather(*early)
    await asyncio.gather(*late)
    assert held.asked == 2  # what was written after the first one began is seen by the second only
    began = time.monotonic()
    for _ in range(10):
        await accounts.look_again()
    assert held.asked == 12
    assert time.monotonic() - began >= 9 * LOOKS_APART_S
    held.fails = True
    failed = await asyncio.gather(*(accounts.look_again() for _ in range(100)), return_exceptions=True)
    assert {type(one) for one in failed} == {Unavailable}
    assert held.asked == 13
    held.fails = False
    await accounts.look_again()


async def test_one_node_at_a_time_listens_and_another_takes_over(
    node: Services, settings: Settings, database_url: str, account: Account, workspace: Furnished, connection: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(listeners, "LOOK_S", 0.2)
    channel = node.get(Registry).get("probe")
    assert isinstance(channel, ProbeChannel)
    other = with_probes(await make_services(settings, database_url))
    second = other.get(Registry).get("probe")
    assert isinstance(second, ProbeChannel)

    def here(one: ProbeChannel) -> bool:
        return any(name == account.name for _, name in one.listening)

    async def listened() -> bool:
        return here(channel)

    await connection.execute("update channel_account set version = version where id = $1", account.id)
    await until(listened)
    async with running(other):
        await asyncio.sleep(1)
        assert here(channel)
        assert not here(second)
        await node.get(listeners.Listeners).stop()

        async def taken_over() -> bool:
            return here(second)

        await until(taken_over)
        assert not here(channel)
        async with node.database.transaction(workspace.administrator.context) as tx:
            await change_account(tx, account.id, AccountChanges(enabled=False), **parts(node))

        async def ended() -> bool:
            return not here(second)

        await until(ended)


async def test_what_is_not_understood_is_kept_told_and_replayed(
    node: Services, connection: Any, workspace: Furnished, account: Account
) -> None:
    kept = await inbox.receive(node, account, "bad", b"[{not json", {"x": "y"})
    assert kept is not None
    row = await settled(connection, kept)
    assert row["state"] == "failed"
    assert "DecodeError" in row["error"]
    assert bytes(row["raw"]) == b"[{not json"
    event = await connection.fetchrow(
        "select audience, data from event where workspace_id = $1 and type = 'inbox.failed'", workspace.id
    )
    assert event["audience"] == "permission:channels.manage"
    assert await connection.fetchval("select last_error from channel_account where id = $1", account.id)
    await connection.execute("update inbox set raw = $2 where id = $1", kept, b"[]")  # as if the parser had been mended
    async with node.database.transaction(workspace.administrator.context) as tx:
        await replay(tx, kept)
    row = await settled(connection, kept)
    assert (row["state"], row["error"], row["attempts"]) == ("ignored", None, 2)


async def test_a_large_payload_lies_in_the_file_storage(
    node: Services, connection: Any, workspace: Furnished, account: Account
) -> None:
    raw = b"[" + b" " * 400_000 + b"]"
    kept = await inbox.receive(node, account, "large", raw, {})
    assert kept is not None
    row = await settled(connection, kept)
    assert (row["raw"], row["state"]) == (None, "ignored")
    assert await inbox.receive(node, account, "large", raw, {}) is None
    file = await connection.fetchrow("select * from file where id = $1", row["raw_file"])
    assert file["size"] == len(raw)
    assert file["scan"] == "skipped"


async def test_health_and_test_message(
    node: Services, connection: Any, workspace: Furnished, account: Account, provider: Provider
) -> None:
    from battito.channels.api import _look
    from battito.channels.models import ChannelAccount

    async with node.database.transaction(workspace.administrator.context) as tx:
        shown: ChannelAccount = await change_account(tx, account.id, AccountChanges(), **parts(node))
    assert [c.state for c in await _look(node, shown)] == ["ok"]
    gone = await connect(node, connection, workspace, 1)
    async with node.database.transaction(workspace.administrator.context) as tx:
        shown = await change_account(tx, gone.id, AccountChanges(), **parts(node))
    assert [c.state for c in await _look(node, shown)] == ["error"]


def test_the_form_of_an_account_is_a_json_schema() -> None:
    schema = schema_of(ProbeSettings)
    assert schema["required"] == ["port"]
    assert schema["properties"]["port"] == {"title": "Port", "type": "integer", "minimum": 1, "maximum": 65535}
