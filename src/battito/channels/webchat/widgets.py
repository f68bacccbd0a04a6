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

    async def by_site(self, site: str) -> Account | None:
        """The enabled widget with this key, whatever its case; None when there is none."""
        return await self._accounts.by_address(KIND, site)

    async def by_id(self, workspace_id: UUID, account_id: UUID) -> Account | None:
        """An enabled widget of a workspace."""
        found = await self._accounts.get(account_id)
        ours = found is not None and found.enabled and found.channel == KIND and found.workspace_id == workspace_id
        return found if ours else None
