"""Small helpers for raw ASGI doors: the few hot routes that do without a framework."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

import msgspec
import structlog

from battito.platform.errors import Invalid, Problem, TooLarge
from battito.platform.http.faults import of_validation

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

log = structlog.get_logger(__name__)
encode = msgspec.json.encode
JSON: Final = b"application/json"
PROBLEM: Final = b"application/problem+json"


def header(scope: Scope, name: bytes) -> str | None:
    """One request header (name in lower case), decoded as latin-1, or None."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None


def cookie(scope: Scope, name: str) -> str | None:
    """One cookie's value, or None."""
    for key, value in scope["headers"]:
        if key == b"cookie":
            for part in value.decode("latin-1").split(";"):
                k, _, v = part.strip().partition("=")
                if k == name:
                    return str(v)
    return None


async def read_body(receive: Receive, limit: int) -> bytes:
    """The request's body; `TooLarge` past `limit` bytes."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        body += bytes(message.get("body", b""))
        if len(body) > limit:
            raise TooLarge(f"At most {limit:,} bytes are taken here.")
        if not message.get("more_body"):
            return body


async def respond(
    send: Send, status: int, body: bytes, content_type: bytes = JSON, headers: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """Send one whole response."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", content_type), (b"content-length", str(len(body)).encode()), *headers],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def respond_problem(send: Send, problem: Problem, request_id: str | None) -> None:
    """Send a refusal as problem+json."""
    headers = [(k.encode(), v.encode()) for k, v in problem.headers.items()]
    await respond(send, problem.status, encode(problem.body(request_id)), PROBLEM, headers)


def as_problem(error: BaseException) -> Problem:
    """Any error as a `Problem`: refusals as they are, bad JSON as `Invalid` with its field, all else as a logged 500."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, msgspec.ValidationError):
        return invalid_from(error)
    if isinstance(error, msgspec.DecodeError | UnicodeDecodeError):
        return Invalid("The body is not valid JSON.", code="not-json", status=400)
    log.error("unexpected error", exc_info=error)
    return Problem("This was recorded with the request's id. Nothing of what you sent was kept.")


def invalid_from(error: msgspec.ValidationError) -> Invalid:
    """`Invalid` naming the field that msgspec complains about (its path, without the leading `$.`)."""
    field, message = of_validation(error)
    return Invalid(f"{field}: {message}", fields={field: message})
