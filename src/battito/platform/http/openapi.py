"""The API's document, completed: what the framework cannot know of errors, sign-in, limits, files and examples.

OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1). It is made once, when somebody first asks for it.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin

from battito.platform.http.openapi_examples import example_of

Schema = dict[str, Any]
METHODS: Final = ("get", "post", "put", "patch", "delete")
PROBLEM_TYPE: Final = "application/problem+json"

OPEN: Final = ("/sign-in", "/setup", "/password/", "/invitations/")
"""Doors for people who are not signed in."""

TAGS: Final[dict[str, str]] = {
    "Sign-in": "Getting in: password, second factor, passkey, sign-on; set-up, invitations and forgotten passwords.",
    "Me": "The signed-in person: name, presence, second factors.",
    "People": "Who works here, and in which teams.",
    "Roles": "What people may do.",
    "Workspace": "The workspace, its brands and rules.",
    "Access": "API keys, sign-ins, audit log.",
    "Sign-on": "OpenID Connect providers.",
    "Contacts": "People who write to you, with identities, consents, merges.",
    "Companies": "The organisations that contacts belong to.",
    "Attributes": "Custom fields.",
    "Imports": "Contacts from CSV, and to it.",
    "Privacy": "Retention, a person's data, erasure.",
    "Conversations": "Matters with customers: list, answer, assign, snooze, resolve, merge, split.",
    "Messages": "What was written.",
    "Labels": "Labels of conversations and contacts.",
    "Views": "Saved lists.",
    "Search": "Full text over messages, notes, conversations, contacts.",
    "Canned replies": "Ready answers with variables.",
    "Macros": "Several steps at once.",
    "Channels": "Channel accounts, and what came in by them.",
    "Files": "Attachments.",
    "Queues": "Where work waits.",
    "Routing rules": "What decides where new conversations go: draft, versions, trying.",
    "Segments": "Groups of contacts said by conditions.",
    "Calendars": "When a company works: hours, public holidays, exceptions; and time counted in them.",
    "SLA": "What is promised: policies with targets for responses and resolution, and which one applies to a conversation.",
    "Routing": "Offers, work in hand, skills, limits, and how work is given.",
    "Floor": "What happens now: queues, people, waits, promises, thresholds, raised hands.",
    "Reports": "What happened, by interval and queue, channel, team or person.",
    "Twin": "What happens if: scenarios, changes and simulated answers.",
    "Jobs": "Background work, and what failed for good.",
}

PROBLEM: Final[Schema] = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal (RFC 9457): what happened, what was kept, what to do.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "urn:battito:problem:CODE"},
        "title": {"type": "string", "description": "What happened, for people."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "description": "A stable word for programs."},
        "detail": {"type": "string", "description": "What was kept and what to do."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "request_id": {"type": "string", "description": "Name it when you ask for help."},
    },
}

REFUSALS: Final[dict[str, tuple[str, str, str, str]]] = {
    "400": ("BadRequest", "invalid", "The request cannot be read", "name: This is required."),
    "401": ("Unauthenticated", "unauthenticated", "Please sign in", ""),
    "403": ("Forbidden", "forbidden", "You may not do this", "This needs the permission «conversations.handle»."),
    "404": ("NotFound", "not-found", "This does not exist, or no longer does", "There is no such conversation."),
    "409": ("Conflict", "conflict", "Somebody or something was faster", "Another label has this name."),
    "410": ("Gone", "gone", "This is no longer available", "This link was used already or is too old."),
    "412": ("Stale", "stale", "Somebody changed this while you were editing", "Look at what changed and save again."),
    "413": ("TooLarge", "too-large", "This is too large", "At most 25 MB are taken here."),
    "422": ("Invalid", "invalid", "Some of what you sent cannot be used", "priority: Choose one of low, normal, high."),
    "429": ("TooMany", "too-many", "Too many attempts", "Wait a second, then go on."),
    "503": ("Unavailable", "unavailable", "This is not available right now", "Please try again in a moment."),
}
"""status -> (name, code, title, detail of the example)."""

HEADERS: Final[dict[str, Schema]] = {
    "RateLimit-Limit": {"description": "Requests that may come at once.", "schema": {"type": "integer"}},
    "RateLimit-Remaining": {"description": "Requests left now.", "schema": {"type": "integer"}},
    "RateLimit-Reset": {"description": "Seconds until there are more.", "schema": {"type": "integer"}},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
    "X-Request-Id": {"description": "The request's id, as in the server's log.", "schema": {"type": "string"}},
}
LIMITS: Final = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "X-Request-Id")

BINARY: Final[dict[str, str]] = {
    "/audit/export": "application/jsonl",
    "/contacts/export": "text/csv",
    "/contacts/imports/{import_id}/refused": "text/csv",
    "/contacts/{contact_id}/data": "application/zip",
    "/files/{file_id}": "*/*",
    "/files/{file_id}/preview": "image/webp",
    "/files/{file_id}/signed/{token}": "*/*",
    "/channels/inbox/{inbox_id}/raw": "*/*",
    "/messages/{message_id}/raw": "*/*",
    "/messages/{message_id}/html": "text/html",
}
"""Doors that answer with something else than JSON."""

FILE_FORM: Final[Schema] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "contentMediaType": "application/octet-stream", "description": "The file."}
    },
}


class CompleteDocument(JsonRenderPlugin):
    """`/api/openapi.json`."""

    _made: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The completed document, made once."""
        if self._made is None:
            self._made = self.render_json(request, complete(openapi_schema))
        return self._made


def complete(given: Schema) -> Schema:
    """A complete document out of the framework's."""
    document: Schema = msgspec.json.decode(msgspec.json.encode(given, enc_hook=str))
    parts = document.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    parts["headers"] = HEADERS
    parts["responses"] = {name: _refusal(status) for status, (name, *_) in REFUSALS.items()}
    parts["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "bk_…",
            "description": "An API key: does what both its scopes and its owner may.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "battito_session",
            "description": "A browser's sign-in. Every write also sends the header `X-Battito: 1`.",
        },
    }
    document["security"] = [{"key": []}, {"session": []}]
    document["servers"] = [{"url": "/", "description": "This installation."}]
    info = document["info"]
    info["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    info["description"] = (
        "Everything the product can do. Lists answer `{items, next}`: send `after=<next>` for more. Errors are "
        "`application/problem+json`. Writes take `Idempotency-Key`; rows with a `version` take `If-Match`."
    )
    used = {tag for _, _, operation in operations(document) for tag in operation["tags"]}
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items() if name in used]
    for path, method, operation in operations(document):
        _complete_operation(path.removeprefix("/api/v1"), method, operation, parts["schemas"])
    return document


def operations(document: Schema) -> Iterator[tuple[str, str, Schema]]:
    """(path, method, operation) of every operation."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _complete_operation(path: str, method: str, operation: Schema, schemas: dict[str, Schema]) -> None:
    is_open = path.startswith(OPEN) or path.endswith("/signed/{token}")
    if is_open:
        operation["security"] = []
    text = " ".join(str(operation.get("description") or operation["summary"]).split())
    if operation["summary"] == _by_name(operation):
        operation["summary"] = re.split(r"(?<=[a-z)])[.:;](?: |$)", text)[0].rstrip(".")[:90]
    operation["description"] = text
    body = operation.get("requestBody")
    for kind, content in (body or {}).get("content", {}).items():
        if kind == "multipart/form-data":
            content["schema"] = FILE_FORM
        else:
            content["example"] = example_of(content["schema"], schemas, wanted=True)
    if method != "get" and not is_open:
        operation.setdefault("parameters", []).append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "maxLength": 200},
                "description": "A repetition within a day gets the first answer.",
            }
        )
    for parameter in operation.get("parameters", []):
        parameter.setdefault("description", _about(parameter["name"]))
    responses = operation["responses"]
    for status in list(responses):
        if not status.startswith("2"):
            del responses[status]
            continue
        if status == "204":
            responses[status].pop("content", None)
        _complete_answer(path, method, responses[status], schemas)
    if path == "/conversations/{conversation_id}/messages" and method == "post":
        responses["200"] = {
            **responses["201"],
            "description": "The same `client_id` came before: the first one's answer.",
        }
    if path == "/conversations/bulk":
        responses["202"] = {**responses["200"], "description": "Many: they go on in the background as `run`."}
    if path.startswith("/files/") and method == "get":
        responses["206"] = {**responses["200"], "description": "A part, as `Range` asked."}
        responses["304"] = {"description": "`If-None-Match` has it already."}
        responses["416"] = {"description": "There is no such part."}
    if path.startswith("/sign-in/oidc/"):
        responses.clear()
        responses["302"] = {"description": "On to the provider, or back to the desk."}
        for old in ("200", "201"):
            responses.pop(old, None)
    for status in _refused(path, method, is_open=is_open, has_body=body is not None):
        responses[status] = {"$ref": f"#/components/responses/{REFUSALS[status][0]}"}


def _refused(path: str, method: str, *, is_open: bool, has_body: bool) -> Iterator[str]:
    yield from ("400", "403", "429", "503")
    if not is_open:
        yield "401"
    if "{" in path or has_body or method == "delete":
        yield "404"
    if method != "get" or is_open:
        yield from ("401", "409", "410", "413", "422")
    if method == "get":
        yield from ("410", "422")
    if method in ("put", "patch"):
        yield "412"


def _complete_answer(path: str, method: str, answer: Schema, schemas: dict[str, Schema]) -> None:
    answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in LIMITS}
    kind = BINARY.get(path) if method == "get" else None
    if kind is not None:
        answer["content"] = {kind: {"schema": {}}}
        answer["description"] = "The content itself."
    else:
        for content in answer.get("content", {}).values():
            if content.get("schema"):
                content["example"] = example_of(content["schema"], schemas, wanted=False)
        answer["description"] = "Done." if method != "get" else "Found."


def _refusal(status: str) -> Schema:
    name, code, title, detail = REFUSALS[status]
    example: Schema = {
        "type": f"urn:battito:problem:{code}", "title": title, "status": int(status), "code": code,
        **({"detail": detail} if detail else {}), "request_id": "0198f2c4a1b27c3d9e4f5a6b7c8d9e0f",
    }  # fmt: skip
    if status in ("400", "422"):
        field, _, message = detail.partition(": ")
        example["errors"] = [{"field": field, "message": message}]
    headers = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
    if status == "429":
        headers["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": f"{title}.",
        "headers": headers,
        "content": {PROBLEM_TYPE: {"schema": schema, "example": example}},
        "x-name": name,
    }


def _by_name(operation: Schema) -> str:
    """The summary that the framework makes of a function's name; it is no sentence of ours."""
    name = operation["operationId"]
    words = re.findall(r"[A-Z][a-z0-9]*", name)
    summary: str = operation["summary"]
    made = summary.replace(" ", "")
    return summary if "".join(words).endswith(made) else ""


def _about(name: str) -> str:
    known = {
        "after": "The `next` of the page before.",
        "limit": "How many at most.",
        "If-Match": "The version that was edited; 412 when there is a newer one.",
        "q": "What to look for.",
        "mode": "reply, note or forward.",
        "token": "What the link carries.",
    }
    return known.get(
        name,
        f"The {name.removesuffix('_id').replace('_', ' ')}'s id."
        if name.endswith("_id")
        else name.replace("_", " ").capitalize() + ".",
    )
