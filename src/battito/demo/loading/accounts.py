"""The demonstration's mailboxes and chats, made by the same action an administrator uses."""

from typing import Any, Final

import msgspec

from battito.channels.actions import create_account
from battito.channels.models import NewAccount
from battito.channels.registry import Registry
from battito.channels.webchat.demo import DEMO_SITE, demo_settings
from battito.demo.loading.base import Load
from battito.demo.models import Account
from battito.platform.database import Tx
from battito.platform.keyring import KeyRing
from battito.platform.services import Services

SITES: Final = {"chat_casa": DEMO_SITE, "chat_business": "lumera-imprese", "chat_servizi": "lumera-casa"}
_TEAMS: Final = {
    "mail_casa": "luce_gas", "mail_business": "business", "mail_servizi": "casa", "mail_pec": "reclami",
    "chat_casa": "luce_gas", "chat_business": "business", "chat_servizi": "casa",
}  # fmt: skip


async def connect_accounts(services: Services, load: Load, tx: Tx) -> None:
    """Make every account."""
    registry, ring = services.get(Registry), services.get(KeyRing)
    brands = {b.key: b for b in load.world.brands}
    for account in load.world.accounts:
        brand = brands[account.brand]
        settings = _chat(account, brand.name, brand.colour) if account.kind == "webchat" else _mail(account, brand.name)
        new = NewAccount(
            channel=account.kind, name=account.name, settings=settings, brand_id=load.brands[account.brand],
            team_id=load.teams[_TEAMS[account.key]],
            queue_id=load.queues[_TEAMS[account.key]],
        )  # fmt: skip
        made = await create_account(tx, new, registry=registry, ring=ring)
        load.accounts[account.key] = made.id


def _mail(account: Account, brand: str) -> dict[str, Any]:
    return {
        "mailbox": account.address,
        "shown_name": "Lumera Energia (PEC)" if account.certified else brand,
        "receive": "smtp",
        "smtp": {"host": "127.0.0.1", "port": 2525, "security": "none"},
    }


def _chat(account: Account, brand: str, colour: str) -> dict[str, Any]:
    settings: dict[str, Any] = msgspec.to_builtins(demo_settings(SITES[account.key], brand, colour))
    return settings
