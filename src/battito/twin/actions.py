"""Asking the twin, stopping it, keeping and removing its runs. Everybody who may ask may do so with everybody's runs,
but who is limited to some brands only with their own."""

from typing import Final
from uuid import UUID

import msgspec

from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, NotFound, TooMany
from battito.twin.events import TwinRunChanged
from battito.twin.models import Asked, Run, RunEdit, RunRow
from battito.twin.notes import Note
from battito.twin.queries import may_ask, owner_of
from battito.twin.store import runs as store

JOB: Final = "twin.run"
OWN_AT_ONCE: Final = 3
ALL_AT_ONCE: Final = 12


@action("twin_run.ask", permission=None)
async def ask(tx: Tx, name: str, asked: Asked, notes: list[Note], *, kept: bool) -> Run:
    """A new run, which a job answers. Needs `plans.manage` or `floor.act`. Raises `TooMany`."""
    may_ask(tx.context)
    # one at a time per workspace: the count below must hold
    await tx.execute("select pg_advisory_xact_lock(hashtext('twin ' || $1))", str(tx.workspace_id))
    busy = await tx.fetchrow(store.BUSY, tx.workspace_id, tx.context.user_id)
    assert busy is not None
    if busy["own"] >= OWN_AT_ONCE or busy["every"] >= ALL_AT_ONCE:
        raise TooMany(
            "There are questions to the twin that it has not answered yet: wait for them, or stop one.",
            retry_after=5,
            code="twin-busy",
        )
    run_id = uuid7()
    await tx.execute(
        store.INSERT, tx.workspace_id, run_id, name, kept, msgspec.to_builtins(asked), msgspec.to_builtins(notes),
        tx.context.user_id, tx.now,
    )  # fmt: skip
    await tx.execute(store.TIDY, tx.workspace_id, store.KEPT_ANYWAY)
    brands = None if tx.context.brands is None else [str(brand) for brand in sorted(tx.context.brands)]
    tx.enqueue(JOB, {"run_id": str(run_id), "brands": brands})
    tx.audit("twin_run", run_id, after={"name": name})
    run = await store.get_run(tx, tx.workspace_id, run_id, None)
    assert run is not None
    tx.emit(TwinRunChanged(run_id=run_id, user_id=tx.context.user_id, run=_row(run)))
    return run


@action("twin_run.cancel", permission=None)
async def cancel(tx: Tx, run_id: UUID) -> RunRow:
    """Stop a run; what it had found is lost. Raises `NotFound`, `Conflict("twin-over")`."""
    row = await _locked(tx, run_id)
    if not await store.end(tx, run_id, "cancelled"):
        raise Conflict("This run is over already.", code="twin-over")
    tx.audit("twin_run", run_id, before={"state": row.state}, after={"state": "cancelled"})
    return await _told(tx, run_id)


@action("twin_run.edit", permission=None)
async def edit(tx: Tx, run_id: UUID, wish: RunEdit) -> RunRow:
    """Rename a run, keep it or no longer keep it. Raises `NotFound`."""
    row = await _locked(tx, run_id)
    name = row.name if wish.name is msgspec.UNSET else wish.name
    kept = row.kept if wish.kept is msgspec.UNSET else wish.kept
    await tx.execute(store.EDIT, tx.workspace_id, run_id, name, kept)
    tx.audit("twin_run", run_id, before={"name": row.name, "kept": row.kept}, after={"name": name, "kept": kept})
    return await _told(tx, run_id)


@action("twin_run.remove", permission=None)
async def remove(tx: Tx, run_id: UUID) -> None:
    """Remove a run; one that is under way stops. Raises `NotFound`."""
    row = await _locked(tx, run_id)
    await tx.execute(store.DELETE, tx.workspace_id, run_id)
    tx.audit("twin_run", run_id, before={"name": row.name})
    tx.emit(TwinRunChanged(run_id=run_id, user_id=_owner(row), run=None))


async def _locked(tx: Tx, run_id: UUID) -> RunRow:
    may_ask(tx.context)
    record = await tx.fetchrow(store.LOCK, tx.workspace_id, run_id, owner_of(tx.context))
    if record is None:
        raise NotFound("There is no such run in this workspace.")
    return store.row_from(record)


async def _told(tx: Tx, run_id: UUID) -> RunRow:
    record = await tx.fetchrow(store.LOCK, tx.workspace_id, run_id, None)
    assert record is not None
    row = store.row_from(record)
    tx.emit(TwinRunChanged(run_id=run_id, user_id=_owner(row), run=row))
    return row


def _owner(row: RunRow) -> UUID | None:
    return None if row.created_by is None else row.created_by["id"]


def _row(run: Run) -> RunRow:
    return RunRow(**{name: getattr(run, name) for name in RunRow.__struct_fields__})


async def tell(tx: Tx, run_id: UUID) -> None:
    """Tell who asked how a run stands now."""
    await _told(tx, run_id)
