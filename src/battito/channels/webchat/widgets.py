"""Which widget a page means: accounts of this channel by site key, remembered until they change."""

import time
from typing import Final
from uuid import UUID

from battito.channels import accounts
from battito.channels.base import Account
from battito.platform.events.model import StoredEvent
from battito.platform.services import Services

KIND: Final = "webchat"
REMEMBER_S: Final = 30.0
REMEMBERED: Final = 5_000


class Widgets:
    """Finds accounts for doors that are asked thousands of times a second."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._by_key: dict[str, tuple[float, Account | None]] = {}
        self._by_id: dict[UUID, tuple[float, Account | None]] = {}

    async def by_site(self, site: str) -> Account | None:
        """The enabled widget with this key; None when there is none."""
        now = time.monotonic()
        known = self._by_key.get(site.lower())
        if known is None or known[0] < now:
            found = await accounts.by_address(self._services, KIND, site) if site else None
            if len(self._by_key) > REMEMBERED:
                self._by_key.clear()
            known = self._by_key[site.lower()] = (now + REMEMBER_S, found)
        account = known[1]
        return account if account is not None and account.enabled else None

    async def by_id(self, workspace_id: UUID, account_id: UUID) -> Account | None:
        """An enabled widget by its id."""
        now = time.monotonic()
        known = self._by_id.get(account_id)
        if known is None or known[0] < now:
            found = await accounts.find(self._services, workspace_id, account_id)
            if len(self._by_id) > REMEMBERED:
                self._by_id.clear()
            known = self._by_id[account_id] = (now + REMEMBER_S, found)
        account = known[1]
        ours = account is not None and account.enabled and account.channel == KIND and account.workspace_id == workspace_id
        return account if ours else None

    def hear(self, event: StoredEvent) -> None:
        """Forget what is known when somebody changes an account."""
        if event.type.startswith("channel_account."):
            self._by_key.clear()
            self._by_id.clear()
