"""Doors to sign-on by OpenID Connect."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

import structlog
from litestar import Request, Response, delete, get, patch, post
from litestar.response import Redirect

from battito.accounts.actions.sign_on import ProviderWish, delete_provider, save_provider
from battito.accounts.oidc import Oidc
from battito.accounts.people_api import Items
from battito.accounts.sign_in_api import caller, origin_of, session_cookie
from battito.platform.actor import Context
from battito.platform.errors import Problem
from battito.platform.keyring import KeyRing
from battito.platform.services import Services

log = structlog.get_logger(__name__)
AnyRequest = Request[Any, Any, Any]


def _callback(request: AnyRequest, services: Services, provider_id: UUID) -> str:
    return f"{origin_of(request, services)}/api/v1/sign-in/oidc/{provider_id}/callback"


def _back(provider_id: UUID, problem: Problem) -> Redirect:
    """To the sign-in page with the reason's code alone: words in an address are anybody's."""
    log.warning("sign-on failed", provider=str(provider_id), code=problem.code, detail=problem.detail)
    return Redirect(f"/sign-in?problem={quote(problem.code)}")


@get("/sign-in/oidc/{provider_id:uuid}", tags=["Sign-in"])
async def begin(request: AnyRequest, services: Services, provider_id: UUID) -> Redirect:
    """Send the browser to the provider; back to the sign-in page with the reason when that cannot be."""
    try:
        return Redirect(await services.get(Oidc).begin(provider_id, _callback(request, services, provider_id)))
    except Problem as problem:
        return _back(provider_id, problem)


@get("/sign-in/oidc/{provider_id:uuid}/callback", tags=["Sign-in"])
async def callback(request: AnyRequest, services: Services, provider_id: UUID) -> Response[Any]:
    """Where the provider sends the browser back: signs in and goes to the desk, or back to the sign-in page with the reason."""
    query = request.query_params
    try:
        if "error" in query:
            raise Problem(str(query.get("error_description") or query["error"]), code="sign-on-refused")
        token = await services.get(Oidc).finish(
            provider_id, query.get("state", ""), query.get("code", ""), **caller(request)
        )
    except Problem as problem:
        return _back(provider_id, problem)
    return Redirect("/", cookies=[session_cookie(services, token)])


@get("/sign-on", tags=["Sign-on"])
async def providers(context: Context, services: Services) -> Items:
    """The configured providers, without their secrets."""
    context.require("sign_on.manage")
    async with services.database.reading() as connection:
        rows = await connection.fetch(
            "select id, name, issuer, client_id, client_secret is not null as has_secret, scopes, domains, groups_claim, role_of_group, default_role_id,"
            " create_users, enabled, version from oidc_provider where workspace_id = $1 order by name",
            context.workspace_id,
        )
    return Items([dict(r) for r in rows])


@post("/sign-on", tags=["Sign-on"])
async def new_provider(context: Context, services: Services, data: ProviderWish) -> dict[str, UUID]:
    """Configure a provider."""
    async with services.database.transaction(context) as tx:
        return {"id": await save_provider(tx, services.get(KeyRing), None, data)}


@patch("/sign-on/{provider_id:uuid}", tags=["Sign-on"])
async def edit_provider(context: Context, services: Services, provider_id: UUID, data: ProviderWish) -> dict[str, UUID]:
    """Change a provider."""
    async with services.database.transaction(context) as tx:
        return {"id": await save_provider(tx, services.get(KeyRing), provider_id, data)}


@delete("/sign-on/{provider_id:uuid}", tags=["Sign-on"])
async def drop_provider(context: Context, services: Services, provider_id: UUID) -> None:
    """Remove a provider."""
    async with services.database.transaction(context) as tx:
        await delete_provider(tx, provider_id)


@post("/sign-on/check", status_code=200, tags=["Sign-on"])
async def check(context: Context, services: Services, data: ProviderWish) -> dict[str, Any]:
    """What the provider says of itself, before it is saved."""
    context.require("sign_on.manage")
    metadata = await services.get(Oidc).check(data.issuer)
    shown = ("issuer", "authorization_endpoint", "token_endpoint", "scopes_supported", "claims_supported")
    return {k: metadata.get(k) for k in shown}


oidc_routes: list[Any] = [begin, callback, providers, new_provider, edit_provider, drop_provider, check]
