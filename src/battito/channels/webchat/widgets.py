"""Which widget a page means: the enabled accounts of this channel, by site key and by id."""

from typing import Final
from uuid import UUID

from battito.channels.accounts import Accounts
from battito.channels.base import Account
from battito.platform.services import Services

KIND: Final = "webchat"


class Widgets:
    """Finds accounts for doors that are asked thousands of times a second."""

    def __init__(self, services: Services) -> None:
        self._accounts = services.get(Accounts)
        self._by_key: dict[str, Account] = {}
        self._as_of = -1

    async def by_site(self, site: str) -> Account | None:
        """The enabled widget with this key, whatever its case; None when there is none."""
        if self._as_of != self._accounts.changes or not self._by_key:
            changes = self._accounts.changes
            self._by_key = {a.address.lower(): a for a in await self._accounts.of_kind(KIND)}
            self._as_of = changes
        return self._by_key.get(site.lower())

    async def by_id(self, workspace_id: UUID, account_id: UUID) -> Account | None:
        """An enabled widget of a workspace."""
        found = await self._accounts.get(account_id)
        ours = found is not None and found.enabled and found.channel == KIND and found.workspace_id == workspace_id
        return found if ours else None
