"""Customers who write while one looks: through the SMTP door and the widget's socket, like anybody else.

They live in a process of their own and know only what customers know: addresses, the site, their own bills. This part
starts that process beside the server and ends it.
"""

import asyncio
import contextlib
import os
import sys
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from battito.channels.accounts import Accounts
from battito.channels.actions import change_account
from battito.channels.models import AccountChanges
from battito.channels.registry import Registry
from battito.channels.webchat.identity import audience
from battito.demo.company import ACCOUNTS
from battito.demo.live.config import Config, Site
from battito.demo.loading.accounts import SITES
from battito.platform.actor import Context
from battito.platform.keyring import KeyRing
from battito.platform.services import Services

log = structlog.get_logger(__name__)

STATE: Final = "select settings->'demo' as demo from workspace where id = $1"
GRACE_S: Final = 5.0
PROVIDER_HOST: Final = "127.0.0.1"


class DemoCustomers:
    """A part of the node: `start` and `stop`."""

    def __init__(self, services: Services, workspace: UUID) -> None:
        """Customers of that workspace, at the pace of the settings."""
        self._services, self._workspace = services, workspace
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Let the customers in. They find the doors by themselves once these are open."""
        settings = self._services.settings
        # the customers' mail provider is on this machine
        allowed = (*settings.private_networks, PROVIDER_HOST)
        self._services.settings = msgspec.structs.replace(settings, private_networks=allowed)
        config = await self._config()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "battito.demo.live", stdin=pipe, stdout=pipe, env=environment, start_new_session=True
        )
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(config) + b"\n")
        await self._process.stdin.drain()
        self._task = asyncio.create_task(self._meet(self._process), name="demo customers")

    async def stop(self) -> None:
        """Send everybody home."""
        if self._task is not None:
            self._task.cancel()
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), GRACE_S)
        except TimeoutError:
            process.kill()

    async def _meet(self, process: asyncio.subprocess.Process) -> None:
        """Their provider says on which port it listens: our outgoing mail is led there."""
        assert process.stdout is not None
        line = await process.stdout.readline()
        if line.strip().isdigit():
            await self._lead_mail(int(line))
        elif process.returncode is None:
            log.warning("demo.customers_stay_away", said=line.decode(errors="replace"))

    async def _lead_mail(self, port: int) -> None:
        services = self._services
        registry, ring = services.get(Registry), services.get(KeyRing)
        context = Context.system(self._workspace, "Lumera Energia")
        for account in await services.get(Accounts).of_kind("email", workspace_id=self._workspace):
            if account.settings.smtp.host != PROVIDER_HOST:
                continue  # somebody gave this mailbox a real server
            settings: dict[str, Any] = msgspec.to_builtins(account.settings)
            settings["smtp"]["port"] = port
            async with services.database.transaction(context) as tx:
                await change_account(tx, account.id, AccountChanges(settings=settings), registry=registry, ring=ring)

    async def _config(self) -> Config:
        services = self._services
        async with services.database.reading() as connection:
            state: dict[str, Any] = await connection.fetchval(STATE, self._workspace)
        sites: dict[str, Site] = {}
        by_site = {site: key for key, site in SITES.items()}
        for account in await services.get(Accounts).of_kind("webchat", workspace_id=self._workspace):
            key = by_site.get(account.settings.site_key)
            if key is not None and account.secrets is not None and account.secrets.identity_keys:
                signing = next(k for k in account.secrets.identity_keys if not k.retired)
                sites[key] = Site(account.settings.site_key, audience(account.settings), signing.kid, signing.secret)
        settings = services.settings
        host = "127.0.0.1" if settings.smtp_in_host in ("0.0.0.0", "::") else settings.smtp_in_host  # noqa: S104
        return Config(
            base_url=f"http://{'127.0.0.1' if settings.host in ('0.0.0.0', '::') else settings.host}:{settings.port}",  # noqa: S104
            smtp_host=host, smtp_port=settings.smtp_in_port, pace=settings.demo_pace,
            seed=int(state["seed"]), made_at=state["made_at"], full=bool(state.get("full")), sites=sites,
            mailboxes={a.key: a.address for a in ACCOUNTS if a.kind == "email"}, parent=os.getpid(),
        )  # fmt: skip
