"""Custom attributes: typed fields that a workspace adds to its contacts, companies and conversations."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from battito.contacts.events import AttributesChanged
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound

OnKind = Literal["contact", "company", "conversation"]
Kind = Literal["text", "number", "boolean", "date", "choice", "url", "money"]


class Attribute(msgspec.Struct, kw_only=True):
    """The definition of one field."""

    id: UUID
    on_kind: OnKind
    key: str
    label: str
    kind: Kind
    choices: list[str] = []
    description: str = ""
    position: int = 0
    archived: bool = False
    version: int = 1


class AttributeWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a field is to be. Its key and kind stay what they were when it was made."""

    on_kind: OnKind = "contact"
    key: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
    label: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    kind: Kind = "text"
    choices: list[Annotated[str, msgspec.Meta(min_length=1, max_length=120)]] = []
    description: Annotated[str, msgspec.Meta(max_length=500)] = ""
    position: int = 0
    archived: bool = False


def convert_value(attribute: Attribute, value: Any) -> Any:
    """`value` in the form in which a field of this kind is stored; None empties it. Raises `ValueError` with what is wanted."""
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    match attribute.kind:
        case "text":
            if len(text) > 2000:
                raise ValueError("at most 2,000 characters")
            return text
        case "number" | "money":
            try:
                number = Decimal(_plain_number(text))
            except InvalidOperation:
                raise ValueError("a number") from None
            if not number.is_finite():
                raise ValueError("a number")
            if attribute.kind == "money":
                number = number.quantize(Decimal("0.01"))
            return int(number) if number == number.to_integral_value() and attribute.kind == "number" else float(number)
        case "boolean":
            known = {
                "true": True,
                "1": True,
                "yes": True,
                "si": True,
                "sì": True,
                "false": False,
                "0": False,
                "no": False,
            }
            if text.lower() not in known:
                raise ValueError("yes or no")
            return known[text.lower()]
        case "date":
            for pattern, order in (
                (r"(\d{4})-(\d{1,2})-(\d{1,2})", (1, 2, 3)),
                (r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", (3, 2, 1)),
            ):
                if match := re.fullmatch(pattern, text):
                    try:
                        return date(*(int(match[n]) for n in order)).isoformat()
                    except ValueError:
                        break
            raise ValueError("a date such as 2026-11-22 or 22/11/2026")
        case "choice":
            if text not in attribute.choices:
                raise ValueError("one of " + ", ".join(attribute.choices))
            return text
        case "url":
            parts = urlsplit(text)
            if parts.scheme not in ("http", "https") or not parts.netloc:
                raise ValueError("an address that begins with https://")
            return text


def _plain_number(text: str) -> str:
    """1.234,56 and 1,234.56 and 1234.56 as 1234.56: the last mark of two kinds is the decimal one."""
    text = re.sub(r"[\s€$£']", "", text)
    comma, point = text.rfind(","), text.rfind(".")
    if comma > point:
        return text.replace(".", "").replace(",", ".")
    return text.replace(",", "")


async def list_attributes(connection: Any, workspace_id: UUID, on_kind: str | None = None) -> list[Attribute]:
    """The definitions in their order, archived ones last."""
    rows = await connection.fetch(
        "select id, on_kind, key, label, kind, choices, description, position, archived_at is not null as archived, version from attribute_definition"
        " where workspace_id = $1 and ($2::text is null or on_kind = $2) order by archived_at is not null, position, label",
        workspace_id,
        on_kind,
    )
    return [Attribute(**r) for r in rows]


async def check_values(
    connection: Any, workspace_id: UUID, on_kind: OnKind, values: dict[str, Any], *, field: str = "attributes"
) -> dict[str, Any]:
    """`values` converted by their definitions. Raises `Invalid` naming each field at fault; an undefined key is refused."""
    known = {a.key: a for a in await list_attributes(connection, workspace_id, on_kind) if not a.archived}
    out: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for key, value in values.items():
        if key not in known:
            wrong[f"{field}.{key}"] = "There is no such field: define it under Administration, Fields."
            continue
        try:
            out[key] = convert_value(known[key], value)
        except ValueError as error:
            wrong[f"{field}.{key}"] = f"«{known[key].label}» wants {error}."
    if wrong:
        raise Invalid(" ".join(wrong.values()), fields=wrong)
    return out


@action("attribute.save", permission="attributes.manage")
async def save_attribute(tx: Tx, attribute_id: UUID | None, wish: AttributeWish) -> Attribute:
    """Define a field (`attribute_id` None), or change its label, choices, order; archive it."""
    if wish.kind == "choice" and len(set(wish.choices)) < 2:
        raise Invalid("A choice has at least two different answers.", field="choices")
    if attribute_id is None:
        attribute_id = uuid7()
        made = await tx.fetchval(
            "insert into attribute_definition(id, workspace_id, on_kind, key, label, kind, choices, description, position)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (workspace_id, on_kind, key) do nothing returning true",
            attribute_id, tx.workspace_id, wish.on_kind, wish.key, wish.label, wish.kind, wish.choices, wish.description, wish.position,
        )  # fmt: skip
        if not made:
            raise Conflict("There is a field with this key already.", code="key-taken", fields={"key": "is taken"})
    else:
        row = await tx.fetchrow(
            "select on_kind, key, kind from attribute_definition where workspace_id = $1 and id = $2 for update",
            tx.workspace_id,
            attribute_id,
        )
        if row is None:
            raise NotFound("There is no such field in this workspace.")
        if (row["on_kind"], row["key"], row["kind"]) != (wish.on_kind, wish.key, wish.kind):
            raise Conflict("Values were stored under this key and kind: make a new field instead.", code="fixed")
        await tx.execute(
            "update attribute_definition set label = $3, choices = $4, description = $5, position = $6, version = version + 1,"
            " archived_at = case when $7 then coalesce(archived_at, $8) end where workspace_id = $1 and id = $2",
            tx.workspace_id, attribute_id, wish.label, wish.choices, wish.description, wish.position, wish.archived, tx.now,
        )  # fmt: skip
    tx.audit("attribute", attribute_id, after=wish)
    saved = next(a for a in await list_attributes(tx.connection, tx.workspace_id) if a.id == attribute_id)
    tx.emit(
        AttributesChanged(
            attribute_id=saved.id, on_kind=wish.on_kind, key=wish.key, attribute=msgspec.to_builtins(saved)
        )
    )
    return saved
