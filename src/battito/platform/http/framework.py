"""How Litestar meets the rooms: dependencies from the front, every error as problem+json."""

from typing import Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import Scope as LitestarScope

from battito.platform.actor import Context
from battito.platform.errors import Invalid, Problem, Unauthenticated
from battito.platform.http.faults import named, refuse_nul
from battito.platform.http.raw import as_problem
from battito.platform.services import Services


def provide_context(scope: LitestarScope) -> Context:
    """The signed-in caller; `Unauthenticated` when there is none."""
    context: Context | None = scope["state"].get("context")
    if context is None:
        raise Unauthenticated
    return context


def provide_services(state: State) -> Services:
    """The node's services."""
    services: Services = state.services
    return services


def litestar_problem(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The framework's errors and ours in one shape."""
    problem = _from_framework(error) if isinstance(error, HTTPException) else as_problem(error)
    body = msgspec.json.encode(problem.body(request.scope["state"].get("request_id")))
    return Response(body, status_code=problem.status, media_type="application/problem+json", headers=problem.headers)


async def refuse_nul_anywhere(request: Request[Any, Any, Any]) -> None:
    """Before any handler: no NUL in the query or in a JSON body, for no text that is kept may hold one."""
    json = request.headers.get("content-type", "").startswith("application/json")
    refuse_nul(request.scope["query_string"], await request.body() if json else b"")


def _from_framework(error: HTTPException) -> Problem:
    if isinstance(error, ValidationException):
        fields = dict(
            named(str(item.get("key") or ""), str(item.get("message", "This cannot be used.")))
            for item in (error.extra if isinstance(error.extra, list) else [])
        )
        return Invalid(
            "; ".join(f"{k}: {v}" for k, v in fields.items()) or error.detail,
            fields=fields or {"body": error.detail},
            status=400,
        )
    if error.status_code == 400 and error.detail.startswith("JSON is malformed"):
        return Invalid("The body is not valid JSON.", code="not-json", status=400)
    titles = {
        404: "There is nothing at this address",
        405: "This address does not take that method",
        413: "This is too large",
        415: "This kind of body is not taken here",
    }
    codes = {404: "not-found", 405: "method", 413: "too-large", 415: "media-type"}
    return Problem(
        "" if error.status_code == 500 else error.detail,
        status=error.status_code,
        code=codes.get(error.status_code, "invalid" if error.status_code < 500 else "internal"),
        title=titles.get(error.status_code, error.detail if error.status_code < 500 else "Something went wrong"),
        headers=dict(error.headers or {}),
    )
