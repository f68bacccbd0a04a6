"""Signing in and out."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import Cookie

from battito.accounts.actions.sign_in import sign_in, sign_out
from battito.accounts.sessions import COOKIE
from battito.platform.actor import Context
from battito.platform.services import Services


class Credentials(msgspec.Struct, forbid_unknown_fields=True):
    """What a person types."""

    email: Annotated[str, msgspec.Meta(max_length=320)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]


class SignedIn(msgspec.Struct):
    """The session's cookie is set."""

    state: str


def session_cookie(services: Services, token: str) -> Cookie:
    """The browser's session: HttpOnly, SameSite=Lax, Secure when the product is reached by https."""
    return Cookie(
        key=COOKIE, value=token, httponly=True, samesite="lax", path="/",
        secure=services.settings.base_url.startswith("https:"), max_age=int(services.settings.session_hours * 3600),
    )  # fmt: skip


@post("/sign-in", status_code=200)
async def sign_in_door(request: Request[Any, Any, Any], services: Services, data: Credentials) -> Response[SignedIn]:
    """Sign in with e-mail and password."""
    client = request.client
    token = await sign_in(
        services,
        data.email,
        data.password,
        address=client.host if client else "",
        user_agent=request.headers.get("user-agent", ""),
    )
    return Response(SignedIn("signed-in"), cookies=[session_cookie(services, token)])


@post("/sign-out", status_code=204)
async def sign_out_door(context: Context, services: Services) -> Response[None]:
    """End this session."""
    async with services.database.transaction(context) as tx:
        await sign_out(tx)
    return Response(None, status_code=204, cookies=[Cookie(key=COOKIE, value="", max_age=0, path="/")])


sign_in_routes: list[Any] = [sign_in_door, sign_out_door]
