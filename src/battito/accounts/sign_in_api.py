"""Doors to signing in and out, and to one's own second factors."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie

from battito.accounts import tickets
from battito.accounts.actions.passkeys import add_passkey, registration_options, remove_passkey
from battito.accounts.actions.second_factor import (
    Enrolment,
    FactorState,
    begin_totp,
    confirm_totp,
    factors_of,
    remove_totp,
    renew_recovery_codes,
)
from battito.accounts.actions.sign_in import (
    CodeNeeded,
    passkey_options,
    sign_in,
    sign_in_with_code,
    sign_in_with_passkey,
    sign_out,
)
from battito.accounts.sessions import COOKIE, Sessions
from battito.platform.actor import Context
from battito.platform.errors import Forbidden
from battito.platform.keyring import KeyRing
from battito.platform.services import Services

AnyRequest = Request[Any, Any, Any]


class Credentials(msgspec.Struct, forbid_unknown_fields=True):
    """What a person types."""

    email: Annotated[str, msgspec.Meta(max_length=320)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]


class SignedIn(msgspec.Struct, omit_defaults=True):
    """`signed-in` (the session's cookie is set) or `code-needed`."""

    state: Literal["signed-in", "code-needed"]
    ticket: str | None = None
    methods: list[str] = []


class Code(msgspec.Struct, forbid_unknown_fields=True):
    """A code of the app, or a recovery code."""

    ticket: Annotated[str, msgspec.Meta(max_length=200)]
    method: Literal["totp", "recovery"]
    code: Annotated[str, msgspec.Meta(max_length=60)]


class TicketOnly(msgspec.Struct, forbid_unknown_fields=True):
    """The ticket of a first step, or none."""

    ticket: str | None = None


class PasskeyAnswer(msgspec.Struct, forbid_unknown_fields=True):
    """What the browser's authenticator answered."""

    ticket: Annotated[str, msgspec.Meta(max_length=200)]
    credential: dict[str, Any]
    name: Annotated[str, msgspec.Meta(max_length=80)] = ""


class Password(msgspec.Struct, forbid_unknown_fields=True):
    """One's password."""

    password: Annotated[str, msgspec.Meta(max_length=1000)]


class OneCode(msgspec.Struct, forbid_unknown_fields=True):
    """A code of the app."""

    code: Annotated[str, msgspec.Meta(max_length=20)]


def session_cookie(services: Services, token: str) -> Cookie:
    """The browser's session: HttpOnly, SameSite=Lax, Secure when the product is reached by https."""
    return Cookie(
        key=COOKIE, value=token, httponly=True, samesite="lax", path="/",
        secure=services.settings.base_url.startswith("https:"), max_age=int(services.settings.session_hours * 3600),
    )  # fmt: skip


def origin_of(request: AnyRequest, services: Services) -> str:
    """The address that the browser shows: the configured one, else the one it asked for (a passkey is bound to it, and
    the browser itself refuses to answer for any other site)."""
    if services.settings.public_url:
        return services.settings.base_url
    return f"{request.scope['scheme']}://{request.headers.get('host', '')}"


def caller(request: AnyRequest) -> dict[str, str]:
    """Network address and program of a request."""
    return {
        "address": request.client.host if request.client else "",
        "user_agent": request.headers.get("user-agent", ""),
    }


@post("/sign-in", status_code=200, tags=["Sign-in"])
async def sign_in_door(request: AnyRequest, services: Services, data: Credentials) -> Response[SignedIn]:
    """Sign in with e-mail and password."""
    result = await sign_in(services, data.email, data.password, **caller(request))
    if isinstance(result, CodeNeeded):
        return Response(SignedIn("code-needed", result.ticket, list(result.methods)))
    return Response(SignedIn("signed-in"), cookies=[session_cookie(services, result)])


@post("/sign-in/code", status_code=200, tags=["Sign-in"])
async def code_door(request: AnyRequest, services: Services, data: Code) -> Response[SignedIn]:
    """The second step, with a code."""
    token = await sign_in_with_code(services, data.ticket, data.method, data.code, **caller(request))
    return Response(SignedIn("signed-in"), cookies=[session_cookie(services, token)])


@post("/sign-in/passkey/options", status_code=200, tags=["Sign-in"])
async def passkey_options_door(request: AnyRequest, services: Services, data: TicketOnly) -> dict[str, Any]:
    """What `navigator.credentials.get` needs, with the ticket for the answer."""
    options, ticket = await passkey_options(services, data.ticket, origin_of(request, services))
    return {"options": options, "ticket": ticket}


@post("/sign-in/passkey/verify", status_code=200, tags=["Sign-in"])
async def passkey_door(request: AnyRequest, services: Services, data: PasskeyAnswer) -> Response[SignedIn]:
    """Sign in with a passkey's answer."""
    token = await sign_in_with_passkey(
        services, data.ticket, data.credential, origin_of(request, services), **caller(request)
    )
    return Response(SignedIn("signed-in"), cookies=[session_cookie(services, token)])


@post("/sign-out", status_code=204, tags=["Sign-in"])
async def sign_out_door(context: Context, services: Services) -> Response[None]:
    """End this session."""
    async with services.database.transaction(context) as tx:
        await sign_out(tx)
    return Response(None, status_code=204, cookies=[Cookie(key=COOKIE, value="", max_age=0, path="/")])


@get("/me/factors", tags=["Me"])
async def factors(context: Context, services: Services) -> FactorState:
    """One's own second factors."""
    async with services.database.reading() as connection:
        return await factors_of(connection, context.workspace_id, context.user_id)


@post("/me/totp", tags=["Me"])
async def totp_begin(context: Context, services: Services) -> Enrolment:
    """Begin setting up an authenticator app."""
    _own_session(context)
    async with services.database.transaction(context) as tx:
        return await begin_totp(tx, services.get(KeyRing), "Battito")


@post("/me/totp/confirm", status_code=200, tags=["Me"])
async def totp_confirm(context: Context, services: Services, data: OneCode) -> dict[str, list[str]]:
    """Put the app in force; the answer holds the recovery codes, once."""
    _own_session(context)
    async with services.database.transaction(context) as tx:
        codes = await confirm_totp(tx, services.get(KeyRing), data.code)
    services.get(Sessions).forget()  # who was confined until now asks again at once, before the event comes round
    return {"recovery_codes": codes}


@post("/me/totp/remove", status_code=204, tags=["Me"])
async def totp_remove(context: Context, services: Services, data: Password) -> None:
    """Remove the app."""
    _own_session(context)
    async with services.database.transaction(context) as tx:
        await remove_totp(tx, data.password)


@post("/me/recovery-codes", status_code=200, tags=["Me"])
async def recovery_codes(context: Context, services: Services) -> dict[str, list[str]]:
    """Fresh recovery codes; the old ones end."""
    _own_session(context)
    async with services.database.transaction(context) as tx:
        return {"recovery_codes": await renew_recovery_codes(tx)}


@post("/me/passkeys/options", status_code=200, tags=["Me"])
async def my_passkey_options(request: AnyRequest, context: Context, services: Services) -> dict[str, Any]:
    """What `navigator.credentials.create` needs, with the ticket for the answer."""
    _own_session(context)
    async with services.database.transaction(context) as tx:
        options, challenge = await registration_options(tx, origin_of(request, services))
        ticket = await tickets.issue(
            tx.connection,
            "passkey-new",
            workspace_id=tx.workspace_id,
            user_id=context.user_id,
            data={"challenge": challenge},
        )
    return {"options": options, "ticket": ticket}


@post("/me/passkeys", tags=["Me"])
async def my_passkey_add(
    request: AnyRequest, context: Context, services: Services, data: PasskeyAnswer
) -> dict[str, UUID]:
    """Keep a new passkey."""
    _own_session(context)
    async with services.database.transaction(context) as tx:
        held = await tickets.use(tx.connection, data.ticket, "passkey-new")
        if held["user_id"] != context.user_id:
            raise Forbidden("This passkey was begun by somebody else.")
        passkey = await add_passkey(
            tx, origin_of(request, services), held["data"]["challenge"], data.credential, data.name
        )
    services.get(Sessions).forget()
    return {"id": passkey}


@delete("/me/passkeys/{passkey_id:uuid}", tags=["Me"])
async def my_passkey_remove(context: Context, services: Services, passkey_id: UUID) -> None:
    """Forget a passkey."""
    _own_session(context)
    async with services.database.transaction(context) as tx:
        await remove_passkey(tx, passkey_id)


def _own_session(context: Context) -> None:
    """Ways of signing in are changed by a person at a screen, never by an API key."""
    if context.session_id is None:
        raise Forbidden("An API key cannot change how somebody signs in.")


sign_in_routes: list[Any] = [
    sign_in_door, code_door, passkey_options_door, passkey_door, sign_out_door, factors, totp_begin, totp_confirm, totp_remove, recovery_codes,
    my_passkey_options, my_passkey_add, my_passkey_remove,
]  # fmt: skip
