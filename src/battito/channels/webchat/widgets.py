"""Which widget a page means: the enabled accounts of this channel, by site key and by id; and when somebody answers there."""

import time
from datetime import tzinfo
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from battito.calendars.hours import WorkingHours
from battito.calendars.queries import rules_of
from battito.calendars.reading import working_hours
from battito.channels.accounts import Accounts
from battito.channels.base import Account
from battito.channels.webchat.hours import own_hours
from battito.platform.events.model import StoredEvent
from battito.platform.services import Services

KIND: Final = "webchat"
REMEMBER_S: Final = 10.0
"""A calendar that was read while somebody changed it is read again after this at the latest."""


class Widgets:
    """Finds accounts for doors that are asked thousands of times a second."""

    def __init__(self, services: Services) -> None:
        self._accounts = services.get(Accounts)
        self._database = services.database
        self._calendars: dict[UUID, tuple[float, WorkingHours | None]] = {}
        services.hub.listeners.append(self.hear)

    async def by_site(self, site: str) -> Account | None:
        """The enabled widget with this key, whatever its case; None when there is none."""
        return await self._accounts.by_address(KIND, site)

    async def by_id(self, workspace_id: UUID, account_id: UUID) -> Account | None:
        """An enabled widget of a workspace."""
        found = await self._accounts.get(account_id)
        ours = found is not None and found.enabled and found.channel == KIND and found.workspace_id == workspace_id
        return found if ours else None

    async def hours(self, account: Account) -> WorkingHours | None:
        """When somebody answers: by the workspace's calendar that the widget names, or its own hours. None: always."""
        calendar: UUID | None = account.settings.hours.calendar
        if calendar is None:
            return own_hours(account.settings.hours)
        until, known = self._calendars.get(calendar, (0.0, None))
        now = time.monotonic()
        if until > now:
            return known
        async with self._database.reading() as connection:
            rules = (await rules_of(connection, account.workspace_id, [calendar])).get(calendar)
        hours = working_hours(rules) if rules is not None else own_hours(account.settings.hours)
        self._calendars[calendar] = (now + REMEMBER_S, hours)
        return hours

    async def zone(self, account: Account) -> tzinfo:
        """Whose clock times are told by."""
        hours = await self.hours(account)
        return hours.zone if hours is not None else ZoneInfo(account.settings.hours.timezone)

    def hear(self, event: StoredEvent) -> None:
        """A changed calendar is read again."""
        if event.type == "calendar.changed":
            self._calendars.pop(UUID(event.data["calendar_id"]), None)
