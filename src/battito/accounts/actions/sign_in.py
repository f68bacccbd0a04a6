"""Sign in, with a second factor where there is one; sign out."""

from typing import Any, Literal
from uuid import UUID

import msgspec

from battito.accounts import tickets
from battito.accounts.actions.passkeys import sign_in_options, verify_sign_in
from battito.accounts.actions.second_factor import check_recovery_code, check_totp, factors_of
from battito.accounts.attempts import account_key, address_key, admit, count_failure, forgive
from battito.accounts.events import SessionRevoked
from battito.accounts.passwords import verify_password
from battito.accounts.sessions import open_session
from battito.platform.action import action
from battito.platform.actor import Actor, ActorKind, Context
from battito.platform.database import Tx
from battito.platform.errors import Invalid, Unauthenticated
from battito.platform.keyring import KeyRing
from battito.platform.services import Services

Method = Literal["totp", "recovery", "passkey"]


class CodeNeeded(msgspec.Struct):
    """The password was right; a second factor is asked for."""

    ticket: str
    methods: list[Method]


async def sign_in(services: Services, email: str, password: str, *, address: str, user_agent: str) -> str | CodeNeeded:
    """Check e-mail and password: a session's token, or what is still needed. Raises `Unauthenticated`, `TooMany`."""
    keys = (account_key(email), address_key(address))
    async with services.database.reading() as connection:
        await admit(connection, *keys)
        # the one look-up that cannot name a workspace: it finds out which one the person belongs to
        row = await connection.fetchrow(
            "select id, workspace_id, name, password_hash from app_user where lower(email) = lower($1) and disabled_at is null",
            email.strip(),
        )
    right = await verify_password(row["password_hash"] if row else None, password)
    if not right or row is None:
        async with services.database.reading() as connection:
            await count_failure(connection, *keys)
        raise Unauthenticated("E-mail or password are not right.", code="wrong-credentials")
    async with services.database.reading() as connection:
        factors = await factors_of(connection, row["workspace_id"], row["id"])
        methods: list[Method] = [*(["totp"] if factors.totp else []), *(["passkey"] if factors.passkeys else [])]  # type: ignore[list-item]
        if methods:
            ticket = await tickets.issue(
                connection, "second-factor", workspace_id=row["workspace_id"], user_id=row["id"], data={"email": email}
            )
            return CodeNeeded(ticket, [*methods, *(["recovery"] if factors.recovery_codes_left else [])])  # type: ignore[list-item]
    return await _open(services, row["workspace_id"], row["id"], row["name"], "password", address, user_agent, email)


async def sign_in_with_code(
    services: Services, ticket: str, method: Method, code: str, *, address: str, user_agent: str
) -> str:
    """The second step with a code of the app or a recovery code; a session's token. A wrong code counts as a failure."""
    async with services.database.reading() as connection:
        held = await tickets.look(connection, ticket, "second-factor")
        keys = (account_key(f"code {held['user_id']}"), address_key(address))
        await admit(connection, *keys)
        name = await connection.fetchval(
            "select name from app_user where workspace_id = $1 and id = $2", held["workspace_id"], held["user_id"]
        )
    context = Context(
        workspace_id=held["workspace_id"], actor=Actor(ActorKind.agent, held["user_id"], name or ""), address=address
    )
    async with services.database.transaction(context) as tx:
        if method == "totp":
            right = await check_totp(tx, services.get(KeyRing), held["user_id"], code)
        elif method == "recovery":
            right = await check_recovery_code(tx, held["user_id"], code)
        else:
            raise Invalid("Choose totp or recovery.", field="method")
    if not right:
        async with services.database.reading() as connection:
            await count_failure(connection, *keys)
        raise Unauthenticated("This code is not right, or was used already.", code="wrong-code")
    async with services.database.reading() as connection:
        await tickets.use(connection, ticket, "second-factor")
    return await _open(
        services,
        held["workspace_id"],
        held["user_id"],
        name or "",
        f"password+{method}",
        address,
        user_agent,
        held["data"]["email"],
    )


async def passkey_options(services: Services, ticket: str | None, origin: str) -> tuple[dict[str, Any], str]:
    """Options for the browser, and the ticket of the challenge. With a password's ticket only that person's passkeys are asked for."""
    async with services.database.reading() as connection:
        known: list[bytes] = []
        user_id = None
        if ticket:
            held = await tickets.look(connection, ticket, "second-factor")
            user_id = held["user_id"]
            rows = await connection.fetch(
                "select credential_id from passkey where workspace_id = $1 and user_id = $2",
                held["workspace_id"],
                user_id,
            )
            known = [r["credential_id"] for r in rows]
        options, challenge = sign_in_options(origin, known)
        return options, await tickets.issue(
            connection, "passkey", user_id=user_id, data={"challenge": challenge, "first": ticket}
        )


async def sign_in_with_passkey(
    services: Services, ticket: str, credential: dict[str, Any], origin: str, *, address: str, user_agent: str
) -> str:
    """A session's token for whoever's passkey answered the challenge of `ticket`."""
    async with services.database.reading() as connection:
        await admit(connection, address_key(address))
        held = await tickets.use(connection, ticket, "passkey")
        try:
            row = await verify_sign_in(connection, origin, held["data"]["challenge"], credential)
        except Unauthenticated:
            await count_failure(connection, address_key(address))
            raise
        if held["user_id"] is not None and held["user_id"] != row["user_id"]:
            raise Unauthenticated("This passkey belongs to somebody else.", code="passkey-refused")
        if held["data"].get("first"):
            await tickets.use(connection, held["data"]["first"], "second-factor")
    return await _open(services, row["workspace_id"], row["user_id"], row["name"], "passkey", address, user_agent, "")


async def _open(
    services: Services,
    workspace_id: UUID,
    user_id: UUID,
    name: str,
    method: str,
    address: str,
    user_agent: str,
    email: str,
) -> str:
    context = Context(workspace_id=workspace_id, actor=Actor(ActorKind.agent, user_id, name), address=address)
    async with services.database.transaction(context) as tx:
        if email:
            await forgive(tx.connection, account_key(email))
        return await open_session(
            tx, user_id, method=method, hours=services.settings.session_hours, user_agent=user_agent
        )


@action("session.sign_out", permission=None)
async def sign_out(tx: Tx) -> None:
    """End the session that this request came with."""
    session = tx.context.session_id
    await tx.execute(
        "update sign_in set revoked_at = $3 where workspace_id = $1 and id = $2", tx.workspace_id, session, tx.now
    )
    if session is not None:
        tx.emit(SessionRevoked(user_id=tx.context.user_id, session_id=session))
