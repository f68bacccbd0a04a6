"""REST doors of the routing rules."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post, put

from battito.platform.actor import Context
from battito.platform.http.versions import IfMatch, version_of
from battito.platform.services import Services
from battito.routing.rules.actions import Draft, Publication, Return, publish, restore, save_draft
from battito.routing.rules.attempt import try_rules
from battito.routing.rules.diff import diff
from battito.routing.rules.model import Attempt, Change, Finding, RulesState, Tried, Version, VersionShown
from battito.routing.rules.queries import findings_of, get_state, get_version, list_versions, refuse_strangers


class VersionList(msgspec.Struct):
    """Versions, the newest first."""

    items: list[Version]


class Checked(msgspec.Struct):
    """What is to be seen to in rules that are not saved, and how they differ from what is in force."""

    findings: list[Finding]
    changes: list[Change]


def tagged(state: RulesState) -> Response[RulesState]:
    """The state with the draft's ETag."""
    return Response(state, headers={"etag": f'"{state.version}"'})


@get("/")
async def show(context: Context, services: Services) -> Response[RulesState]:
    """The draft, how it differs from what is in force, and what is to be seen to before publishing."""
    async with services.database.reading() as connection:
        return tagged(await get_state(connection, context))


@put("/draft")
async def edit(context: Context, services: Services, data: Draft, if_match: IfMatch = None) -> Response[RulesState]:
    """Replace the draft. What is wrong with it is said, not refused."""
    async with services.database.transaction(context) as tx:
        return tagged(await save_draft(tx, data.rules, version=version_of(if_match)))


@post("/check", status_code=200)
async def check_rules(context: Context, services: Services, data: Draft) -> Checked:
    """The same for rules that are not saved."""
    async with services.database.reading() as connection:
        state = await get_state(connection, context)
        content = []
        if state.published is not None:
            content = (await get_version(connection, context, state.published.id)).content
        await refuse_strangers(connection, context, data.rules, [*state.draft, *content])
        return Checked(await findings_of(connection, context, data.rules), diff(content, data.rules))


@post("/publish", status_code=200)
async def put_in_force(context: Context, services: Services, data: Publication) -> Response[RulesState]:
    """Put the draft in force, for conversations that begin from now on."""
    async with services.database.transaction(context) as tx:
        return tagged(await publish(tx, data))


@get("/versions")
async def versions(context: Context, services: Services) -> VersionList:
    """The history."""
    async with services.database.reading() as connection:
        return VersionList(await list_versions(connection, context))


@get("/versions/{version_id:uuid}")
async def version(context: Context, services: Services, version_id: UUID) -> VersionShown:
    """A version with its rules, and what it changed."""
    async with services.database.reading() as connection:
        return await get_version(connection, context, version_id)


@post("/versions/{version_id:uuid}/restore", status_code=200)
async def go_back(context: Context, services: Services, version_id: UUID, data: Return) -> Response[RulesState]:
    """Publish an older version again."""
    async with services.database.transaction(context) as tx:
        return tagged(await restore(tx, version_id, data.note))


@post("/try", status_code=200)
async def attempt(context: Context, services: Services, data: Attempt) -> Tried:
    """What the rules would do with a conversation: which one matches, what each condition saw, who could take it now."""
    return await try_rules(services, context, data)


router: Any = Router(
    path="/routing-rules",
    route_handlers=[show, edit, check_rules, put_in_force, versions, version, go_back, attempt],
    tags=["Routing rules"],
)
