"""Doors of SLA policies."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, patch, post, put

from battito.platform.actor import Context
from battito.platform.http.versions import IfMatch, version_of
from battito.platform.services import Services
from battito.sla.actions import order_policies, remove_policy, save_policy
from battito.sla.models import Policy, PolicyWish, Tried
from battito.sla.queries import get_policy, list_policies, try_conversation


class Policies(msgspec.Struct):
    """The policies, in the order in which they are looked at; there is no second page."""

    items: list[Policy]
    next: None = None


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """Every policy once, in the order wanted."""

    ids: Annotated[list[UUID], msgspec.Meta(max_length=100)]


class TryPolicies(msgspec.Struct, forbid_unknown_fields=True):
    """With which conversation."""

    conversation_id: UUID


def _tagged(policy: Policy, status: int = 200) -> Response[Policy]:
    return Response(policy, headers={"etag": f'"{policy.version}"'}, status_code=status)


@get("/", summary="SLA policies")
async def policies(context: Context, services: Services) -> Policies:
    """All policies. To a conversation the first enabled one applies whose conditions hold."""
    async with services.database.reading() as connection:
        return Policies(await list_policies(connection, context))


@get("/{policy_id:uuid}", summary="One SLA policy")
async def policy(context: Context, services: Services, policy_id: UUID) -> Response[Policy]:
    """One policy."""
    async with services.database.reading() as connection:
        return _tagged(await get_policy(connection, context, policy_id))


@post("/", summary="Make an SLA policy")
async def new_policy(context: Context, services: Services, data: PolicyWish) -> Response[Policy]:
    """A policy, which comes last. Open conversations are looked at again in the background."""
    async with services.database.transaction(context) as tx:
        return _tagged(await save_policy(tx, None, data), 201)


@patch("/{policy_id:uuid}", summary="Change an SLA policy")
async def edit_policy(
    context: Context, services: Services, policy_id: UUID, data: PolicyWish, if_match: IfMatch = None
) -> Response[Policy]:
    """Change the whole of it. Open conversations are looked at again in the background."""
    async with services.database.transaction(context) as tx:
        return _tagged(await save_policy(tx, policy_id, data, version=version_of(if_match)))


@put("/order", summary="Order the SLA policies")
async def order(context: Context, services: Services, data: Order) -> Policies:
    """In which order they are looked at."""
    async with services.database.transaction(context) as tx:
        return Policies(await order_policies(tx, data.ids))


@post("/try", summary="Try the SLA policies with a conversation", status_code=200)
async def try_policies(context: Context, services: Services, data: TryPolicies) -> Tried:
    """Which policy applies to it, which conditions of the others do not hold, and what is promised by when."""
    async with services.database.reading() as connection:
        return await try_conversation(connection, context, data.conversation_id)


@delete("/{policy_id:uuid}", summary="Take an SLA policy away")
async def drop_policy(context: Context, services: Services, policy_id: UUID) -> None:
    """Take it away: what it promised no longer holds, what was measured stays."""
    async with services.database.transaction(context) as tx:
        await remove_policy(tx, policy_id)


router = Router(
    path="/sla-policies", tags=["SLA"],
    route_handlers=[policies, policy, new_policy, edit_policy, order, try_policies, drop_policy],
)  # fmt: skip
