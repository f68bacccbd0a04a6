"""Links sent by e-mail: invitations and password resets. Single use, hashed, short-lived."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from battito.accounts.actions.users import end_sessions
from battito.accounts.events import UserChanged
from battito.accounts.passwords import MINIMUM, hash_password, verify_password
from battito.accounts.sessions import token_hash
from battito.kit.text import initials
from battito.platform.action import action
from battito.platform.actor import Actor, ActorKind, Context
from battito.platform.database import Tx
from battito.platform.errors import Gone, Invalid, NotFound
from battito.platform.services import Services

LIVES: Final = {"invitation": timedelta(days=7), "reset": timedelta(hours=1)}
Kind = Literal["invitation", "reset"]


@action("user.send_link", permission="users.manage")
async def make_link(tx: Tx, user_id: UUID, kind: Kind) -> str:
    """A fresh link token for a colleague; earlier ones of the same kind end. The caller sends it or shows it once."""
    return await _make(tx, user_id, kind)


async def reset_token(services: Services, email: str) -> tuple[Context, str, str, str] | None:
    """For "forgot my password": the person's context, name, address and a token; None when nobody has this address."""
    async with services.database.reading() as connection:
        row = await connection.fetchrow(
            "select id, workspace_id, name, email from app_user where lower(email) = lower($1) and disabled_at is null",
            email.strip(),
        )
    if row is None:
        return None
    context = Context(workspace_id=row["workspace_id"], actor=Actor(ActorKind.agent, row["id"], row["name"]))
    async with services.database.transaction(context) as tx:
        return context, row["name"], row["email"], await _make(tx, row["id"], "reset")


async def _make(tx: Tx, user_id: UUID, kind: Kind) -> str:
    if not await tx.fetchval(
        "select true from app_user where workspace_id = $1 and id = $2 and disabled_at is null",
        tx.workspace_id,
        user_id,
    ):
        raise NotFound("There is no such person in this workspace.")
    token = secrets.token_urlsafe(32)
    await tx.execute(
        "delete from mail_link where workspace_id = $1 and user_id = $2 and kind = $3", tx.workspace_id, user_id, kind
    )
    await tx.execute(
        "insert into mail_link(token_hash, kind, workspace_id, user_id, created_by, expires_at) values ($1, $2, $3, $4, $5, $6)",
        token_hash(token), kind, tx.workspace_id, user_id, tx.context.actor.id, tx.now + LIVES[kind],
    )  # fmt: skip
    tx.audit("user", user_id, after={"link": kind})
    return token


async def look_up(services: Services, token: str, kind: Kind) -> dict[str, Any]:
    """Whom a link is for. Raises `Gone` for a used, expired or unknown one (the same words for all three)."""
    async with services.database.reading() as connection:
        # the token alone says which workspace it belongs to
        row = await connection.fetchrow(
            "select l.workspace_id, l.user_id, u.name, u.email, w.name as workspace from mail_link l join app_user u on u.id = l.user_id"
            " and u.workspace_id = l.workspace_id join workspace w on w.id = l.workspace_id"
            " where l.token_hash = $1 and l.kind = $2 and l.used_at is null and l.expires_at > now() and u.disabled_at is null",
            token_hash(token), kind,
        )  # fmt: skip
    if row is None:
        raise Gone("This link was used already or is too old. Ask for a new one.", code="link-gone")
    return dict(row)


async def set_password_by_link(
    services: Services, token: str, kind: Kind, password: str, *, name: str | None = None
) -> None:
    """Set the password a link stands for; every session of the person ends."""
    check_password(password)
    found = await look_up(services, token, kind)
    hashed = await hash_password(password)
    context = Context(workspace_id=found["workspace_id"], actor=Actor(ActorKind.agent, found["user_id"], found["name"]))
    async with services.database.transaction(context) as tx:
        if not await tx.execute(
            "update mail_link set used_at = $3 where workspace_id = $1 and token_hash = $2 and used_at is null",
            tx.workspace_id,
            token_hash(token),
            tx.now,
        ):
            raise Gone("This link was used already. Ask for a new one.", code="link-gone")
        await _store_password(tx, found["user_id"], hashed, name)
        await end_sessions(tx, found["user_id"])


@action("user.change_password", permission=None)
async def change_password(tx: Tx, current: str, new: str) -> None:
    """Change one's own password; all other sessions end."""
    check_password(new)
    stored = await tx.fetchval(
        "select password_hash from app_user where workspace_id = $1 and id = $2", tx.workspace_id, tx.context.user_id
    )
    if not await verify_password(stored, current):
        raise Invalid("This is not your present password.", field="current")
    await _store_password(tx, tx.context.user_id, await hash_password(new), None)
    await end_sessions(tx, tx.context.user_id, but=tx.context.session_id)
    tx.audit("user", tx.context.user_id, after={"password": "changed"})


async def _store_password(tx: Tx, user_id: UUID, hashed: str, name: str | None) -> None:
    await tx.execute(
        "update app_user set password_hash = $3, name = coalesce($4, name), version = version + 1 where workspace_id = $1 and id = $2",
        tx.workspace_id, user_id, hashed, name,
    )  # fmt: skip
    tx.emit(
        UserChanged(
            user_id=user_id,
            changes={"password_changed_at": tx.now}
            if name is None
            else {"name": name, "initials": initials(name), "password_changed_at": tx.now},
        )
    )


def check_password(password: str) -> None:
    """Refuse a short password (NIST SP 800-63B: length counts, composition rules do not) or one made of one character."""
    if len(password) < MINIMUM or len(set(password)) < 4:
        raise Invalid(
            f"A password has at least {MINIMUM} characters, and not the same few again and again.", field="password"
        )


def expires(kind: Kind, now: datetime) -> datetime:
    """When a link made now ends."""
    return now + LIVES[kind]
