"""A fresh workspace with people in it. Every test gets its own, so tests share one database without meeting."""

from typing import Any
from uuid import UUID

import msgspec

from battito.accounts.permissions import BUILTIN_ROLES
from battito.kit.ids import uuid7
from battito.platform.actor import Actor, ActorKind, Context

PASSWORD = "una password lunga"
# argon2id of PASSWORD: hashing costs 50 ms, tests need it hundreds of times
PASSWORD_HASH = "$argon2id$v=19$m=65536,t=3,p=1$7u9nCOsG/QClCWwxGHS3rg$2mtLnTYvrIrU+HEZyUcaqeXHhwvrQkLIltd0N6xiqIQ"


class Member(msgspec.Struct, frozen=True):
    """Somebody who works in the test's workspace, with a signed-in token."""

    id: UUID
    name: str
    email: str
    token: str
    context: Context

    @property
    def headers(self) -> dict[str, str]:
        """What a program sends to be this person."""
        return {"authorization": f"Bearer {self.token}"}


class Furnished(msgspec.Struct, frozen=True):
    """A workspace with one person per built-in role; `agent`, `other` (a second agent), `supervisor`, `administrator` by name."""

    id: UUID
    brand_id: UUID
    team_id: UUID
    members: dict[str, Member]

    def __getattr__(self, name: str) -> Member:
        try:
            return self.members[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def system(self) -> Context:
        """A context that may do everything in this workspace."""
        return Context.system(self.id)


async def furnish(connection: Any) -> Furnished:
    """Make a workspace on an open connection."""
    from battito.accounts.sessions import token_hash

    workspace, brand, team = uuid7(), uuid7(), uuid7()
    await connection.execute("insert into workspace(id, name, slug) values ($1, 'Prova', $2)", workspace, workspace.hex)
    await connection.execute("insert into brand(id, workspace_id, name) values ($1, $2, 'Prova')", brand, workspace)
    await connection.execute("insert into team(id, workspace_id, name) values ($1, $2, 'Squadra')", team, workspace)
    members: dict[str, Member] = {}
    roles: dict[str, tuple[UUID, tuple[str, ...]]] = {}
    for key, (name, permissions) in BUILTIN_ROLES.items():
        role = uuid7()
        roles[key] = (role, permissions)
        await connection.execute(
            "insert into role(id, workspace_id, key, name, permissions) values ($1, $2, $3, $4, $5)",
            role,
            workspace,
            key,
            name,
            list(permissions),
        )
    for who, key in [("agent", "agent"), ("other", "agent"), *((k, k) for k in BUILTIN_ROLES if k != "agent")]:
        role, permissions = roles[key]
        user, session, token = uuid7(), uuid7(), uuid7().hex
        email = f"{who}.{user.hex[-8:]}@example.it"
        await connection.execute(
            "insert into app_user(id, workspace_id, email, name, password_hash) values ($1, $2, $3, $4, $5)",
            user, workspace, email, f"{who.title()} Prova", PASSWORD_HASH,
        )  # fmt: skip
        await connection.execute(
            "insert into user_role(workspace_id, user_id, role_id) values ($1, $2, $3)", workspace, user, role
        )
        await connection.execute(
            "insert into team_member(workspace_id, team_id, user_id) values ($1, $2, $3)", workspace, team, user
        )
        await connection.execute(
            "insert into presence(user_id, workspace_id, state) values ($1, $2, 'available')", user, workspace
        )
        await connection.execute(
            "insert into sign_in(id, workspace_id, user_id, token_hash, method, expires_at) values ($1, $2, $3, $4, 'test', now() + interval '1 day')",
            session, workspace, user, token_hash(token),
        )  # fmt: skip
        context = Context(
            workspace_id=workspace,
            actor=Actor(ActorKind.agent, user, f"{who.title()} Prova"),
            permissions=frozenset(permissions),
            session_id=session,
        )
        members[who] = Member(user, f"{who.title()} Prova", email, token, context)
    return Furnished(workspace, brand, team, members)


async def a_contact(connection: Any, workspace: Furnished, name: str = "Teresa Colombo") -> UUID:
    """A contact with an e-mail identity."""
    contact = uuid7()
    await connection.execute(
        "insert into contact(id, workspace_id, name) values ($1, $2, $3)", contact, workspace.id, name
    )
    address = f"{contact.hex}@example.it"
    await connection.execute(
        "insert into identity(id, workspace_id, contact_id, kind, value, shown) values ($1, $2, $3, 'email', $4, $4)",
        uuid7(),
        workspace.id,
        contact,
        address,
    )
    return contact


async def a_conversation(
    connection: Any, workspace: Furnished, *, contact: UUID | None = None, channel: str = "email"
) -> UUID:
    """An open conversation without messages."""
    contact = contact or await a_contact(connection, workspace)
    conversation = uuid7()
    number = await connection.fetchval(
        "insert into conversation_number(workspace_id, next) values ($1, 2) on conflict (workspace_id) do update set next = conversation_number.next + 1 returning next - 1",
        workspace.id,
    )
    await connection.execute(
        "insert into conversation(id, workspace_id, number, brand_id, contact_id, channel) values ($1, $2, $3, $4, $5, $6)",
        conversation, workspace.id, number, workspace.brand_id, contact, channel,
    )  # fmt: skip
    return conversation
