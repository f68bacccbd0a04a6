"""Making a workspace: the set-up wizard of an empty installation, and `battito user add`."""

import re
from typing import Annotated, Any
from uuid import UUID

import msgspec

from battito.accounts.actions.links import check_password
from battito.accounts.passwords import hash_password
from battito.accounts.permissions import BUILTIN_ROLES
from battito.kit.address import canonical_email
from battito.kit.ids import uuid7
from battito.kit.text import fold
from battito.platform.database import Database
from battito.platform.errors import Conflict, Invalid

SETUP_LOCK = 0x73657475  # "setu": one set-up at a time

ROLE_NAMES = {
    "it": {key: name for key, (name, _) in BUILTIN_ROLES.items()},
    "en": {
        "agent": "Agent", "supervisor": "Supervisor", "planner": "Planner", "designer": "Service designer", "analyst": "Analyst",
        "client": "Client viewer", "administrator": "Administrator",
    },
}  # fmt: skip


class Setup(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the wizard asks."""

    workspace: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    email: Annotated[str, msgspec.Meta(max_length=320)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]
    locale: str = "it"
    timezone: str = "Europe/Rome"
    token: str = ""


async def is_installed(connection: Any) -> bool:
    """Whether there is a workspace."""
    return bool(await connection.fetchval("select exists(select 1 from workspace)"))


async def set_up(database: Database, wish: Setup) -> UUID:
    """Make the first workspace with its roles, a brand and its administrator; the administrator's id.

    Raises `Conflict("installed")` when there is a workspace already, `Invalid` naming the field.
    """
    check_password(wish.password)
    if wish.locale not in ROLE_NAMES:
        raise Invalid("Choose it or en.", field="locale")
    try:
        email = canonical_email(wish.email)
    except ValueError as error:
        raise Invalid(str(error), field="email") from error
    hashed = await hash_password(wish.password)
    async with database.reading() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", SETUP_LOCK)
        if await is_installed(connection):
            raise Conflict(
                "Battito is set up already. Sign in, or ask an administrator to invite you.", code="installed"
            )
        workspace = await make_workspace(connection, wish.workspace.strip(), wish.locale, wish.timezone)
        await connection.execute(
            "insert into brand(id, workspace_id, name) values ($1, $2, $3)", uuid7(), workspace, wish.workspace.strip()
        )
        return await make_user(connection, workspace, email, wish.name.strip(), hashed, "administrator", wish.locale)


async def make_workspace(connection: Any, name: str, locale: str, timezone: str) -> UUID:
    """A workspace with the built-in roles, on an open transaction."""
    workspace = uuid7()
    slug = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-") or "workspace"
    taken = await connection.fetchval("select exists(select 1 from workspace where slug = $1)", slug)
    await connection.execute(
        "insert into workspace(id, name, slug, locale, timezone) values ($1, $2, $3, $4, $5)",
        workspace, name, f"{slug}-{workspace.hex[-6:]}" if taken else slug, locale, timezone,
    )  # fmt: skip
    await connection.executemany(
        "insert into role(id, workspace_id, key, name, permissions) values ($1, $2, $3, $4, $5)",
        [
            (uuid7(), workspace, key, ROLE_NAMES[locale][key], list(permissions))
            for key, (_, permissions) in BUILTIN_ROLES.items()
        ],
    )
    return workspace


async def make_user(
    connection: Any, workspace: UUID, email: str, name: str, hashed: str | None, role: str, locale: str
) -> UUID:
    """A person with one built-in role, on an open transaction."""
    user = uuid7()
    await connection.execute(
        "insert into app_user(id, workspace_id, email, name, locale, password_hash) values ($1, $2, $3, $4, $5, $6)",
        user, workspace, email, name, locale, hashed,
    )  # fmt: skip
    await connection.execute("insert into presence(user_id, workspace_id) values ($1, $2)", user, workspace)
    await connection.execute(
        "insert into user_role(workspace_id, user_id, role_id) select $1, $2, id from role where workspace_id = $1 and key = $3",
        workspace,
        user,
        role,
    )
    return user
