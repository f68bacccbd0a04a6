"""Doors that stand open before anybody is signed in: the state, set-up, invitations, forgotten passwords."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post

from battito.accounts.actions.links import change_password, look_up, make_link, reset_token, set_password_by_link
from battito.accounts.actions.setup import Setup, is_installed, set_up
from battito.accounts.actions.users import Invitation, invite_user
from battito.accounts.attempts import account_key, address_key, admit, count_failure
from battito.accounts.letters import invitation_letter, reset_letter
from battito.accounts.models import Person
from battito.platform.actor import Context
from battito.platform.errors import Forbidden, Invalid
from battito.platform.mail import can_send, send_later
from battito.platform.services import Services


class DemoPerson(msgspec.Struct, frozen=True):
    """Somebody one can be in the demo."""

    role: str
    name: str
    email: str
    password: str


class SignInNotes(msgspec.Struct):
    """What the sign-in page may show beyond its form; the composition root fills it for the demo."""

    demo: list[DemoPerson] = []
    setup_token: str = ""
    """Asked by the set-up wizard when the server listens beyond this machine."""


class SignInState(msgspec.Struct):
    """What the sign-in page needs to know."""

    installed: bool
    oidc: list[dict[str, Any]]
    passkeys: bool
    demo: list[DemoPerson] | None
    setup_token_needed: bool


class Email(msgspec.Struct, forbid_unknown_fields=True):
    """An address."""

    email: Annotated[str, msgspec.Meta(max_length=320)]


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    """A link's token and the password it sets."""

    token: Annotated[str, msgspec.Meta(max_length=200)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]


class Acceptance(msgspec.Struct, forbid_unknown_fields=True):
    """What an invited person fills in."""

    password: Annotated[str, msgspec.Meta(max_length=1000)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)] | None = None


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    """One's present and one's next password."""

    current: Annotated[str, msgspec.Meta(max_length=1000)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]


def _address(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else ""


@get("/sign-in", tags=["Sign-in"])
async def state(services: Services) -> SignInState:
    """Whether the installation has a workspace, and which ways of signing in there are."""
    notes = services.get(SignInNotes)
    async with services.database.reading() as connection:
        installed = await is_installed(connection)
        # shown before sign-in, so of every workspace of the installation
        providers = await connection.fetch(
            "/* any workspace: shown before anybody is signed in */ select id, name from oidc_provider where enabled order by name"
        )
    return SignInState(installed, [dict(p) for p in providers], True, notes.demo or None, bool(notes.setup_token))


@post("/setup", status_code=201, tags=["Sign-in"])
async def setup(services: Services, data: Setup) -> dict[str, Any]:
    """Make the first workspace and its administrator; possible once."""
    expected = services.get(SignInNotes).setup_token
    if expected and data.token != expected:
        raise Forbidden(
            "Enter the set-up token that the server printed when it started.",
            code="setup-token",
            fields={"token": "is not the one printed"},
        )
    return {"user_id": await set_up(services.database, data)}


@post("/password/forgot", status_code=202, tags=["Sign-in"])
async def forgot(request: Request[Any, Any, Any], services: Services, data: Email) -> dict[str, str]:
    """Send a reset link; the answer is the same whether or not the address is known."""
    keys = (f"forgot-{account_key(data.email)}", address_key(_address(request)))
    async with services.database.reading() as connection:
        await admit(connection, *keys)
        await count_failure(connection, *keys)
    found = await reset_token(services, data.email) if can_send(services.settings) else None
    if found is not None:
        context, name, email, token = found
        async with services.database.transaction(context) as tx:
            locale = await tx.fetchval(
                "select locale from app_user where workspace_id = $1 and id = $2", tx.workspace_id, context.actor.id
            )
            link = f"{services.settings.base_url}/reset/{token}"
            send_later(tx, reset_letter(to=email, name=name, link=link, locale=locale))
    return {"state": "sent" if can_send(services.settings) else "ask-an-administrator"}


@post("/password/reset", status_code=204, tags=["Sign-in"])
async def reset(services: Services, data: NewPassword) -> None:
    """Set a new password with the token of a reset link."""
    await set_password_by_link(services, data.token, "reset", data.password)


@post("/me/password", status_code=204, tags=["Me"])
async def my_password(context: Context, services: Services, data: PasswordChange) -> None:
    """Change one's own password."""
    key = f"password-{account_key(str(context.actor.id))}"
    async with services.database.reading() as connection:
        await admit(connection, key)
    try:
        async with services.database.transaction(context) as tx:
            await change_password(tx, data.current, data.password)
    except Invalid as error:
        if "current" in error.fields:
            async with services.database.reading() as connection:
                await count_failure(connection, key)
        raise


@get("/invitations/{token:str}", tags=["Sign-in"])
async def invitation(services: Services, token: str) -> dict[str, str]:
    """Whom an invitation is for."""
    found = await look_up(services, token, "invitation")
    return {"name": found["name"], "email": found["email"], "workspace": found["workspace"]}


@post("/invitations/{token:str}", status_code=204, tags=["Sign-in"])
async def accept(services: Services, token: str, data: Acceptance) -> None:
    """Accept an invitation: set the password."""
    await set_password_by_link(services, token, "invitation", data.password, name=data.name)


@post("/users", tags=["People"])
async def invite(context: Context, services: Services, data: Invitation) -> dict[str, Any]:
    """Invite somebody. `link` is given when no mail server is configured: pass it on yourself."""
    async with services.database.transaction(context) as tx:
        person = await invite_user(tx, data)
        token = await make_link(tx, person.id, "invitation")
        link = f"{services.settings.base_url}/invitation/{token}"
        if can_send(services.settings):
            workspace = await tx.fetchval("select name from workspace where id = $1", tx.workspace_id)
            send_later(
                tx,
                invitation_letter(
                    to=person.email,
                    name=person.name,
                    workspace=workspace,
                    by=context.actor.name,
                    link=link,
                    locale=data.locale,
                ),
            )
    return _with_link(services, person, link)


@post("/users/{user_id:uuid}/link", tags=["People"])
async def new_link(context: Context, services: Services, user_id: UUID) -> dict[str, Any]:
    """A fresh invitation link for a colleague, to pass on by hand."""
    async with services.database.transaction(context) as tx:
        token = await make_link(tx, user_id, "invitation")
    return {"link": f"{services.settings.base_url}/invitation/{token}"}


def _with_link(services: Services, person: Person, link: str) -> dict[str, Any]:
    return {"person": person, "link": None if can_send(services.settings) else link}


access_routes: list[Any] = [state, setup, forgot, reset, my_password, invitation, accept, invite, new_link]
