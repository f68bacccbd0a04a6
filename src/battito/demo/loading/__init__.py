"""Writes the demonstration into an empty installation, in one transaction, by COPY."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import structlog

from battito.accounts.access_api import DemoPerson
from battito.accounts.actions.setup import SETUP_LOCK, is_installed, make_workspace
from battito.accounts.passwords import hash_password
from battito.demo.loading.accounts import connect_accounts
from battito.demo.loading.base import Load
from battito.demo.loading.contacts import copy_contacts
from battito.demo.loading.conversations import copy_conversations
from battito.demo.loading.files import draw_files
from battito.demo.loading.hands import give_out
from battito.demo.loading.interactions import copy_interactions, recorded
from battito.demo.loading.kept import tell_kept
from battito.demo.loading.people import PASSWORD, copy_desk, copy_people
from battito.demo.loading.presences import copy_presences
from battito.demo.loading.promises import make_promises
from battito.demo.loading.replies import copy_replies
from battito.demo.loading.routes import copy_skills, publish_rules
from battito.demo.models import DemoWorld
from battito.demo.world import generate
from battito.platform.actor import Context
from battito.platform.services import Services

log = structlog.get_logger(__name__)

SEED: Final = 24
_SHOWN: Final = (
    ("Operatrice", "marta.rizzo"), ("Operatore", "omar.diallo"), ("Operatore guasti", "davide.negri"),
    ("Supervisore", "chiara.fontana"), ("Pianificatore", "giorgio.pace"), ("Progettista del servizio", "denise.esposito"),
    ("Analista", "irene.rota"), ("Amministratore", "nicola.mazza"), ("Cliente committente", "oksana.shevchenko"),
)  # fmt: skip
FIND: Final = "select id from workspace where settings ? 'demo' order by created_at limit 1"


async def ensure_demo(services: Services, *, progress: Callable[[str], None] = lambda _: None) -> list[DemoPerson]:
    """Load the demonstration where nothing is installed; the people one may sign in as, none without a demonstration.

    Call it after the migrations, before the doors open. An installation that has a workspace is left as it is.
    """
    if await demo_workspace(services) is None:
        async with services.database.reading() as connection:
            if await is_installed(connection):
                return []
        progress("making the demonstration: a company, its customers, three thousand conversations")
        await load(services, generate(SEED, datetime.now(UTC), full=True))
    return people_to_be()


async def demo_workspace(services: Services) -> UUID | None:
    """The demonstration's workspace, or None on an installation without one."""
    async with services.database.reading() as connection:
        found: UUID | None = await connection.fetchval(FIND)
    return found


def people_to_be() -> list[DemoPerson]:
    """Whom one may sign in as, for the sign-in page and the printed list."""
    from battito.demo.company import PEOPLE

    by_key = {p.key: p for p in PEOPLE}
    return [DemoPerson(role, by_key[key].name, by_key[key].email, PASSWORD) for role, key in _SHOWN]


async def load(services: Services, world: DemoWorld) -> UUID:
    """Write a world into the installation; its workspace. All of it, or nothing."""
    began = time.monotonic()
    world, full = give_out(world)
    hashed = await hash_password(PASSWORD)
    async with services.database.pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", SETUP_LOCK)
        await connection.execute("set local statement_timeout = '120s'")
        workspace = await make_workspace(connection, world.workspace, "it", "Europe/Rome")
        settings = {"demo": {"seed": world.seed, "made_at": world.now, "full": world.full}}
        await connection.execute("update workspace set settings = settings || $2 where id = $1", workspace, settings)
        state = Load(workspace=workspace, world=world, connection=connection, rng=random.Random(world.seed))
        await copy_people(state, hashed)
        await copy_desk(state)
        await copy_skills(state)
        await copy_replies(state)
        await _connect(services, state)
        await copy_contacts(state)
        await draw_files(services, state)
        ids = await copy_conversations(state)
        stretches = recorded(world)
        await copy_interactions(state, stretches, ids)
        await copy_presences(state, stretches, full)
        await _promise(services, state)
        await _route(services, state)
        await _set_timers(services, state)
    log.info("demo.loaded", seconds=round(time.monotonic() - began, 2), conversations=len(world.conversations))
    return workspace


async def _connect(services: Services, state: Load) -> None:
    """Channel accounts are made by their own action, inside the load's transaction; what was said is indexed after it."""
    from battito.platform.database import Tx

    now: Any = await state.connection.fetchval("select now()")
    tx = Tx(services.database, state.connection, Context.system(state.workspace, "Lumera Energia"), now)
    await connect_accounts(services, state, tx)
    tx.enqueue("search.rebuild", unique_key=f"search.rebuild {state.workspace}")
    await tx.flush()


async def _promise(services: Services, state: Load) -> None:
    """Calendars and policies come by their own actions, too."""
    from battito.platform.database import Tx

    now: Any = await state.connection.fetchval("select now()")
    tx = Tx(services.database, state.connection, Context.system(state.workspace, "Lumera Energia"), now)
    await make_promises(tx, state)
    await tell_kept(tx, state)
    await tx.flush()


async def _set_timers(services: Services, state: Load) -> None:
    """Who was put off wakes at the moment that was said."""
    from battito.conversations.actions.change import WAKE
    from battito.platform.database import Tx

    now: Any = await state.connection.fetchval("select now()")
    tx = Tx(services.database, state.connection, Context.system(state.workspace, "Lumera Energia"), now)
    asleep = await tx.fetch(
        "select id, snoozed_until from conversation where workspace_id = $1 and status = 'snoozed' and snoozed_until is not null",
        state.workspace,
    )
    for row in asleep:
        tx.enqueue(WAKE, {"conversation_id": row["id"]}, due_at=row["snoozed_until"], unique_key=f"{WAKE} {row['id']}")
    await tx.flush()


async def _route(services: Services, state: Load) -> None:
    """Segments and routing rules, as the one who designs the service published them."""
    from battito.accounts.permissions import PERMISSIONS
    from battito.platform.actor import Actor, ActorKind
    from battito.platform.database import Tx

    now: Any = await state.connection.fetchval("select now()")
    designer = next(p for p in state.world.people if p.role == "designer")
    actor = Actor(ActorKind.agent, state.users[designer.key], designer.name)
    context = Context(workspace_id=state.workspace, actor=actor, permissions=frozenset(PERMISSIONS))
    tx = Tx(services.database, state.connection, context, now)
    await publish_rules(tx, state)
    await tx.flush()
