"""The composition root: the only place that knows everybody. Makes a node's services and its ASGI application."""

import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol, cast

import msgspec
import structlog
from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi.config import OpenAPIConfig
from litestar.types import ControllerRouterHandler

from battito import __version__
from battito.accounts import api as accounts_api
from battito.accounts.access_api import SignInNotes
from battito.accounts.oidc import Oidc
from battito.accounts.sessions import Sessions, bearer, may_while_enrolling
from battito.automation import api as automation_api
from battito.automation import keeping as automation_keeping  # noqa: F401 (its import declares which files are kept)
from battito.calendars import api as calendars_api
from battito.channels import api as channels_api
from battito.channels import keeping as channels_keeping  # noqa: F401 (its import declares which files are kept)
from battito.channels import teams as channels_teams  # noqa: F401 (its import declares how accounts let go of a team)
from battito.channels.accounts import Accounts
from battito.channels.listeners import Listeners
from battito.channels.outbox import Outbox
from battito.channels.registry import Registry
from battito.contacts import api as contacts_api
from battito.conversations import api as conversations_api
from battito.conversations import attachments  # noqa: F401 (its import declares a consumer)
from battito.conversations import jobs as conversations_jobs  # noqa: F401 (its import declares jobs)
from battito.conversations import keeping as conversations_keeping  # noqa: F401 (its import declares which files are kept)
from battito.conversations import reactions as conversations_reactions  # noqa: F401 (its import declares consumers)
from battito.conversations import teams as conversations_teams  # noqa: F401 (its import declares how conversations let go of a team)
from battito.conversations.batcher import Batcher
from battito.conversations.brands import brand_lookup
from battito.conversations.capabilities import Catalogue
from battito.conversations.doors import PostDoor, match_post
from battito.insights import api as insights_api
from battito.insights import jobs as insights_jobs  # noqa: F401 (its import declares jobs)
from battito.insights import reactions as insights_reactions  # noqa: F401 (its import declares a consumer)
from battito.insights import rolling as insights_rolling  # noqa: F401 (its import declares a job)
from battito.insights.snapshots import Snapshots
from battito.platform.actor import Context
from battito.platform.database import Database
from battito.platform.database.migrations import migrate
from battito.platform.events.bus import Bus, PostgresBus
from battito.platform.events.consumers import Consumers
from battito.platform.events.hub import Hub, early
from battito.platform.events.nats import NatsBus
from battito.platform.events.socket import LiveSocket
from battito.platform.events.tail import Tail
from battito.platform.files import Files
from battito.platform.files import api as files_api
from battito.platform.files import jobs as files_jobs  # noqa: F401 (its import declares jobs)
from battito.platform.files import unused as unused_files  # noqa: F401 (its import declares a recurring job)
from battito.platform.http.framework import litestar_problem, provide_context, provide_services, refuse_nul_anywhere
from battito.platform.http.front import Front
from battito.platform.http.limits import Limits, RateLimiter
from battito.platform.http.openapi import CompleteDocument
from battito.platform.http.raw import AsgiApp, Receive, Scope, Send
from battito.platform.http.static import StaticFiles
from battito.platform.jobs import Jobs, housekeeping  # noqa: F401 (its import declares the recurring jobs)
from battito.platform.jobs import api as jobs_api
from battito.platform.keyring import KeyRing, load_key_ring
from battito.platform.services import Services
from battito.platform.settings import Settings
from battito.platform.telemetry.health import HealthDoors
from battito.platform.telemetry.metrics import observe_request
from battito.routing import api as routing_api
from battito.routing import jobs as routing_jobs  # noqa: F401 (its import declares the recurring job)
from battito.routing import telling as routing_telling  # noqa: F401 (its import declares what a person's data hold)
from battito.routing.router.ask import Pictures
from battito.routing.router.node import Router as WorkRouter
from battito.sla import api as sla_api
from battito.sla import jobs as sla_jobs  # noqa: F401 (its import declares jobs, consumers and who tells promises)
from battito.twin import api as twin_api
from battito.twin import jobs as twin_jobs  # noqa: F401 (its import declares a job)

log = structlog.get_logger(__name__)


class Part(Protocol):
    """Something of a node that runs."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


async def make_services(settings: Settings, database_url: str) -> Services:
    """Connect one node's parts; nothing runs yet."""
    database = await Database.connect(database_url, size=settings.database_pool)
    node = f"{os.uname().nodename}-{os.getpid()}-{secrets.token_hex(2)}"
    hub, tail = Hub(), Tail(database)
    bus: Bus = PostgresBus(database_url, node)
    if settings.nats_url:
        async with database.reading() as connection:
            bus = NatsBus(settings.nats_url, node, str(await connection.fetchval("select uuid from installation")))
    services = Services(
        settings=settings, database=database, database_url=database_url, bus=bus, hub=hub, tail=tail, node=node
    )
    services.provide(load_key_ring(settings), KeyRing)
    sessions = Sessions(database, settings.session_hours)
    services.provide(sessions)
    services.provide(SignInNotes())
    services.provide(Oidc(services))
    services.provide(Batcher(database))
    services.provide(Consumers(database, services))
    services.provide(LiveSocket(services))
    services.provide(Jobs(services))
    services.provide(Files(services))
    registry = Registry.discover()
    services.provide(registry)
    services.provide(registry, Catalogue)
    for part in (
        Accounts(services, registry),
        Outbox(services),
        Listeners(services),
        WorkRouter(services),
        Pictures(),
        Snapshots(),
    ):
        services.provide(part)

    hub.brands.lookup = brand_lookup(database)
    tail.settle = hub.brands.settle
    tail.listen(hub.publish)
    tail.listen(services.get(Consumers).hear)
    hub.listeners += [sessions.hear, services.get(LiveSocket).hear, services.get(Accounts).hear]
    hub.listeners += [services.get(Outbox).hear, services.get(Listeners).hear]
    database.on_commit += [tail.wake, bus.wake]
    database.on_urgent.append(lambda *what: bus.signal(early(*what)))
    database.on_enqueue.append(services.get(Jobs).wake)

    bus.subscribe(on_wake=tail.wake, on_signal=hub.signal)
    return services


@contextlib.asynccontextmanager
async def running(services: Services) -> AsyncIterator[Services]:
    """Start a node's parts, and stop them in the other order: doors first, the database last."""
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(services.database.close)
        parts: tuple[Part, ...] = (
            services.bus, services.tail, services.get(Batcher), services.get(Consumers), services.get(Jobs), services.get(Outbox),
            services.get(Listeners), services.get(WorkRouter),
        )  # fmt: skip
        for part in parts:
            await part.start()
            stack.push_async_callback(part.stop)
        yield services
        services.draining = True
        services.get(LiveSocket).drain()


ROUTES: list[ControllerRouterHandler] = [
    *accounts_api.routes,
    *contacts_api.routes,
    *conversations_api.routes,
    *automation_api.routes,
    *channels_api.routes,
    jobs_api.router,
    files_api.router,
    *routing_api.routes,
    *insights_api.routes,
    *twin_api.routes,
    calendars_api.router,
    sla_api.router,
]
"""Every room's REST doors, under /api/v1."""


Alongside = Callable[[Services], contextlib.AbstractAsyncContextManager[None]]
"""Something that runs beside a node's parts, from before its doors open until it stops."""


def make_app(settings: Settings, database_url: str, alongside: Alongside | None = None) -> Front:
    """The ASGI application of one node."""
    box: dict[str, Services] = {}

    @contextlib.asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        await migrate(database_url)
        services = await make_services(settings, database_url)
        box["services"] = services
        app.state.services = services
        async with running(services), alongside(services) if alongside else contextlib.nullcontext():
            yield

    api = Litestar(
        [Router(path="/api/v1", route_handlers=ROUTES)],
        lifespan=[lifespan],
        state=State(),
        dependencies={
            "context": Provide(provide_context, sync_to_thread=False),
            "services": Provide(provide_services, sync_to_thread=False),
        },
        exception_handlers={HTTPException: litestar_problem, Exception: litestar_problem},
        before_request=refuse_nul_anywhere,
        openapi_config=OpenAPIConfig(
            title="Battito",
            version=__version__,
            path="/api",
            render_plugins=[CompleteDocument()],
            use_handler_docstrings=True,
            description="Everything the product can do, by REST.",
        ),
        request_max_body_size=settings.file_limit_mb * 1_000_000 + 100_000,
        type_encoders={msgspec.Struct: msgspec.to_builtins},
        logging_config=None,
    )

    async def authenticate(scope: Scope) -> Context | None:
        token = bearer(scope)
        if token is None:
            return None
        context = await box["services"].get(Sessions).context(token)
        if context is None:
            return None
        client: Any = scope.get("client")
        return msgspec.structs.replace(
            context, request_id=scope["state"]["request_id"], address=client[0] if client else ""
        )

    def late(kind: Callable[[Services], AsgiApp]) -> AsgiApp:
        """A raw door that is made with the services, once they exist."""
        doors: list[Any] = []

        async def door(scope: Scope, receive: Receive, send: Send) -> None:
            if not doors:
                doors.append(kind(box["services"]))
            await doors[0](scope, receive, send)

        return door

    async def live(scope: Scope, receive: Receive, send: Send) -> None:
        await box["services"].get(LiveSocket)(scope, receive, send)

    health = late(HealthDoors)
    return Front(
        cast(AsgiApp, api),
        authenticate=authenticate,
        hot=[
            (match_post, late(PostDoor)),
            (lambda method, path: {} if method == "WEBSOCKET" and path == "/api/v1/live" else None, live),
        ],
        mounts=[
            *((path, late(door)) for channel in Registry.discover().all() for path, door in channel.doors().items()),
            ("/healthz", health),
            ("/readyz", health),
            ("/metrics", health),
        ],
        static=StaticFiles(settings.web_root),
        observe=observe_request,
        limits=Limits(
            RateLimiter(settings.rate_limit, settings.rate_limit * 2),
            RateLimiter(settings.rate_limit / 10, settings.rate_limit / 2),
        ),
        database=lambda: box["services"].database,
        may_while_enrolling=may_while_enrolling,
    )
