"""ETags of rows that people edit: the row's version, compared by If-Match (RFC 9110, section 13.1.1)."""

from typing import Any, TypeVar

from litestar import Request, Response

from battito.platform.errors import Invalid

T = TypeVar("T")


def version_in(request: Request[Any, Any, Any]) -> int | None:
    """The version that `If-Match` names; None without the header or for `*`. Raises `Invalid`."""
    given = request.headers.get("if-match", "").strip()
    if given in ("", "*"):
        return None
    text = given.removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid("If-Match names the version one has, as the ETag gave it.", field="if-match", status=400)
    return int(text)


def tagged(content: T, version: int, **options: Any) -> Response[T]:
    """An answer with the ETag of its row."""
    return Response(content, headers={"etag": f'"{version}"'}, **options)
