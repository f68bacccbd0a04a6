"""People who work here: inviting, changing, disabling them. Links for passwords are in `links.py`."""

from typing import Annotated
from uuid import UUID

import asyncpg
import msgspec

from battito.accounts.actions.roles import check_permissions
from battito.accounts.actions.telling import person_of, tell_people, tell_teams
from battito.accounts.events import SessionRevoked, UserDisabled, UserInvited, UserRolesChanged
from battito.accounts.models import Person
from battito.kit.address import canonical_email
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound

ADMINISTERS = "users.manage"


class Invitation(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Somebody to invite."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    email: Annotated[str, msgspec.Meta(min_length=3, max_length=320)]
    roles: Annotated[list[UUID], msgspec.Meta(min_length=1)]
    teams: list[UUID] = []
    brands: list[UUID] | None = None
    locale: str = "it"


class UserWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes to a colleague; fields left out stay as they are. `brands: null` means every brand."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)] | msgspec.UnsetType = msgspec.UNSET
    roles: Annotated[list[UUID], msgspec.Meta(min_length=1)] | msgspec.UnsetType = msgspec.UNSET
    teams: list[UUID] | msgspec.UnsetType = msgspec.UNSET
    brands: list[UUID] | msgspec.UnsetType | None = msgspec.UNSET
    works_from: str | msgspec.UnsetType = msgspec.UNSET
    disabled: bool | msgspec.UnsetType = msgspec.UNSET


@action("user.invite", permission="users.manage")
async def invite_user(tx: Tx, invitation: Invitation) -> Person:
    """Add a person, who sets a password by the link that is sent to them. Raises `Conflict("email-taken")`."""
    try:
        value = canonical_email(invitation.email)
    except ValueError as error:
        raise Invalid(str(error), field="email") from error
    await check_brands(tx, invitation.brands)
    user_id = uuid7()
    try:
        async with tx.connection.transaction():  # a savepoint: a taken address must not end the whole transaction
            await tx.execute(
                "insert into app_user(id, workspace_id, email, name, locale, brand_ids) values ($1, $2, $3, $4, $5, $6)",
                user_id, tx.workspace_id, value, invitation.name.strip(), invitation.locale, invitation.brands,
            )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise Conflict(
            "Somebody with this e-mail address has an account already.",
            code="email-taken",
            fields={"email": "is taken"},
        ) from None
    await tx.execute("insert into presence(user_id, workspace_id) values ($1, $2)", user_id, tx.workspace_id)
    await _set_roles(tx, user_id, invitation.roles)
    await set_teams(tx, user_id, invitation.teams)
    person = await person_of(tx, user_id)
    assert person is not None
    tx.audit(
        "user",
        user_id,
        after={"name": person.name, "email": value, "roles": invitation.roles, "teams": invitation.teams},
    )
    tx.emit(UserInvited(user_id=user_id, person=person))
    await tell_teams(tx, invitation.teams)
    return person


@action("user.change", permission="users.manage")
async def change_user(tx: Tx, user_id: UUID, wish: UserWish) -> None:
    """Change a colleague. A disabled person is signed out everywhere; the last administrator cannot be disabled or demoted."""
    before = await tx.fetchrow(
        "select name, brand_ids, works_from, disabled_at from app_user where workspace_id = $1 and id = $2 for update",
        tx.workspace_id,
        user_id,
    )
    if before is None:
        raise NotFound("There is no such person in this workspace.")
    given = {k: v for k, v in msgspec.structs.asdict(wish).items() if v is not msgspec.UNSET}
    if "brands" in given:
        await check_brands(tx, given["brands"])
    if given.get("works_from") not in (None, "office", "home"):
        raise Invalid("Choose office or home.", field="works_from")
    await tx.execute(
        "update app_user set name = coalesce($3, name), works_from = coalesce($4, works_from), brand_ids = case when $5 then $6::uuid[] else brand_ids end,"
        " disabled_at = case when $7::bool is null then disabled_at when $7 then coalesce(disabled_at, $8) end, version = version + 1"
        " where workspace_id = $1 and id = $2",
        tx.workspace_id, user_id, given.get("name"), given.get("works_from"), "brands" in given, given.get("brands"), given.get("disabled"), tx.now,
    )  # fmt: skip
    if "roles" in given:
        await _set_roles(tx, user_id, given["roles"])
    teams = await set_teams(tx, user_id, given["teams"]) if "teams" in given else set()
    await _keep_an_administrator(tx)
    tx.audit(
        "user",
        user_id,
        before={
            "name": before["name"],
            "works_from": before["works_from"],
            "disabled": before["disabled_at"] is not None,
        },
        after=given,
    )
    if "disabled" in given:
        if given["disabled"]:
            await end_sessions(tx, user_id)
        tx.emit(UserDisabled(user_id=user_id, disabled=given["disabled"], person=await person_of(tx, user_id)))
    if given.keys() & {"roles", "teams", "brands"}:
        tx.emit(UserRolesChanged(user_id=user_id))
    fields = [f for f in ("name", "works_from", "teams") if f in given]
    if fields:
        await tell_people(tx, [user_id], [*fields, *(["initials"] if "name" in given else [])])
    await tell_teams(tx, teams)


async def end_sessions(tx: Tx, user_id: UUID, *, but: UUID | None = None) -> int:
    """Revoke a person's sessions (except `but`) and API keys stay: how many ended."""
    ended = await tx.execute(
        "update sign_in set revoked_at = $3 where workspace_id = $1 and user_id = $2 and revoked_at is null and id is distinct from $4",
        tx.workspace_id, user_id, tx.now, but,
    )  # fmt: skip
    if ended and but is None:
        tx.emit(SessionRevoked(user_id=user_id, session_id=None))
    return ended


async def _set_roles(tx: Tx, user_id: UUID, roles: list[UUID]) -> None:
    rows = await tx.fetch(
        "select id, permissions from role where workspace_id = $1 and id = any($2)", tx.workspace_id, roles
    )
    if len(rows) != len(set(roles)):
        raise Invalid("One of these roles does not exist in this workspace.", field="roles")
    held = await tx.fetch(
        "select r.permissions from user_role ur join role r on r.id = ur.role_id and r.workspace_id = ur.workspace_id where ur.workspace_id = $1 and ur.user_id = $2",
        tx.workspace_id, user_id,
    )  # fmt: skip
    check_permissions(
        tx, sorted({p for r in rows for p in r["permissions"]}), already=[p for r in held for p in r["permissions"]]
    )
    await tx.execute("delete from user_role where workspace_id = $1 and user_id = $2", tx.workspace_id, user_id)
    await tx.executemany(
        "insert into user_role(workspace_id, user_id, role_id) values ($1, $2, $3)",
        [(tx.workspace_id, user_id, r) for r in set(roles)],
    )


async def set_teams(tx: Tx, user_id: UUID, teams: list[UUID]) -> set[UUID]:
    """Make `teams` the person's teams; the teams that have other members now."""
    found = await tx.fetchval(
        "select count(*) from team where workspace_id = $1 and id = any($2)", tx.workspace_id, teams
    )
    if found != len(set(teams)):
        raise Invalid("One of these teams does not exist in this workspace.", field="teams")
    gone = await tx.fetch(
        "delete from team_member where workspace_id = $1 and user_id = $2 returning team_id", tx.workspace_id, user_id
    )
    await tx.executemany(
        "insert into team_member(workspace_id, team_id, user_id) values ($1, $2, $3)",
        [(tx.workspace_id, t, user_id) for t in set(teams)],
    )
    return {r["team_id"] for r in gone} ^ set(teams)


async def check_brands(tx: Tx, brands: list[UUID] | None) -> None:
    """Refuse brands of another workspace."""
    if brands is not None and await tx.fetchval(
        "select count(*) from brand where workspace_id = $1 and id = any($2)", tx.workspace_id, brands
    ) != len(set(brands)):
        raise Invalid("One of these brands does not exist in this workspace.", field="brands")


async def _keep_an_administrator(tx: Tx) -> None:
    # the workspace's row is locked so that two administrators cannot remove each other at the same moment
    await tx.execute("select 1 from workspace where id = $1 for update", tx.workspace_id)
    left = await tx.fetchval(
        "select count(*) from app_user u where u.workspace_id = $1 and u.disabled_at is null and exists(select 1 from user_role ur join role r"
        " on r.id = ur.role_id and r.workspace_id = ur.workspace_id where ur.user_id = u.id and ur.workspace_id = u.workspace_id and $2 = any(r.permissions))",
        tx.workspace_id, ADMINISTERS,
    )  # fmt: skip
    if not left:
        raise Conflict(
            "Somebody must be left who can manage people: give another person that role first.",
            code="last-administrator",
        )
