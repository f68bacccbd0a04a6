"""Running a node: `battito run` (embedded database, demo) and `battito serve` (production)."""

import asyncio
import contextlib
import errno
import gc
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import asyncpg
import uvicorn
import uvloop

from battito.accounts.access_api import DemoPerson, SignInNotes
from battito.accounts.actions.setup import is_installed
from battito.app import Alongside, make_app
from battito.demo.live import DemoCustomers
from battito.demo.loading import demo_workspace, ensure_demo
from battito.platform.database import Database
from battito.platform.database.migrations import MigrationError, migrate, plan
from battito.platform.database.supervisor import DatabaseProblem, EmbeddedPostgres
from battito.platform.http import transport, websocket
from battito.platform.services import Services
from battito.platform.settings import Settings
from battito.platform.telemetry.logs import set_up_logs


def run(settings: Settings, *, demo: bool) -> int:
    """Start everything on this machine. Exit code 0 after an orderly stop."""
    set_up_logs("warning" if settings.log_level == "info" else settings.log_level, settings.log_format)
    listening = listen(settings)
    if listening is None:
        return 1
    beside = demonstration if demo else welcome
    if settings.database_url:
        return _serve_on(settings, settings.database_url, listening, beside)
    database = EmbeddedPostgres(settings.data, pg_bin=settings.pg_bin)
    say("database")
    try:
        url = database.start()
    except DatabaseProblem as error:
        print(f"battito: {error}", file=sys.stderr)
        return 1
    try:
        return _serve_on(settings, url, listening, beside)
    finally:
        database.stop()


def say(what: str) -> None:
    """One line of progress for whoever started the product."""
    print(f"  · {what}", flush=True)


@contextlib.asynccontextmanager
async def demonstration(services: Services) -> AsyncIterator[None]:
    """The demo workspace, its people to sign in as, and its customers."""
    people = await ensure_demo(services, progress=say)
    workspace = await demo_workspace(services)
    services.get(SignInNotes).demo = people
    customers = DemoCustomers(services, workspace) if workspace else None
    if customers:
        await customers.start()
    asyncio.get_running_loop().call_later(0.2, _greet, services.settings, people)
    try:
        yield
    finally:
        if customers:
            await customers.stop()


@contextlib.asynccontextmanager
async def welcome(services: Services) -> AsyncIterator[None]:
    """An empty installation: whoever opens it is led through the set-up; from another machine only with the printed token."""
    async with services.database.reading() as connection:
        installed = await is_installed(connection)
    if not installed and services.settings.host not in ("127.0.0.1", "::1", "localhost"):
        services.get(SignInNotes).setup_token = secrets.token_urlsafe(9)
        print(f"  Set-up token: {services.get(SignInNotes).setup_token}", flush=True)
    asyncio.get_running_loop().call_later(0.2, _greet, services.settings, [])
    yield


def _greet(settings: Settings, people: list[DemoPerson]) -> None:
    print(f"\n  Battito is at {settings.base_url}", flush=True)
    if people:
        print(f"  The customers' own page, with the chat: {settings.base_url}/demo")
        print(f"  Sign in as one of these, password «{people[0].password}»:\n")
        width = max(len(p.role) for p in people)
        for person in people:
            print(f"    {person.role:<{width}}  {person.email:<36} {person.name}")
    print("\n  Ctrl+C stops everything.\n", flush=True)


def serve(settings: Settings) -> int:
    """The production server."""
    set_up_logs(settings.log_level, settings.log_format)
    if not settings.database_url:
        print(
            "battito: set BATTITO_DATABASE_URL (postgresql://user:password@host/name), or use `battito run`.",
            file=sys.stderr,
        )
        return 2
    listening = listen(settings)
    return 1 if listening is None else _serve_on(settings, settings.database_url, listening, welcome)


def listen(settings: Settings) -> socket.socket | None:
    """Take the address before anything else is started; None, with a message, when it is not to be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((settings.host, settings.port))
    except OSError as error:
        print(
            f"battito: port {settings.port} on {settings.host} cannot be used ({error.strerror}).\n"
            f"         {_what_instead(error, settings)}",
            file=sys.stderr,
        )
        sock.close()
        return None
    sock.listen(2048)
    return sock


def _what_instead(error: OSError, settings: Settings) -> str:
    """What to do about an address that cannot be listened on."""
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return (
            "This machine has no such address. Choose another one: --host 127.0.0.1, or --host 0.0.0.0 for every one."
        )
    if error.errno == errno.EACCES:
        return "Ports below 1024 are root's. Choose a higher one (--port 8080) and let a web server pass requests on."
    if settings.port < 65535:
        return f"Choose another one: battito run --port {settings.port + 1}"
    return "Choose another one: battito run --port 8080"


def _serve_on(settings: Settings, url: str, sock: socket.socket, beside: Alongside) -> int:
    config = uvicorn.Config(
        make_app(settings, url, partial(_settled, beside)),
        loop="uvloop",
        http=transport.Protocol,
        ws=websocket.Protocol,
        ws_per_message_deflate=False,
        ws_max_size=1_000_000,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=int(settings.drain_seconds),
        lifespan="on",
    )
    server = uvicorn.Server(config)
    # uvicorn repeats the signal that stopped it once it has stopped; what follows here is still to be done then
    signal.signal(signal.SIGTERM, lambda *_: None)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:  # before the doors open: what does not fit is said in words, not as a failed start of the framework
            runner.run(migrate(url))
        except MigrationError as error:
            print(f"battito: {error}", file=sys.stderr)
            sock.close()
            return 1
        runner.run(server.serve(sockets=[sock]))
    return 0 if server.started else 1


@contextlib.asynccontextmanager
async def _settled(beside: Alongside, services: Services) -> AsyncIterator[None]:
    """With all that stays in memory set apart: the collector looks at it no more, and no message waits for that."""
    async with beside(services):
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 20, 20)
        yield


async def with_database(settings: Settings, work: Callable[[Database], Awaitable[int]]) -> int:
    """Run `work` on the installation's database, migrated, starting the embedded server if nobody runs it."""
    embedded = None if settings.database_url else EmbeddedPostgres(settings.data, pg_bin=settings.pg_bin)
    url = settings.database_url or (await embedded.start_async() if embedded else "")
    try:
        await migrate(url)
        database = await Database.connect(url, size=2)
        try:
            return await work(database)
        finally:
            await database.close()
    finally:
        if embedded:
            await embedded.stop_async()


async def migrate_command(settings: Settings, *, plan_only: bool) -> int:
    """`battito migrate [--plan]`."""
    database = None
    url = settings.database_url
    if url is None:
        database = EmbeddedPostgres(settings.data, pg_bin=settings.pg_bin)
        url = await database.start_async()
    try:
        if plan_only:
            connection = await asyncpg.connect(url)
            try:
                found = await plan(connection)
            finally:
                await connection.close()
            for migration in found.pending:
                print(f"would run {migration.label}")
            if not found.pending:
                print(f"nothing to do: {len(found.done)} migrations have run")
            return 0
        ran = await migrate(url, progress=lambda label: print(f"running {label}"))
        print(f"{len(ran)} migrations ran" if ran else "nothing to do")
        return 0
    except MigrationError as error:
        print(f"battito: {error}", file=sys.stderr)
        return 1
    finally:
        if database:
            await database.stop_async()
