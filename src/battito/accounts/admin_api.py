"""Doors to the administration of accounts: people, roles, teams, brands, keys, sessions, audit."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, delete, get, patch, post, put
from litestar.params import Parameter
from litestar.response import Stream

from battito.accounts.actions.factor_policy import (
    FactorPolicy,
    FactorWish,
    drop_factors,
    get_policy,
    require_factor,
)
from battito.accounts.actions.keys import KeyWish, issue_key, revoke_key, revoke_session
from battito.accounts.actions.places import (
    BrandWish,
    TeamWish,
    WorkspaceWish,
    change_workspace,
    delete_team,
    save_brand,
    save_team,
)
from battito.accounts.actions.roles import Role, RoleWish, change_role, create_role, delete_role
from battito.accounts.actions.users import UserWish, change_user
from battito.accounts.audit import AuditFilter, export_audit, list_audit
from battito.accounts.models import Workspace
from battito.accounts.people_api import Items
from battito.accounts.permissions import PERMISSIONS
from battito.accounts.sessions import Sessions
from battito.platform.actor import Context
from battito.platform.services import Services


@get("/permissions", tags=["Roles"])
async def permissions(context: Context) -> dict[str, str]:
    """Every permission with its meaning."""
    return PERMISSIONS


@get("/roles", tags=["Roles"])
async def roles(context: Context, services: Services) -> Items:
    """The roles and how many people have each."""
    context.require("users.manage")
    async with services.database.reading() as connection:
        rows = await connection.fetch(
            "select r.id, r.key, r.name, r.permissions, r.version, (select count(*) from user_role ur where ur.role_id = r.id and ur.workspace_id = r.workspace_id) as people"
            " from role r where r.workspace_id = $1 order by r.key is null, r.created_at, r.name",
            context.workspace_id,
        )
    return Items([Role(**r) for r in rows])


@post("/roles", tags=["Roles"])
async def new_role(context: Context, services: Services, data: RoleWish) -> Role:
    """A custom role."""
    async with services.database.transaction(context) as tx:
        return await create_role(tx, data)


@patch("/roles/{role_id:uuid}", tags=["Roles"])
async def edit_role(context: Context, services: Services, role_id: UUID, data: RoleWish) -> Role:
    """Change a custom role."""
    async with services.database.transaction(context) as tx:
        return await change_role(tx, role_id, data)


@delete("/roles/{role_id:uuid}", tags=["Roles"])
async def drop_role(context: Context, services: Services, role_id: UUID) -> None:
    """Delete a custom role that nobody has."""
    async with services.database.transaction(context) as tx:
        await delete_role(tx, role_id)


@get("/people", tags=["People"])
async def administered(context: Context, services: Services) -> Items:
    """Everybody with roles, teams, brands, second factors and last use; disabled people too."""
    context.require("users.manage")
    async with services.database.reading() as connection:
        rows = await connection.fetch(
            "select u.id, u.name, u.email, u.locale, u.works_from, u.brand_ids as brands, u.disabled_at, u.created_at, u.version, u.password_hash is not null as has_password,"
            " (select max(s.seen_at) from sign_in s where s.user_id = u.id and s.workspace_id = u.workspace_id) as seen_at,"
            " array(select ur.role_id from user_role ur where ur.user_id = u.id and ur.workspace_id = u.workspace_id) as roles,"
            " array(select m.team_id from team_member m where m.user_id = u.id and m.workspace_id = u.workspace_id) as teams,"
            " exists(select 1 from totp t where t.user_id = u.id and t.workspace_id = u.workspace_id and t.confirmed_at is not null)"
            "   or exists(select 1 from passkey p where p.user_id = u.id and p.workspace_id = u.workspace_id) as second_factor"
            " from app_user u where u.workspace_id = $1 order by u.disabled_at is not null, u.name",
            context.workspace_id,
        )
    return Items([dict(r) for r in rows])


@patch("/users/{user_id:uuid}", tags=["People"], status_code=204)
async def edit_user(context: Context, services: Services, user_id: UUID, data: UserWish) -> None:
    """Change a colleague's name, roles, teams, brands; disable or enable them."""
    async with services.database.transaction(context) as tx:
        await change_user(tx, user_id, data)


@delete("/users/{user_id:uuid}/factors", tags=["People"])
async def reset_factors(context: Context, services: Services, user_id: UUID) -> None:
    """Take a colleague's second factors away when they lost them; their sign-ins end."""
    async with services.database.transaction(context) as tx:
        await drop_factors(tx, user_id)


@get("/workspace/second-factor", tags=["Workspace"])
async def factor_policy(context: Context, services: Services) -> FactorPolicy:
    """Of whom a second factor is asked, from when on, and who has none yet."""
    async with services.database.reading() as connection:
        return await get_policy(connection, context)


@put("/workspace/second-factor", tags=["Workspace"])
async def put_factor_policy(context: Context, services: Services, data: FactorWish) -> FactorPolicy:
    """Ask for a second factor, of some or of everybody, or stop asking."""
    async with services.database.transaction(context) as tx:
        policy = await require_factor(tx, data)
    services.get(Sessions).forget()
    return policy


@post("/teams", tags=["People"])
async def new_team(context: Context, services: Services, data: TeamWish) -> dict[str, Any]:
    """A team."""
    async with services.database.transaction(context) as tx:
        return await save_team(tx, None, data)


@patch("/teams/{team_id:uuid}", tags=["People"])
async def edit_team(context: Context, services: Services, team_id: UUID, data: TeamWish) -> dict[str, Any]:
    """Rename a team, change its members."""
    async with services.database.transaction(context) as tx:
        return await save_team(tx, team_id, data)


@delete("/teams/{team_id:uuid}", tags=["People"])
async def drop_team(context: Context, services: Services, team_id: UUID) -> None:
    """Delete a team that no open conversation is assigned to."""
    async with services.database.transaction(context) as tx:
        await delete_team(tx, team_id)


@patch("/workspace", tags=["Workspace"])
async def edit_workspace(context: Context, services: Services, data: WorkspaceWish) -> Workspace:
    """Change the workspace's name, language, time zone, settings."""
    async with services.database.transaction(context) as tx:
        return await change_workspace(tx, data)


@get("/workspace/settings", tags=["Workspace"])
async def workspace_settings(context: Context, services: Services) -> dict[str, Any]:
    """The workspace's settings."""
    context.require("workspace.manage")
    async with services.database.reading() as connection:
        found: dict[str, Any] = await connection.fetchval(
            "select settings from workspace where id = $1", context.workspace_id
        )
    return found


@post("/brands", tags=["Workspace"])
async def new_brand(context: Context, services: Services, data: BrandWish) -> Workspace:
    """A brand."""
    async with services.database.transaction(context) as tx:
        return await save_brand(tx, None, data)


@patch("/brands/{brand_id:uuid}", tags=["Workspace"])
async def edit_brand(context: Context, services: Services, brand_id: UUID, data: BrandWish) -> Workspace:
    """Change or archive a brand."""
    async with services.database.transaction(context) as tx:
        return await save_brand(tx, brand_id, data)


@get("/api-keys", tags=["Access"])
async def keys(context: Context, services: Services) -> Items:
    """Keys of the workspace, without their secret."""
    context.require("api_keys.manage")
    async with services.database.reading() as connection:
        rows = await connection.fetch(
            "select k.id, k.name, k.prefix, k.scopes, k.expires_at, k.used_at, k.revoked_at, k.created_at, k.user_id, u.name as user_name"
            " from api_key k join app_user u on u.id = k.user_id and u.workspace_id = k.workspace_id where k.workspace_id = $1 order by k.created_at desc",
            context.workspace_id,
        )
    return Items([dict(r) for r in rows])


@post("/api-keys", tags=["Access"])
async def new_key(context: Context, services: Services, data: KeyWish) -> dict[str, Any]:
    """Issue a key; it is shown in this answer only."""
    async with services.database.transaction(context) as tx:
        return await issue_key(tx, data)


@delete("/api-keys/{key_id:uuid}", tags=["Access"])
async def drop_key(context: Context, services: Services, key_id: UUID) -> None:
    """Revoke a key."""
    async with services.database.transaction(context) as tx:
        await revoke_key(tx, key_id)


@get("/sessions", tags=["Access"])
async def sessions(context: Context, services: Services, user_id: UUID | None = None) -> Items:
    """Live sessions: one's own, or of `user_id` for those who manage people."""
    wanted = user_id or context.user_id
    if wanted != context.actor.id:
        context.require("users.manage")
    async with services.database.reading() as connection:
        rows = await connection.fetch(
            "select id, method, address, user_agent, created_at, seen_at, expires_at, id is not distinct from $3 as current from sign_in"
            " where workspace_id = $1 and user_id = $2 and revoked_at is null and expires_at > now() order by seen_at desc",
            context.workspace_id,
            wanted,
            context.session_id,
        )
    return Items([dict(r) for r in rows])


@delete("/sessions/{session_id:uuid}", tags=["Access"])
async def drop_session(context: Context, services: Services, session_id: UUID) -> None:
    """End a session."""
    async with services.database.transaction(context) as tx:
        await revoke_session(tx, session_id)


def audit_filter(
    actor_id: UUID | None,
    action: str | None,
    object_kind: str | None,
    object_id: UUID | None,
    since: datetime | None,
    until: datetime | None,
) -> AuditFilter:
    """The filter of the query parameters."""
    return AuditFilter(
        actor_id=actor_id, action=action, object_kind=object_kind, object_id=object_id, since=since, until=until
    )


@get("/audit", tags=["Access"])
async def audit(
    context: Context,
    services: Services,
    actor_id: UUID | None = None,
    action: str | None = None,
    object_kind: str | None = None,
    object_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: str | None = None,
    limit: Annotated[int, Parameter(ge=1, le=200)] = 50,
) -> Items:
    """The audit log, newest first. `action` may be a whole name or its first part ("user")."""
    async with services.database.reading() as connection:
        wanted = audit_filter(actor_id, action, object_kind, object_id, since, until)
        lines, following = await list_audit(connection, context, wanted, after=after, limit=limit)
    return Items(list(lines), following)


@get("/audit/export", tags=["Access"])
async def audit_export(
    context: Context,
    services: Services,
    actor_id: UUID | None = None,
    action: str | None = None,
    object_kind: str | None = None,
    object_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Response[Any]:
    """The filtered audit log as JSON Lines, oldest first."""
    context.require("audit.read")
    wanted = audit_filter(actor_id, action, object_kind, object_id, since, until)

    async def lines() -> AsyncIterator[bytes]:
        async with services.database.reading() as connection:
            async for line in export_audit(connection, context, wanted):
                yield line

    return Stream(
        lines(), media_type="application/jsonl", headers={"content-disposition": 'attachment; filename="audit.jsonl"'}
    )


admin_routes: list[Any] = [
    reset_factors, factor_policy, put_factor_policy, permissions, roles, new_role, edit_role, drop_role, administered, edit_user, new_team, edit_team, drop_team, edit_workspace, workspace_settings,
    new_brand, edit_brand, keys, new_key, drop_key, sessions, drop_session, audit, audit_export,
]  # fmt: skip
