"""Errors for people: each says what happened, and names the fields at fault. Doors show them as problem+json (RFC 9457)."""

from typing import Any


class Problem(Exception):
    """A refusal with a reason.

    `code` is a stable word for programs, `title` a sentence for people, `detail` what was kept and what to do,
    `fields` maps a field's path (`email.to[0]`) to what is wrong with it, `extra` goes into the answer as it is.
    """

    status = 500
    code = "internal"
    title = "Something went wrong"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        title: str | None = None,
        status: int | None = None,
        fields: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        self.detail = detail
        self.fields = fields or {}
        self.headers = headers or {}
        self.extra = extra
        if code is not None:
            self.code = code
        if title is not None:
            self.title = title
        if status is not None:
            self.status = status
        super().__init__(detail or self.title)

    def body(self, request_id: str | None = None) -> dict[str, Any]:
        """The problem+json object."""
        out: dict[str, Any] = {
            "type": f"urn:battito:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
        }
        if self.detail:
            out["detail"] = self.detail
        if self.fields:
            out["errors"] = [{"field": f, "message": m} for f, m in self.fields.items()]
        if request_id:
            out["request_id"] = request_id
        return {**out, **self.extra}


class Invalid(Problem):
    """The input cannot be used. `Invalid("why", field="subject")` or `Invalid(fields={...})`."""

    status, code, title = 422, "invalid", "Some of what you sent cannot be used"

    def __init__(
        self, detail: str = "", *, field: str | None = None, fields: dict[str, str] | None = None, **extra: Any
    ):
        super().__init__(detail, fields=fields or ({field: detail} if field else None), **extra)


class Unauthenticated(Problem):
    """Nobody is signed in."""

    status, code, title = 401, "unauthenticated", "Please sign in"


class Forbidden(Problem):
    """Signed in, but not allowed. Only for things of one's own workspace: others' are `NotFound`."""

    status, code, title = 403, "forbidden", "You may not do this"


class NotFound(Problem):
    """No such thing in this workspace."""

    status, code, title = 404, "not-found", "This does not exist, or no longer does"


class Conflict(Problem):
    """The thing is in another state than this needs."""

    status, code, title = 409, "conflict", "Somebody or something was faster"


class Gone(Problem):
    """It existed once and cannot come back."""

    status, code, title = 410, "gone", "This is no longer available"


class Stale(Problem):
    """If-Match named an older version; `current` carries the row as it is now."""

    status, code, title = 412, "stale", "Somebody changed this while you were editing"


class TooLarge(Problem):
    """More bytes than are taken."""

    status, code, title = 413, "too-large", "This is too large"


class TooMany(Problem):
    """A rate limit; `retry_after` in seconds."""

    status, code, title = 429, "too-many", "Too many attempts"

    def __init__(self, detail: str = "", *, retry_after: float = 1, **extra: Any) -> None:
        super().__init__(detail, headers={"retry-after": str(max(1, round(retry_after)))}, **extra)


class Unavailable(Problem):
    """A part that this needs is away for the moment; nothing was lost."""

    status, code, title = 503, "unavailable", "This is not available right now"
