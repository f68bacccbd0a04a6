"""Answering a search: newest buckets first, the best of what was found first, each conversation once."""

import base64
import binascii
import math
import re
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from battito.contacts.misspelt import nearly_named
from battito.contacts.models import Contact
from battito.contacts.queries import get_contacts
from battito.conversations.models import Conversation, Message
from battito.conversations.queries.inbox import Conditions
from battito.conversations.queries.rows import COLUMNS, FROM, conversation_from, message_from
from battito.conversations.search.highlight import START, STOP, has_mark, mark_name, marked
from battito.conversations.search.resolve import Narrowing, narrow
from battito.conversations.search.words import KINDS, Asked, Term
from battito.platform.actor import Context
from battito.platform.errors import Invalid, Unavailable

BLOCK: Final = 200
"""Candidates that are ranked against each other; older ones make the next block."""
TIMEOUT_MS: Final = 3000
CONTACTS_BESIDE: Final = 4
"""Contacts shown beside messages."""
LIKE: Final = 0.6
"""How alike (word similarity of pg_trgm) a name must be to what was typed."""
FRESH_DAYS: Final = 45.0
"""After so many days a hit has lost half of what its newness was worth."""
HEADLINE_CHARS: Final = 20_000

BREAK: Final = " … "
HEADLINE: Final = (
    f'StartSel="{START}", StopSel="{STOP}", MaxFragments=2, MaxWords=22, MinWords=8, FragmentDelimiter="{BREAK}"'
)
CONTACTS: Final = """
select contact_id,
  greatest(word_similarity($2, name), case when name like $3 or name like $4 then 1 when words like $5 then 0.9 else 0 end) as score
from search_contact where workspace_id = $1 and ($2 <% name or name like $3 or name like $4 or words like $5)
order by score desc, at desc, contact_id limit $6 offset $7
"""
# Two letters have no trigram inside a word, only at its beginning.
CONTACTS_BY_TWO: Final = """
select contact_id from search_contact where workspace_id = $1 and (name like $2 or name like $3)
order by name like $2 desc, at desc, contact_id limit $4 offset $5
"""


class Hit(msgspec.Struct, kw_only=True):
    """Something found. `highlights` is escaped HTML with `<mark>` around what matched."""

    kind: str
    conversation: Conversation | None = None
    message: Message | None = None
    contact: Contact | None = None
    highlights: list[str] = []


class Hits(msgspec.Struct, kw_only=True):
    """A page of what was found; `next` goes into `after`."""

    items: list[Hit]
    next: str | None


class _Place(msgspec.Struct, array_like=True, frozen=True):
    """A place in the answer. A block goes on in the bucket `top` below (`at`, `id`); `offset` counts within the block."""

    offset: int = 0
    top: int | None = None
    at: datetime | None = None
    id: UUID | None = None


async def search(connection: Any, context: Context, asked: Asked, *, limit: int = 20, after: str | None = None) -> Hits:
    """Find messages, notes, conversations and contacts that the caller may see.

    Raises `Forbidden`, `Invalid("after")`, `Unavailable` when it takes too long.
    """
    kinds = set(asked.kinds) or set(KINDS)
    if not context.allows("contacts.read") or (asked.narrows and not asked.kinds):
        kinds.discard("contacts")
    if not context.allows("conversations.read"):
        kinds &= {"contacts"}
    if not kinds:
        context.require("contacts.read" if asked.kinds == ["contacts"] else "conversations.read")
    place = _read(after)
    try:
        async with connection.transaction():
            # one plan for all searches, always through the index: planning over all buckets anew would cost more than most
            # searches, and reading a bucket from end to end costs more than its index even for the most frequent word
            await connection.execute(
                f"set local statement_timeout = {TIMEOUT_MS}; set local plan_cache_mode = force_generic_plan;"
                f" set local enable_seqscan = off; set local pg_trgm.word_similarity_threshold = {LIKE}"
            )
            found = await _search(connection, context, asked, set(kinds), limit, place)
            if not found.items and place == _Place() and "contacts" in kinds and not asked.number:
                found.items += await _misspelt(connection, context, asked)
            return found
    except asyncpg.QueryCanceledError:
        raise Unavailable(
            "This search takes too long. Add a word, or narrow it by date, channel or label.", code="search-too-wide"
        ) from None


async def _search(connection: Any, context: Context, asked: Asked, kinds: set[str], limit: int, place: _Place) -> Hits:
    items: list[Hit] = []
    first = place == _Place()
    if asked.number is not None and "conversations" in kinds and first:
        items += await _by_number(connection, context, asked.number)
    if kinds == {"contacts"}:
        found = await _contacts(connection, context, asked, limit + 1, place.offset)
        return Hits(items=found[:limit], next=_write(_Place(place.offset + limit)) if len(found) > limit else None)
    if "contacts" in kinds and first:
        items += await _contacts(connection, context, asked, CONTACTS_BESIDE, 0)
    narrowing = await narrow(connection, context, asked)
    query = await _query(connection, asked.terms)
    kinds.discard("contacts")
    if narrowing is None or (not query and not asked.narrows) or not kinds:
        return Hits(items=items, next=None)
    both = " & ".join([*([f"({query})"] if query else []), *marks(context, asked, kinds, narrowing)])
    block, more = await _block(connection, context, asked, narrowing, both, place)
    page = block[place.offset : place.offset + limit]
    items += await _dress(connection, context, page, query)
    if place.offset + limit < len(block):
        following = msgspec.structs.replace(place, offset=place.offset + limit)
    elif more is not None:
        following = more
    else:
        return Hits(items=items, next=None)
    return Hits(items=items, next=_write(following))


async def _query(connection: Any, terms: list[Term]) -> str:
    """The terms as a tsquery, in PostgreSQL's own notation; empty when nothing is left to look for."""
    if all(term.excluded for term in terms):
        return ""
    parts: list[str] = []
    values: list[str] = []
    for term in terms:
        values.append(term.text)
        n = f"${len(values)}::text"
        part = f"search_phrase({n})" if term.kind == "phrase" else f"search_word({n}, {str(term.prefix).lower()})"
        parts.append(f"!!{part}" if term.excluded else part)
    return str(await connection.fetchval(f"select ({' && '.join(parts)})::text", *values))


def marks(context: Context, asked: Asked, kinds: set[str], narrowing: Narrowing) -> list[str]:
    """Filters on what never changes about a document, as terms of a tsquery (see `search_marks` in the migration)."""
    out = []
    if kinds != {"messages", "notes", "conversations"}:
        out.append(
            [
                f"=kind:{ {'messages': 'message', 'notes': 'note', 'conversations': 'conversation'}[k] }"
                for k in sorted(kinds)
            ]
        )
    if asked.channel:
        out.append([f"=channel:{c}" for c in asked.channel])
    if context.brands is not None:
        out.append([f"=brand:{b}" for b in sorted(map(str, context.brands))] or ["=brand:"])
    if narrowing.brands:
        out.append([f"=brand:{b}" for b in narrowing.brands])
    if asked.attachment:
        out.append(["=attachment"])
    if asked.author in ("customer", "agent", "bot"):
        out.append([f"=by:{asked.author}"])
    terms = [" | ".join(quoted(one) for one in either) for either in out]
    if asked.author and asked.author not in ("customer", "agent", "bot"):
        terms += [f"{quoted(f'=from:{word}')}:*" for word in re.split(r"[^\w]+", asked.author) if word]
    return [f"({term})" for term in terms]


def quoted(lexeme: str) -> str:
    """A lexeme as a tsquery writes it."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


class _Found(msgspec.Struct):
    bucket: int
    id: UUID
    conversation_id: UUID
    kind: str
    at: datetime
    rank: float


async def _block(
    connection: Any, context: Context, asked: Asked, narrowing: Narrowing, query: str, place: _Place
) -> tuple[list[_Found], _Place | None]:
    """Up to `BLOCK` candidates from `place` on, the best first and each conversation once; where the next block begins."""
    buckets = [
        row["bucket"]
        for row in await connection.fetch(
            "select bucket from search_bucket where ($1::int is null or bucket <= $1) and ($2::timestamptz is null or newest >= $2)"
            " and ($3::timestamptz is null or oldest < $3) order by bucket desc",
            place.top, asked.since, asked.until,
        )
    ]  # fmt: skip
    sql, values = _statement(context, asked, narrowing, query, place)
    rows = await connection.fetch(sql, *values, buckets)
    found = [_Found(r["bucket"], r["id"], r["conversation_id"], r["kind"], r["at"], r["rank"]) for r in rows]
    more = _Place(0, found[-1].bucket, found[-1].at, found[-1].id) if len(found) == BLOCK else None
    return best(found), more


def best(found: list[_Found]) -> list[_Found]:
    """Candidates by worth: how well they fit, and how new they are beside the newest; each conversation by its best one."""
    if not found:
        return []
    newest = max(f.at for f in found)
    top = max(f.rank for f in found) or 1.0

    def worth(f: _Found) -> float:
        age = (newest - f.at).total_seconds() / 86400
        return 0.6 * f.rank / top + 0.4 * math.exp2(-age / FRESH_DAYS)

    seen: set[UUID] = set()
    out = []
    for one in sorted(found, key=lambda f: (-worth(f), f.at, f.id)):
        if one.conversation_id not in seen:
            seen.add(one.conversation_id)
            out.append(one)
    return out


def _statement(
    context: Context, asked: Asked, narrowing: Narrowing, query: str, place: _Place
) -> tuple[str, list[Any]]:
    """The candidates of some buckets (the last parameter), newest first. Its text depends on which filters are set only.

    Bucket after bucket, and no further than needed: the outer limit ends the loop over them.
    """
    where = Conditions(context.workspace_id)
    words = f"{where.value(query)}::text::tsquery" if query else ""
    if query:
        where.parts.append(f"d.words @@ {words}")
    if asked.since is not None:
        where.parts.append(f"d.at >= {where.value(asked.since)}")
    if asked.until is not None:
        where.parts.append(f"d.at < {where.value(asked.until)}")
    if narrowing.conversations is not None:
        where.parts.append(f"d.conversation_id = any({where.value(narrowing.conversations)}::uuid[])")
    elif narrowing.where:
        condition = narrowing.where(where)
        where.parts.append(
            f"exists(select 1 from conversation c where c.workspace_id = $1 and c.id = d.conversation_id and {condition})"
        )
    if place.at is not None:
        below = f"(d.at, d.id) < ({where.value(place.at)}::timestamptz, {where.value(place.id)}::uuid)"
        where.parts.append(f"(d.bucket < {where.value(place.top)}::int or {below})")
    buckets = f"${len(where.values) + 1}::int[]"
    rank = f"ts_rank(x.words, {words})" if query else "0::float8"
    return (
        f"select x.bucket, x.id, x.conversation_id, x.kind, x.at, {rank} as rank from ("
        f"select f.* from unnest({buckets}) with ordinality b(bucket, n) cross join lateral ("
        "select d.bucket, d.id, d.conversation_id, d.kind, d.at, d.words from search_document d"
        f" where d.workspace_id = $1 and d.bucket = b.bucket and {where.sql or 'true'}"
        f" order by d.at desc, d.id desc limit {BLOCK}) f limit {BLOCK}) x",
        where.values,
    )


async def _dress(connection: Any, context: Context, page: list[_Found], query: str) -> list[Hit]:
    """The found with conversation, message and highlights."""
    if not page:
        return []
    ids = [f.id for f in page if f.kind != "conversation"]
    rows = await connection.fetch(
        f"select {COLUMNS} {FROM} where c.workspace_id = $1 and c.id = any($2::uuid[]) and ($3::uuid[] is null or c.brand_id = any($3))",
        context.workspace_id, list({f.conversation_id for f in page}), None if context.brands is None else list(context.brands),
    )  # fmt: skip
    conversations = {row["id"]: conversation_from(row) for row in rows}
    found = await connection.fetch(
        "select * from message where workspace_id = $1 and id = any($2::uuid[])", context.workspace_id, ids
    )
    messages = {row["id"]: message_from(row) for row in found}
    texts = {m.id: m.text[:HEADLINE_CHARS] for m in messages.values()}
    texts |= {f.id: conversations[f.id].subject for f in page if f.kind == "conversation" and f.id in conversations}
    marks = await _headlines(connection, texts, query)
    hits = []
    for one in page:
        conversation, message = conversations.get(one.conversation_id), messages.get(one.id)
        if conversation is None or (message is None and one.kind != "conversation"):
            continue  # changed since it was indexed
        hits.append(Hit(kind=one.kind, conversation=conversation, message=message, highlights=marks.get(one.id, [])))
    return hits


async def _headlines(connection: Any, texts: dict[UUID, str], query: str) -> dict[UUID, list[str]]:
    """Where the words stand in each text. Each language marks its own stems; the one that marks most is shown."""
    if not query or not texts:
        return {}
    out: dict[UUID, list[str]] = {}
    left = {one: text.replace(START, "").replace(STOP, "") for one, text in texts.items()}
    # each language marks its own stems; most texts are done with the first
    for language in ("battito_it", "battito_en", "battito_simple"):
        rows = await connection.fetch(
            "select t.id, ts_headline($3::text::regconfig, t.said, $4::text::tsquery, $5) as shown from unnest($1::uuid[], $2::text[]) as t(id, said)",
            list(left), list(left.values()), language, query, HEADLINE,
        )  # fmt: skip
        for row in rows:
            if has_mark(row["shown"]):
                out[row["id"]] = [marked(part) for part in row["shown"].split(BREAK)]
                del left[row["id"]]
        if not left:
            break
    return out


async def _by_number(connection: Any, context: Context, number: int) -> list[Hit]:
    rows = await connection.fetch(
        f"select {COLUMNS} {FROM} where c.workspace_id = $1 and c.number = $2 and ($3::uuid[] is null or c.brand_id = any($3))",
        context.workspace_id, number, None if context.brands is None else list(context.brands),
    )  # fmt: skip
    return [
        Hit(kind="conversation", conversation=conversation_from(row), highlights=[f"<mark>#{number}</mark>"])
        for row in rows
    ]


async def _contacts(connection: Any, context: Context, asked: Asked, limit: int, offset: int) -> list[Hit]:
    said = asked.said
    if len(said) < 2:
        return []
    start, inner = f"{_like(said)}%", f"% {_like(said)}%"
    if len(said) == 2:
        rows = await connection.fetch(CONTACTS_BY_TWO, context.workspace_id, start, inner, limit, offset)
    else:
        digits = "".join(c for c in said if c.isdigit())
        number = len(digits) >= 4 and len(digits) >= len(said.replace(" ", "").lstrip("+"))
        inside = f"%{_like(digits if number else said)}%"
        rows = await connection.fetch(CONTACTS, context.workspace_id, said, start, inner, inside, limit, offset)
    contacts = await get_contacts(connection, context, [row["contact_id"] for row in rows])
    return [Hit(kind="contact", contact=one, highlights=[mark_name(one.name, said)]) for one in contacts]


async def _misspelt(connection: Any, context: Context, asked: Asked) -> list[Hit]:
    """Nothing bears these words: whose name was meant?"""
    ids = await nearly_named(connection, context.workspace_id, asked.said, CONTACTS_BESIDE)
    contacts = await get_contacts(connection, context, ids)
    return [Hit(kind="contact", contact=one, highlights=[mark_name(one.name, asked.said)]) for one in contacts]


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _write(place: _Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _read(text: str | None) -> _Place:
    if not text:
        return _Place()
    try:
        place = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Place)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise Invalid("This is not a place in an answer: leave it out to begin anew.", field="after") from None
    whole = (place.top is None) == (place.at is None) == (place.id is None)
    if not whole or not all(0 <= n < 2**31 for n in (place.offset, place.top or 0)):
        raise Invalid("This is not a place in an answer: leave it out to begin anew.", field="after")
    return place
