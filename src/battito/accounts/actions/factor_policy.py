"""Whether the workspace asks its people for a second factor, and letting in whoever lost theirs."""

from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from battito.accounts.actions.users import end_sessions
from battito.accounts.events import FactorPolicyChanged, UserChanged
from battito.accounts.models import Ref
from battito.platform.action import action
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.errors import Invalid, NotFound

LONGEST_GRACE: Final = timedelta(days=90)
WITHOUT: Final = """
select u.id, u.name from app_user u join workspace w on w.id = u.workspace_id
where u.workspace_id = $1 and u.disabled_at is null and u.password_hash is not null
  and (w.second_factor = 'everybody' or w.second_factor = 'roles' and exists(select 1 from user_role ur where ur.workspace_id = u.workspace_id
    and ur.user_id = u.id and ur.role_id = any(w.second_factor_roles)))
  and not exists(select 1 from totp t where t.workspace_id = u.workspace_id and t.user_id = u.id and t.confirmed_at is not null)
  and not exists(select 1 from passkey p where p.workspace_id = u.workspace_id and p.user_id = u.id)
order by u.name, u.id
"""


class FactorWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Of whom a second factor is asked: nobody (`off`), those who hold one of `roles`, or everybody. `from` is when it
    begins to be a must, at most 90 days ahead; null is at once."""

    required: Literal["off", "roles", "everybody"]
    roles: list[UUID] = []
    begins: datetime | None = msgspec.field(default=None, name="from")


class FactorPolicy(msgspec.Struct, kw_only=True):
    """What is asked, and who is asked but has no second factor yet."""

    required: Literal["off", "roles", "everybody"]
    roles: list[UUID]
    begins: datetime | None = msgspec.field(name="from")
    without: list[Ref]


async def get_policy(connection: Any, context: Context) -> FactorPolicy:
    """The policy as it stands."""
    context.require("users.manage")
    row = await connection.fetchrow(
        "select second_factor, second_factor_roles, second_factor_from from workspace where id = $1",
        context.workspace_id,
    )
    people = await connection.fetch(WITHOUT, context.workspace_id)
    return FactorPolicy(
        required=row["second_factor"], roles=row["second_factor_roles"], begins=row["second_factor_from"],
        without=[Ref(p["id"], p["name"]) for p in people],
    )  # fmt: skip


@action("second_factor.require", permission="users.manage")
async def require_factor(tx: Tx, wish: FactorWish) -> FactorPolicy:
    """Set the policy; who must enrol is confined to that at once. Raises `Invalid` naming `roles` or `from`."""
    if wish.required == "roles" and not wish.roles:
        raise Invalid("Choose at least one role.", field="roles")
    found = await tx.fetchval(
        "select count(*) from role where workspace_id = $1 and id = any($2)", tx.workspace_id, wish.roles
    )
    if found != len(set(wish.roles)):
        raise Invalid("One of these roles does not exist in this workspace.", field="roles")
    if wish.begins is not None and wish.begins.tzinfo is None:
        raise Invalid("Give the moment with its time zone.", field="from")
    if wish.begins is not None and wish.begins > tx.now + LONGEST_GRACE:
        raise Invalid("Choose a day within the next 90.", field="from")
    before = await get_policy(tx.connection, tx.context)
    await tx.execute(
        "update workspace set second_factor = $2, second_factor_roles = $3, second_factor_from = $4 where id = $1",
        tx.workspace_id, wish.required, wish.roles if wish.required == "roles" else [], wish.begins,
    )  # fmt: skip
    policy = await get_policy(tx.connection, tx.context)
    tx.audit("workspace", tx.workspace_id, before=_kept(before), after=_kept(policy))
    tx.emit(FactorPolicyChanged(required=policy.required))
    return policy


def _kept(policy: FactorPolicy) -> dict[str, Any]:
    return {"second_factor": {"required": policy.required, "roles": policy.roles, "from": policy.begins}}


@action("user.drop_factors", permission="users.manage")
async def drop_factors(tx: Tx, user_id: UUID) -> None:
    """Take a colleague's second factors away, for who lost phone and recovery codes: their sign-ins end, and where a
    second factor is a must they set a new one up when they come back. Raises `NotFound`."""
    if not await tx.fetchval(
        "select true from app_user where workspace_id = $1 and id = $2 for update", tx.workspace_id, user_id
    ):
        raise NotFound("There is no such person in this workspace.")
    for table in ("totp", "passkey", "recovery_code"):
        await tx.execute(f"delete from {table} where workspace_id = $1 and user_id = $2", tx.workspace_id, user_id)
    await end_sessions(tx, user_id)
    tx.audit("user", user_id, after={"second_factor": "reset"})
    tx.emit(UserChanged(user_id=user_id, changes={"second_factor": False}))
