"""Which conversations a list shows: views and filters, read from a query string or a saved view. Pure."""

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args
from uuid import UUID

import msgspec

from battito.conversations.models import Priority, Status
from battito.platform.errors import Invalid
from battito.platform.http.faults import of_validation

Order = Literal["due", "recent", "oldest"]
StandardView = Literal["mine", "unassigned", "mentions", "followed", "all"]
STANDARD: Final[tuple[str, ...]] = get_args(StandardView)
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
ONGOING: Final[tuple[Status, ...]] = ("open", "waiting", "snoozed")
MOST: Final = 100
"""Values that one filter takes."""


class Filters(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What narrows a list; empty narrows nothing. Several values of one filter are alternatives, several filters all hold.

    An id `None` among `owner`, `team`, `queue` or `label` means: has none.
    """

    status: list[Status] = []
    channel: list[str] = []
    priority: list[Priority] = []
    label: list[UUID | None] = []
    team: list[UUID | None] = []
    queue: list[UUID | None] = []
    owner: list[UUID | None] = []
    brand: list[UUID] = []
    contact: list[UUID] = []
    account: list[UUID] = []
    live: bool | None = None
    q: str = ""


NAMES: Final = tuple(field.name for field in msgspec.structs.fields(Filters))


def parse(given: Mapping[str, Any], *, me: UUID | None = None) -> Filters:
    """Filters from texts with commas, lists, or a mixture. Unknown names are refused. Raises `Invalid` naming the filter.

    `status=all` is every status; `none` among ids stands for "has none", `me` for the id given as `me`.
    """
    out: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, value in given.items():
        if value is None or value == "" or value == []:
            continue
        if name not in NAMES:
            faults[name] = f"There is no such filter. There are: {', '.join(NAMES)}."
            continue
        if name == "q":
            out[name] = str(value).strip()[:300]
            continue
        if name == "live":
            out[name] = str(value).lower() in ("true", "1", "yes")
            continue
        words: list[Any] = value.split(",") if isinstance(value, str) else list(value)
        words = [None if w is None or w == "none" else str(w).strip() for w in words if w != ""]
        if name == "owner" and me is not None:
            words = [str(me) if w == "me" else w for w in words]
        if name == "status" and words == ["all"]:
            words = list(STATUSES)
        if len(words) > MOST:
            faults[name] = f"A filter takes at most {MOST} values."
            continue
        try:
            out[name] = msgspec.convert(words, _TYPES[name], strict=False)
        except msgspec.ValidationError as error:
            faults[name] = of_validation(error)[1]
    if faults:
        raise Invalid("; ".join(f"{k}: {v}" for k, v in faults.items()), fields=faults)
    return Filters(**out)


_TYPES: Final = {field.name: field.type for field in msgspec.structs.fields(Filters)}


def join(base: Filters, more: Filters) -> Filters:
    """Both hold: what `more` names replaces what `base` says of the same thing."""
    named = {name: getattr(more, name) for name in NAMES if getattr(more, name) not in ([], None, "")}
    return msgspec.structs.replace(base, **named)
