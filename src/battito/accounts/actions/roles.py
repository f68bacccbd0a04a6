"""Roles: which permissions somebody holds."""

from typing import Annotated
from uuid import UUID

import msgspec

from battito.accounts.events import RoleChanged
from battito.accounts.permissions import PERMISSIONS
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Forbidden, Invalid, NotFound


class Role(msgspec.Struct, kw_only=True):
    """A named set of permissions. `key` names the built-in ones, whose permissions stay as they are."""

    id: UUID
    key: str | None
    name: str
    permissions: list[str]
    people: int = 0
    version: int = 1


class RoleWish(msgspec.Struct, forbid_unknown_fields=True):
    """What a custom role is to be."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    permissions: list[str]


@action("role.create", permission="users.manage")
async def create_role(tx: Tx, wish: RoleWish) -> Role:
    """A custom role. Nobody can put into it what they do not hold themselves."""
    check_permissions(tx, wish.permissions)
    role = Role(id=uuid7(), key=None, name=wish.name.strip(), permissions=sorted(set(wish.permissions)))
    await _check_name(tx, role.id, role.name)
    await tx.execute(
        "insert into role(id, workspace_id, name, permissions) values ($1, $2, $3, $4)",
        role.id,
        tx.workspace_id,
        role.name,
        role.permissions,
    )
    tx.audit("role", role.id, after=role)
    tx.emit(RoleChanged(role_id=role.id))
    return role


@action("role.change", permission="users.manage")
async def change_role(tx: Tx, role_id: UUID, wish: RoleWish) -> Role:
    """Rename a custom role or change its permissions; signed-in people get them at once."""
    before = await _custom(tx, role_id)
    check_permissions(tx, wish.permissions, already=before.permissions)
    await _check_name(tx, role_id, wish.name.strip())
    role = Role(
        id=role_id,
        key=None,
        name=wish.name.strip(),
        permissions=sorted(set(wish.permissions)),
        version=before.version + 1,
    )
    await tx.execute(
        "update role set name = $3, permissions = $4, version = version + 1 where workspace_id = $1 and id = $2",
        tx.workspace_id, role_id, role.name, role.permissions,
    )  # fmt: skip
    held = await tx.fetchval(
        "select exists (select from user_role where workspace_id = $1 and role_id = $2)", tx.workspace_id, role_id
    )
    tx.audit("role", role_id, before=before, after=role)
    tx.emit(RoleChanged(role_id=role_id, held=held))
    return role


@action("role.delete", permission="users.manage")
async def delete_role(tx: Tx, role_id: UUID) -> None:
    """Delete a custom role that nobody has."""
    before = await _custom(tx, role_id)
    people = await tx.fetchval(
        "select count(*) from user_role where workspace_id = $1 and role_id = $2", tx.workspace_id, role_id
    )
    if people:
        raise Conflict(f"{people} people have this role: give them another one first.", code="role-in-use")
    await tx.execute("delete from role where workspace_id = $1 and id = $2", tx.workspace_id, role_id)
    tx.audit("role", role_id, before=before)
    tx.emit(RoleChanged(role_id=role_id))


def check_permissions(tx: Tx, permissions: list[str], *, already: list[str] | None = None) -> None:
    """Refuse unknown permissions, and those that the caller does not hold and the role did not have."""
    unknown = [p for p in permissions if p not in PERMISSIONS]
    if unknown:
        raise Invalid(f"There is no permission called {', '.join(unknown)}.", field="permissions")
    foreign = [p for p in permissions if not tx.context.allows(p) and p not in (already or [])]
    if foreign:
        raise Forbidden(f"You cannot give what you do not hold yourself: {', '.join(foreign)}.")


async def _custom(tx: Tx, role_id: UUID) -> Role:
    row = await tx.fetchrow(
        "select id, key, name, permissions, version from role where workspace_id = $1 and id = $2 for update",
        tx.workspace_id,
        role_id,
    )
    if row is None:
        raise NotFound("There is no such role in this workspace.")
    if row["key"] is not None:
        raise Conflict("A built-in role stays as it is: make a custom one beside it.", code="built-in")
    return Role(**row)


async def _check_name(tx: Tx, role_id: UUID, name: str) -> None:
    if await tx.fetchval(
        "select true from role where workspace_id = $1 and lower(name) = lower($2) and id <> $3",
        tx.workspace_id,
        name,
        role_id,
    ):
        raise Conflict("Another role has this name.", code="name-taken", fields={"name": "is taken"})
