"""The twin's runs as doors and events show them."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec

from battito.twin.answer import Answer
from battito.twin.changes import Changes
from battito.twin.notes import Note

State = Literal["queued", "running", "done", "failed", "cancelled"]
MOST_CHANGES: Final = 20
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class PeriodWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Recorded days, both included, by the workspace's calendar."""

    from_: date = msgspec.field(name="from")
    to: date


class LiveWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A scenario of the workspace. `from` and `to` (included; default: the last four weeks) are what its figures come
    from; `weekday` (0: Monday) which days of them (default: those like today; null: all); `now`: from this moment to the end of the
    day, with who waits and who is there, instead of a whole day."""

    from_: date | None = msgspec.field(default=None, name="from")
    to: date | None = None
    weekday: Annotated[int, msgspec.Meta(ge=0, le=6)] | msgspec.UnsetType | None = msgspec.UNSET
    now: bool = True


class RunWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is asked: a `scenario` (YAML text, or the same as JSON) or the workspace as it is (`live`); compared with
    itself after `changes`, or with another scenario (`compare`), or neither. `replay`: tries the scenario on recorded days
    first (true: on the latest; left out: for `live`)."""

    name: Name | None = None
    scenario: str | dict[str, Any] | None = None
    live: LiveWish | None = None
    changes: Annotated[list[Changes], msgspec.Meta(max_length=MOST_CHANGES)] = []
    compare: str | dict[str, Any] | None = None
    replay: PeriodWish | bool | None = None
    kept: bool = False


class RunEdit(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Another name, or whether to keep it."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    kept: bool | msgspec.UnsetType = msgspec.UNSET


class Asked(msgspec.Struct, kw_only=True):
    """What a run was asked, kept with it. Scenarios as YAML."""

    scenario: str
    compare: str | None = None
    changes: list[Changes] = []
    replay: PeriodWish | None = None
    live: bool = False


class Trouble(msgspec.Struct, kw_only=True):
    """Why a run has no answer: a stable word, what to do, and the field it is about."""

    code: str
    detail: str
    field: str = ""


class RunRow(msgspec.Struct, kw_only=True):
    """A run in a list. `progress` from 0 to 1."""

    id: UUID
    name: str
    state: State
    kept: bool
    progress: float
    created_by: dict[str, Any] | None
    created_at: datetime
    finished_at: datetime | None
    version: int


class Run(RunRow, kw_only=True):
    """A run with what was asked and, once it is done, the answer. `notes`: where each part of the scenario comes from."""

    asked: Asked
    notes: list[Note]
    answer: Answer | None
    problem: Trouble | None


class Basis(msgspec.Struct, kw_only=True):
    """What a live scenario was made from."""

    from_: date = msgspec.field(name="from")
    to: date
    weekday: int | None
    days: int
    contacts: int
    source: Literal["interactions", "conversations", "none"]
    timezone: str


class LiveScenario(msgspec.Struct, kw_only=True):
    """The workspace as a scenario: as YAML and as JSON, where each part comes from, and the profiles of its people."""

    yaml: str
    scenario: dict[str, Any]
    notes: list[Note]
    basis: Basis
    profiles: list[str]


class ScenarioWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A scenario to look at: YAML text, or the same as JSON."""

    scenario: str | dict[str, Any]


class Fault(msgspec.Struct, kw_only=True):
    """What is wrong with a scenario: the key, the line of the text (from 1) where there is one, and what to do."""

    field: str
    message: str
    line: int | None = None


class Checked(msgspec.Struct, kw_only=True):
    """A scenario looked at: without faults it comes back in both forms. `contacts`: about so many in one replication."""

    faults: list[Fault]
    yaml: str | None
    scenario: dict[str, Any] | None
    contacts: float
    profiles: list[str]
