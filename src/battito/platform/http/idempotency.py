"""`Idempotency-Key`: a write repeated with the same key is done once, and answered the same (IETF draft of that name).

Kept for a day per person and key. A repetition with another body is refused; one that meets the first still under way
is asked to wait.
"""

import hashlib
from collections.abc import MutableMapping
from typing import Any, Final

from battito.platform.actor import Context
from battito.platform.database.pool import Database
from battito.platform.errors import Conflict, Invalid
from battito.platform.http.raw import AsgiApp, Receive, Scope, Send, header, read_body, respond

LIMIT: Final = 2_000_000
METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def wanted(scope: Scope, context: Context | None) -> str | None:
    """The key of a request that asks for this, else None. Raises `Invalid` for an unusable key."""
    if context is None or context.actor.id is None or scope["type"] != "http" or scope["method"] not in METHODS:
        return None
    key = header(scope, b"idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= 200 or not key.isprintable():
        raise Invalid("An idempotency key has 1 to 200 printable characters.", field="Idempotency-Key")
    return key


async def once(
    inner: AsgiApp, database: Database, context: Context, key: str, scope: Scope, receive: Receive, send: Send
) -> None:
    """Run `inner` for the first request with `key`; repeat its answer for the others."""
    body = await read_body(receive, LIMIT)
    digest = hashlib.sha256(
        f"{scope['method']} {scope['path']}?".encode() + scope["query_string"] + b"\n" + body
    ).digest()
    owner = (context.workspace_id, context.actor.id, key)
    async with database.reading() as connection:
        mine = await connection.fetchval(
            "insert into idempotency(workspace_id, actor_id, key, request_hash) values ($1, $2, $3, $4) on conflict (workspace_id, actor_id, key)"
            # a first attempt that died half-way (its node was killed) is taken over after a minute
            " do update set created_at = now() where idempotency.status is null and idempotency.created_at < now() - interval '1 minute'"
            "   and idempotency.request_hash = excluded.request_hash returning true",
            *owner, digest,
        )  # fmt: skip
        kept = None if mine else await connection.fetchrow(
            "select request_hash, status, content_type, body from idempotency where workspace_id = $1 and actor_id = $2 and key = $3", *owner
        )  # fmt: skip
    if kept is not None:
        if kept["request_hash"] != digest:
            raise Invalid(
                "This idempotency key was used for another request.",
                field="Idempotency-Key",
                code="idempotency-mismatch",
            )
        if kept["status"] is None:
            raise Conflict(
                "The first request with this key is still under way.",
                code="idempotency-busy",
                headers={"retry-after": "1"},
            )
        await respond(
            send,
            kept["status"],
            kept["body"] or b"",
            (kept["content_type"] or "application/json").encode(),
            [(b"idempotent-replayed", b"true")],
        )
        return
    await _run(inner, database, owner, body, scope, send)


async def _run(
    inner: AsgiApp, database: Database, owner: tuple[Any, ...], body: bytes, scope: Scope, send: Send
) -> None:
    answer: dict[str, Any] = {"status": 500, "type": "application/json", "body": b""}
    given = False

    async def receive() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return {"type": "http.disconnect"}
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def keep(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer["status"] = message["status"]
            answer["type"] = next(
                (v.decode() for k, v in message["headers"] if k.lower() == b"content-type"), "application/json"
            )
        elif message["type"] == "http.response.body":
            answer["body"] += bytes(message.get("body", b""))
        await send(message)

    try:
        await inner(scope, receive, keep)
    finally:
        async with database.reading() as connection:
            if answer["status"] < 500 and len(answer["body"]) <= LIMIT:
                await connection.execute(
                    "update idempotency set status = $4, content_type = $5, body = $6 where workspace_id = $1 and actor_id = $2 and key = $3",
                    *owner, answer["status"], answer["type"], answer["body"],
                )  # fmt: skip
            else:
                await connection.execute(
                    "delete from idempotency where workspace_id = $1 and actor_id = $2 and key = $3", *owner
                )
