"""REST doors of channels: the kinds, the accounts and their health, and what came in."""

import asyncio
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post
from litestar.params import Parameter, QueryParameter

from battito.channels import store
from battito.channels.accounts import Accounts
from battito.channels.actions import account_from, change_account, create_account, remove_account, replay
from battito.channels.base import Channel, Check, Delivered, Health, Refused
from battito.channels.models import (
    AccountChanges,
    AccountHealth,
    ChannelAccount,
    ChannelAccountList,
    Kind,
    KindList,
    NewAccount,
    Payload,
    PayloadPage,
    Test,
    TestResult,
)
from battito.channels.registry import Registry
from battito.platform.actor import Context
from battito.platform.errors import Conflict, Gone, Invalid, NotFound, Problem
from battito.platform.files import Files
from battito.platform.files.storage import ContentMissing
from battito.platform.keyring import KeyRing
from battito.platform.services import Services

LOOK_TIMEOUT_S: Final = 15
TEST_TIMEOUT_S: Final = 60
STATES: Final = ("received", "done", "failed", "ignored")


def schema_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON schema (2020-12) of a struct, with its definitions inside."""
    (shape,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    name = str(shape.get("$ref", "")).rpartition("/")[2]
    out: dict[str, Any] = dict(parts.pop(name, shape))
    if parts:
        out["$defs"] = parts
    return out


def _brands(context: Context) -> list[UUID] | None:
    return list(context.brands) if context.brands is not None else None


@get("/", summary="Which channels there are")
async def kinds(context: Context, services: Services) -> KindList:
    """Every channel of this installation, with the form of its accounts."""
    context.require("conversations.read")
    items = []
    for channel in services.get(Registry).all():
        m = channel.manifest
        items.append(
            Kind(
                kind=m.kind, name=m.name, capabilities=m.capabilities, settings=schema_of(m.settings),
                secrets=schema_of(m.secrets) if m.secrets else None, needs_address=type(channel).address_of is Channel.address_of,
                first_response_s=m.limits.first_response_s, reopen_days=m.limits.reopen_days,
            )
        )  # fmt: skip
    return KindList(items)


@get("/", summary="Connected accounts")
async def accounts(context: Context, services: Services) -> ChannelAccountList:
    """All accounts of the workspace."""
    context.require("channels.manage")
    registry, ring = services.get(Registry), services.get(KeyRing)
    async with services.database.reading() as connection:
        rows = await connection.fetch(store.ALL, context.workspace_id, _brands(context))
    return ChannelAccountList([account_from(row, registry, ring) for row in rows])


@get("/{account_id:uuid}", summary="One account")
async def account(context: Context, services: Services, account_id: UUID) -> Response[ChannelAccount]:
    """One account. Its secrets are never shown."""
    context.require("channels.manage")
    shown = await _account(context, services, account_id)
    return Response(shown, headers={"etag": f'"{shown.version}"'})


async def _account(context: Context, services: Services, account_id: UUID) -> ChannelAccount:
    async with services.database.reading() as connection:
        row = await store.account_row(connection, context.workspace_id, account_id, _brands(context))
    if row is None:
        raise NotFound("There is no such channel account in this workspace.")
    return account_from(row, services.get(Registry), services.get(KeyRing))


@post("/", summary="Connect an account")
async def create(context: Context, services: Services, data: NewAccount) -> Response[ChannelAccount]:
    """Works at once, on every node."""
    async with services.database.transaction(context) as tx:
        made = await create_account(tx, data, registry=services.get(Registry), ring=services.get(KeyRing))
    return Response(made, status_code=201, headers={"etag": f'"{made.version}"'})


@patch("/{account_id:uuid}", summary="Change an account")
async def change(
    request: Request[Any, Any, Any], context: Context, services: Services, account_id: UUID, data: AccountChanges
) -> Response[ChannelAccount]:
    """Change it, or switch it on and off with `enabled`. `If-Match` is honoured."""
    given = request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
    if given not in ("", "*") and not (given.isascii() and given.isdigit() and len(given) < 10):
        raise Invalid("If-Match names the version one has, as the ETag gave it.", field="if-match", status=400)
    async with services.database.transaction(context) as tx:
        changed = await change_account(
            tx, account_id, data, registry=services.get(Registry), ring=services.get(KeyRing),
            version=int(given) if given.isdigit() else None,
        )  # fmt: skip
    return Response(changed, headers={"etag": f'"{changed.version}"'})


@delete("/{account_id:uuid}", summary="Disconnect an account")
async def remove(context: Context, services: Services, account_id: UUID) -> None:
    """Its conversations stay; its secrets are forgotten."""
    async with services.database.transaction(context) as tx:
        await remove_account(tx, account_id)


@get("/{account_id:uuid}/health", summary="How an account is")
async def health(context: Context, services: Services, account_id: UUID) -> AccountHealth:
    """What was counted, and what the channel finds by looking now (up to 15 seconds)."""
    context.require("channels.manage")
    shown = await _account(context, services, account_id)
    async with services.database.reading() as connection:
        counts = await connection.fetchrow(store.COUNTS, context.workspace_id, account_id)
    checks = await _look(services, shown)
    if counts["failed_in"]:
        checks.append(Check(name="inbox", state="warning", detail=f"{counts['failed_in']} payloads were not understood.", advice="Look at them and replay them."))  # fmt: skip
    if counts["paused_until"] is not None:
        checks.append(Check(name="pause", state="warning", detail="The provider asked us to wait.", advice="Nothing is lost: sending goes on by itself."))  # fmt: skip
    states = {c.state for c in checks}
    worst = "error" if "error" in states else "warning" if "warning" in states else "ok"
    return AccountHealth(
        state=worst if shown.enabled else "off",  # type: ignore[arg-type]
        checks=checks,
        last_in_at=shown.last_in_at,
        last_out_at=shown.last_out_at,
        last_error=shown.last_error,
        last_error_at=shown.last_error_at,
        **dict(counts),
    )


async def _look(services: Services, shown: ChannelAccount) -> list[Check]:
    if shown.problem is not None:
        return [
            Check(name="settings", state="error", detail=shown.problem, advice="Open the account and save it again.")
        ]
    running = await services.get(Accounts).get(shown.id)
    channel = services.get(Registry).get(shown.channel)
    if running is None or channel is None or not shown.enabled:
        return []
    try:
        async with asyncio.timeout(LOOK_TIMEOUT_S):
            found: Health = await channel.health(running, services)
    except TimeoutError:
        return [Check(name="connection", state="error", detail=f"No answer within {LOOK_TIMEOUT_S} seconds.")]
    except Exception as error:
        return [Check(name="connection", state="error", detail=str(error) or type(error).__name__)]
    return list(found.checks)


@post("/{account_id:uuid}/test", status_code=200, summary="Send a test message")
async def send_test(context: Context, services: Services, account_id: UUID, data: Test) -> TestResult:
    """Sends one message outside of every conversation, and tells what the provider said."""
    context.require("channels.manage")
    shown = await _account(context, services, account_id)
    if shown.problem is not None:
        raise Conflict(shown.problem, code="unusable")
    running = await services.get(Accounts).get(account_id)
    channel = services.get(Registry).get(shown.channel)
    if running is None or channel is None:
        raise Conflict("This account cannot be used as it is stored.", code="unusable")
    try:
        async with asyncio.timeout(TEST_TIMEOUT_S):
            outcome = await channel.send_test(running, data.to, services)
    except TimeoutError:
        return TestResult(outcome="retry", detail=f"No answer within {TEST_TIMEOUT_S} seconds.")
    except Problem:
        raise
    except Exception as error:
        return TestResult(outcome="retry", detail=str(error) or type(error).__name__)
    if isinstance(outcome, Delivered):
        return TestResult(outcome="delivered", detail=outcome.provider_id or "")
    if isinstance(outcome, Refused):
        return TestResult(outcome="refused", code=outcome.code, detail=outcome.detail, advice=outcome.advice)
    return TestResult(outcome="retry", detail=outcome.why)


@get("/inbox", summary="What came in")
async def inbox(
    context: Context,
    services: Services,
    wanted: Annotated[str, QueryParameter(name="state", max_length=100)] = "failed",
    account: UUID | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Parameter(ge=1, le=200)] = 50,
) -> PayloadPage:
    """Kept payloads, newest first; those that were not understood unless `state` names others (with commas; `all`)."""
    context.require("conversations.raw")
    states = [s.strip() for s in wanted.split(",") if s.strip()]
    if unknown := [s for s in states if s not in (*STATES, "all")]:
        raise Invalid(f"«{unknown[0]}» is none of {', '.join(STATES)}, all.", field="state")
    async with services.database.reading() as connection:
        rows = await store.payload_page(
            connection, context.workspace_id, states=None if "all" in states else states, account_id=account, before=after, limit=limit + 1,
            brands=_brands(context),
        )  # fmt: skip
    items = [Payload(**dict(row)) for row in rows[:limit]]
    return PayloadPage(items, str(items[-1].id) if len(rows) > limit else None)


@get("/inbox/{inbox_id:uuid}", summary="One payload")
async def payload(context: Context, services: Services, inbox_id: UUID) -> Payload:
    """What is known of it; its content is at `/raw`."""
    context.require("conversations.raw")
    async with services.database.reading() as connection:
        row = await connection.fetchrow(store.PAYLOAD, context.workspace_id, inbox_id, _brands(context))
    if row is None:
        raise NotFound("There is no such payload in this workspace.")
    return Payload(**dict(row))


@get("/inbox/{inbox_id:uuid}/raw", summary="A payload as it came")
async def payload_raw(context: Context, services: Services, inbox_id: UUID) -> Response[bytes]:
    """Byte for byte, as a download."""
    context.require("conversations.raw")
    return await _raw(context, services, inbox_id, brands=_brands(context))


@get("/{message_id:uuid}/raw", summary="What came in")
async def message_raw(context: Context, services: Services, message_id: UUID) -> Response[bytes]:
    """The payload that a customer's message came in, byte for byte: of an e-mail the mail itself, as `message/rfc822`."""
    context.require("conversations.raw")
    async with services.database.reading() as connection:
        row = await connection.fetchrow(store.OF_MESSAGE, context.workspace_id, message_id, _brands(context))
    if row is None or row["inbox_id"] is None:
        raise NotFound("There is no such message, or it did not come in by a channel.")
    channel = services.get(Registry).get(row["channel"])
    return await _raw(context, services, row["inbox_id"], kind=channel.manifest.raw_type if channel else None)


async def _raw(
    context: Context, services: Services, inbox_id: UUID, *, kind: str | None = None, brands: list[UUID] | None = None
) -> Response[bytes]:
    async with services.database.reading() as connection:
        row = await connection.fetchrow(store.RAW, context.workspace_id, inbox_id, brands)
    if row is None:
        raise NotFound("There is no such payload in this workspace.")
    content = row["raw"]
    if content is None:
        if row["raw_file"] is None:
            raise Gone("This payload was erased, as the person or a retention rule asked for.")
        try:
            content = await services.get(Files).read(context.workspace_id, row["raw_file"])
        except ContentMissing as error:
            raise Gone("The file storage no longer has this payload.") from error
    ending = {"message/rfc822": "eml", "application/json": "json"}.get(kind or "", "raw")
    return Response(
        bytes(content),
        media_type=kind or "application/octet-stream",
        headers={
            "content-disposition": f'attachment; filename="{inbox_id}.{ending}"',
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; sandbox",
            "cache-control": "private, no-store",
        },
    )


@post("/inbox/{inbox_id:uuid}/replay", status_code=202, summary="Understand a payload again")
async def replay_one(context: Context, services: Services, inbox_id: UUID) -> Payload:
    """For what failed or was ignored; taken in twice it changes nothing twice."""
    async with services.database.transaction(context) as tx:
        await replay(tx, inbox_id)
        await tx.flush()
        row = await tx.fetchrow(store.PAYLOAD, tx.workspace_id, inbox_id, _brands(context))
    assert row is not None
    return Payload(**dict(row))


routes: list[Any] = [
    Router(path="/channels", route_handlers=[kinds, inbox, payload, payload_raw, replay_one], tags=["Channels"]),
    Router(
        path="/channel-accounts",
        route_handlers=[accounts, account, create, change, remove, health, send_test],
        tags=["Channels"],
    ),
    Router(path="/messages", route_handlers=[message_raw], tags=["Conversations"]),
]
