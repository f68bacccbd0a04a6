"""Doors of the twin."""

import asyncio
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import Parameter, QueryParameter
from litestar.types import ControllerRouterHandler

from battito.platform.actor import Context
from battito.platform.errors import Invalid, NotFound
from battito.platform.http.limits import RateLimiter
from battito.platform.services import Services
from battito.twin.actions import ask, cancel, edit, remove
from battito.twin.answer import Question, second_of
from battito.twin.changes import profiles
from battito.twin.limits import BYTES, check, contacts
from battito.twin.models import (
    Asked,
    Checked,
    Fault,
    LiveScenario,
    LiveWish,
    PeriodWish,
    Run,
    RunEdit,
    RunRow,
    RunWish,
    ScenarioWish,
)
from battito.twin.notes import Note
from battito.twin.queries import latest_day, live_scenario, may_ask, owner_of, recorded
from battito.twin.reading import faults, parse
from battito.twin.scenario import Scenario, ScenarioError
from battito.twin.store import runs as store
from battito.twin.writing import data_to_yaml, to_data, to_yaml

TAGS = ["Twin"]
ASKING: Final = RateLimiter(0.5, 30)
"""Questions a person may ask: one every two seconds, thirty at once."""


class Runs(msgspec.Struct):
    """Runs, latest first."""

    items: list[RunRow]
    next: str | None


@get("/twin/scenario", tags=TAGS)
async def scenario(
    context: Context,
    services: Services,
    to: date | None = None,
    from_: Annotated[date | None, QueryParameter(name="from")] = None,
    weekday: str | None = None,
    now: bool = False,
) -> LiveScenario:
    """The workspace as a scenario: its queues and people, and what was recorded of its contacts."""
    may_ask(context)
    day: int | msgspec.UnsetType | None = msgspec.UNSET
    if weekday is not None:
        if weekday != "all" and weekday not in tuple("0123456"):
            raise Invalid("A weekday is a number from 0 (Monday) to 6, or all.", field="weekday")
        day = None if weekday == "all" else int(weekday)
    ASKING.take(str(context.actor.id))
    async with services.database.reading() as connection:
        wish = LiveWish(from_=from_, to=to, weekday=day, now=now)
        return await live_scenario(connection, context.workspace_id, wish, brands=context.brands)


@post("/twin/check", tags=TAGS, status_code=200)
async def look(context: Context, data: ScenarioWish) -> Checked:
    """What is wrong with a scenario, key by key and line by line; or the scenario in both forms."""
    may_ask(context)
    # a long text takes a while to read: not on the loop that answers everybody
    return await asyncio.to_thread(_looked, data.scenario)


def _looked(given: str | dict[str, Any]) -> Checked:
    text = _text(given, "scenario")
    found = [Fault(field=one.where, message=str(one), line=one.line) for one in faults(text)]
    if found:
        return Checked(faults=found, yaml=None, scenario=None, contacts=0.0, profiles=[])
    one = parse(text, aliases=False)
    try:
        check(one)
    except ScenarioError as error:
        found = [Fault(field=error.where, message=str(error), line=None)]
    return Checked(
        faults=found, yaml=to_yaml(one), scenario=to_data(one), contacts=contacts(one), profiles=list(profiles(one))
    )


@post("/twin/runs", tags=TAGS)
async def new_run(context: Context, services: Services, data: RunWish) -> Run:
    """Ask the twin. The answer is ready within seconds: look at the run until its state says so."""
    may_ask(context)
    if (data.scenario is None) == (data.live is None):
        raise Invalid("Give a scenario, or ask for the workspace as it is with `live`: one of both.", field="scenario")
    ASKING.take(str(context.actor.id))
    notes: list[Note] = []
    async with services.database.reading() as connection:
        if data.live is not None:
            made = await live_scenario(connection, context.workspace_id, data.live, brands=context.brands)
            text, notes = made.yaml, made.notes
        else:
            assert data.scenario is not None
            text = await asyncio.to_thread(_text, data.scenario, "scenario")
        period = data.replay if isinstance(data.replay, PeriodWish) else None
        if data.replay is True or (data.replay is None and data.live is not None):
            period = await latest_day(connection, context.workspace_id, datetime.now(UTC))
            if period is None and data.replay is True:
                raise Invalid(
                    "Nothing was recorded yet: there is nothing to replay.",
                    field="replay",
                    code="twin-nothing-recorded",
                )
        if period is not None:
            await recorded(connection, context.workspace_id, period, brands=context.brands, most=1)
    asked = Asked(
        scenario=text,
        compare=None if data.compare is None else await asyncio.to_thread(_text, data.compare, "compare"),
        changes=data.changes,
        replay=period,
        live=data.live is not None,
    )
    first = await asyncio.to_thread(_possible, asked)
    name = data.name or first.name or f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
    async with services.database.transaction(context) as tx:
        return await ask(tx, name[:120], asked, notes, kept=data.kept)


def _possible(asked: Asked) -> Scenario:
    """The first scenario, once all that would fail later is refused now. Raises `Invalid`."""
    first = _read(asked.scenario, "scenario")
    second = None if asked.compare is None else _read(asked.compare, "compare")
    _bounded("scenario", first, 1)
    if second is not None:
        _bounded("compare", second, 1)
    try:
        other = second_of(Question(first=first, second=second, changes=asked.changes))
    except ScenarioError as error:
        raise Invalid(fields={error.where or "compare": str(error)}, detail=str(error)) from error
    if other is not None:
        _bounded("scenario", first, 2)
        _bounded("compare", other, 2)
    return first


def _bounded(field: str, scenario: Scenario, runs: int) -> None:
    try:
        check(scenario, runs)
    except ScenarioError as error:
        raise Invalid(fields={f"{field}.{error.where}": str(error)}, detail=str(error)) from error


@get("/twin/runs", tags=TAGS)
async def list_runs(
    context: Context,
    services: Services,
    kept: bool = False,
    limit: Annotated[int, Parameter(ge=1, le=200)] = 50,
    after: str | None = None,
) -> Runs:
    """Runs, latest first; `kept`: only those that somebody keeps."""
    may_ask(context)
    async with services.database.reading() as connection:
        found = await store.list_runs(
            connection, context.workspace_id, owner_of(context), kept=kept, after=_place(after), limit=limit + 1
        )
    page = found[:limit]
    more = len(found) > limit
    return Runs(page, f"{page[-1].created_at.isoformat()}~{page[-1].id}" if more else None)


def _place(after: str | None) -> tuple[datetime, UUID] | None:
    if after is None:
        return None
    try:
        at, id_ = after.replace(" ", "+").split("~")
        moment = datetime.fromisoformat(at)
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)), UUID(id_)
    except ValueError:
        raise Invalid("This is not a place in a list: leave it out to begin anew.", field="after") from None


@get("/twin/runs/{twin_run_id:uuid}", tags=TAGS)
async def one_run(context: Context, services: Services, twin_run_id: UUID) -> Run:
    """A run, with its answer once it is done."""
    may_ask(context)
    async with services.database.reading() as connection:
        run = await store.get_run(connection, context.workspace_id, twin_run_id, owner_of(context))
    if run is None:
        raise NotFound("There is no such run in this workspace.")
    return run


@post("/twin/runs/{twin_run_id:uuid}/cancel", tags=TAGS, status_code=200)
async def stop(context: Context, services: Services, twin_run_id: UUID) -> RunRow:
    """Stop a run."""
    async with services.database.transaction(context) as tx:
        return await cancel(tx, twin_run_id)


@patch("/twin/runs/{twin_run_id:uuid}", tags=TAGS)
async def change_run(context: Context, services: Services, twin_run_id: UUID, data: RunEdit) -> RunRow:
    """Rename or keep a run."""
    async with services.database.transaction(context) as tx:
        return await edit(tx, twin_run_id, data)


@delete("/twin/runs/{twin_run_id:uuid}", tags=TAGS)
async def drop_run(context: Context, services: Services, twin_run_id: UUID) -> None:
    """Remove a run."""
    async with services.database.transaction(context) as tx:
        await remove(tx, twin_run_id)


def _text(given: str | dict[str, Any], field: str) -> str:
    """A scenario as text. Raises `Invalid` where it is too long."""
    try:
        text = given if isinstance(given, str) else data_to_yaml(given)
    except RecursionError as error:
        raise Invalid("The scenario is nested too deeply.", field=field) from error
    if len(text.encode()) > BYTES:
        raise Invalid(f"A scenario has at most {BYTES // 1000} kB.", field=field)
    return text


def _read(text: str, field: str) -> Scenario:
    """The scenario of a text. Raises `Invalid` with the key at fault, and its line."""
    found = faults(text)
    if found:
        raise Invalid(
            str(found[0]),
            fields={f"{field}.{one.where}" if one.where else field: str(one) for one in found},
            line=found[0].line,
        )
    return parse(text, aliases=False)


routes: list[ControllerRouterHandler] = [scenario, look, new_run, list_runs, one_run, stop, change_run, drop_run]
