"""Facts about calendars."""

from uuid import UUID

from battito.calendars.models import Calendar
from battito.platform.events.model import Event


class CalendarChanged(Event, frozen=True, kw_only=True, tag="calendar.changed"):
    """A calendar was made, changed or taken away (`calendar` is null)."""

    calendar_id: UUID
    calendar: Calendar | None
