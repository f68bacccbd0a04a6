"""Sign in, sign out."""

from battito.accounts.attempts import account_key, address_key, admit, count_failure, forgive
from battito.accounts.events import SessionRevoked
from battito.accounts.passwords import verify_password
from battito.accounts.sessions import open_session
from battito.platform.action import action
from battito.platform.actor import Actor, ActorKind, Context
from battito.platform.database import Tx
from battito.platform.errors import Unauthenticated
from battito.platform.services import Services


async def sign_in(services: Services, email: str, password: str, *, address: str, user_agent: str) -> str:
    """Check e-mail and password and open a session; its token. Raises `Unauthenticated` without saying which was wrong."""
    keys = (account_key(email), address_key(address))
    async with services.database.reading() as connection:
        await admit(connection, *keys)
        # the one look-up that cannot name a workspace: it finds out which one the person belongs to
        row = await connection.fetchrow(
            "select id, workspace_id, name, password_hash from app_user where lower(email) = lower($1) and disabled_at is null",
            email.strip(),
        )
    right = await verify_password(row["password_hash"] if row else None, password)
    if not right or row is None:
        async with services.database.reading() as connection:
            await count_failure(connection, *keys)
        raise Unauthenticated("E-mail or password are not right.", code="wrong-credentials")
    context = Context(
        workspace_id=row["workspace_id"], actor=Actor(ActorKind.agent, row["id"], row["name"]), address=address
    )
    async with services.database.transaction(context) as tx:
        await forgive(tx.connection, *keys)
        return await open_session(
            tx, row["id"], method="password", hours=services.settings.session_hours, user_agent=user_agent
        )


@action("session.sign_out", permission=None)
async def sign_out(tx: Tx) -> None:
    """End the session that this request came with."""
    session = tx.context.session_id
    await tx.execute(
        "update sign_in set revoked_at = $3 where workspace_id = $1 and id = $2", tx.workspace_id, session, tx.now
    )
    if session is not None:
        tx.emit(SessionRevoked(user_id=tx.context.user_id, session_id=session))
