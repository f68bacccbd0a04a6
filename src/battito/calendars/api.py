"""Doors of calendars."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, patch, post
from litestar.params import Parameter, QueryParameter

from battito.calendars.actions import remove_calendar, save_calendar
from battito.calendars.models import Calendar, CalendarPreview, CalendarWish, Counted, Language, Region
from battito.calendars.queries import get_calendar, list_calendars
from battito.calendars.reading import check, countries, preview, regions, working_hours
from battito.platform.actor import Context
from battito.platform.errors import Invalid
from battito.platform.http.versions import IfMatch, version_of
from battito.platform.services import Services

LONGEST_S = 20 * 366 * 86_400


class Calendars(msgspec.Struct):
    """The calendars; there is no second page."""

    items: list[Calendar]
    next: None = None


class Places(msgspec.Struct):
    """Countries whose public holidays are known (ISO 3166-1), and the regions of the one that was asked for."""

    countries: list[str]
    regions: list[Region]


def _tagged(calendar: Calendar, status: int = 200) -> Response[Calendar]:
    return Response(calendar, headers={"etag": f'"{calendar.version}"'}, status_code=status)


@get("/", summary="Calendars")
async def calendars(context: Context, services: Services) -> Calendars:
    """All calendars of the workspace."""
    async with services.database.reading() as connection:
        return Calendars(await list_calendars(connection, context))


@get("/places", summary="Places with public holidays")
async def places(context: Context, country: Annotated[str | None, Parameter(pattern="^[A-Z]{2}$")] = None) -> Places:
    """Countries, and the regions, provinces and cities of one that have holidays of their own."""
    context.require("conversations.read")
    return Places(countries(), regions(country) if country else [])


@post("/preview", summary="Try a calendar", status_code=200)
async def try_calendar(
    context: Context, data: CalendarWish, at: datetime | None = None, language: Language = "it"
) -> CalendarPreview:
    """How a calendar that is being written would work out: nothing is kept."""
    context.require("conversations.read")
    check(data)
    return preview(data, _aware(at, "at") or datetime.now(UTC), language=language)


@get("/{calendar_id:uuid}", summary="One calendar")
async def calendar(context: Context, services: Services, calendar_id: UUID) -> Response[Calendar]:
    """One calendar."""
    async with services.database.reading() as connection:
        return _tagged(await get_calendar(connection, context, calendar_id))


@get("/{calendar_id:uuid}/preview", summary="How a calendar works out")
async def calendar_preview(
    context: Context, services: Services, calendar_id: UUID, at: datetime | None = None, language: Language = "it"
) -> CalendarPreview:
    """Open or not at a moment (now), the next change, two weeks of hours, and the next holidays and exceptions."""
    async with services.database.reading() as connection:
        found = await get_calendar(connection, context, calendar_id)
    return preview(found, _aware(at, "at") or datetime.now(UTC), language=language)


@get("/{calendar_id:uuid}/time", summary="Count business time")
async def business_time(
    context: Context,
    services: Services,
    calendar_id: UUID,
    begin: Annotated[datetime, QueryParameter(name="from")],
    end: Annotated[datetime | None, QueryParameter(name="to")] = None,
    add_s: Annotated[float | None, Parameter(ge=0, le=LONGEST_S)] = None,
) -> Counted:
    """Open seconds from one moment to another, and the moment `add_s` open seconds after the first."""
    async with services.database.reading() as connection:
        found = await get_calendar(connection, context, calendar_id)
    start, until = _aware(begin, "from"), _aware(end, "to")
    assert start is not None
    if until is not None and abs((until - start).total_seconds()) > LONGEST_S:
        raise Invalid("These moments are more than twenty years apart.", field="to")
    hours = working_hours(found)
    at = None if add_s is None else hours.add_business(start, add_s)
    return Counted(
        from_=start, to=until, wall_s=None if until is None else (until - start).total_seconds(),
        business_s=None if until is None else hours.business_seconds(start, until),
        after_s=add_s, at=at, open=hours.is_open(start), next_opening=hours.next_opening(start),
    )  # fmt: skip


@post("/", summary="Make a calendar")
async def new_calendar(context: Context, services: Services, data: CalendarWish) -> Response[Calendar]:
    """A calendar."""
    async with services.database.transaction(context) as tx:
        return _tagged(await save_calendar(tx, None, data), 201)


@patch("/{calendar_id:uuid}", summary="Change a calendar")
async def edit_calendar(
    context: Context, services: Services, calendar_id: UUID, data: CalendarWish, if_match: IfMatch = None
) -> Response[Calendar]:
    """Change the whole of it: what is promised by it follows at once."""
    async with services.database.transaction(context) as tx:
        return _tagged(await save_calendar(tx, calendar_id, data, version=version_of(if_match)))


@delete("/{calendar_id:uuid}", summary="Take a calendar away")
async def drop_calendar(context: Context, services: Services, calendar_id: UUID) -> None:
    """Take it away, unless something counts by it."""
    async with services.database.transaction(context) as tx:
        await remove_calendar(tx, calendar_id)


def _aware(at: datetime | None, field: str) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise Invalid("Write the moment with its offset, such as 2026-03-02T09:30:00Z.", field=field)
    return at


router = Router(
    path="/calendars", tags=["Calendars"],
    route_handlers=[
        calendars, places, try_calendar, calendar, calendar_preview, business_time, new_calendar, edit_calendar, drop_calendar,
    ],
)  # fmt: skip
