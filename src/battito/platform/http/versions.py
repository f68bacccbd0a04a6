"""ETags of rows that people edit: the row's version, checked with If-Match."""

from typing import Annotated

from litestar.params import HeaderParameter

from battito.platform.errors import Invalid

IfMatch = Annotated[str | None, HeaderParameter(name="If-Match", required=False)]


def version_of(if_match: str | None) -> int | None:
    """The version that an If-Match header names; None for no condition. Raises `Invalid` for one that is not ours."""
    if if_match is None or if_match == "*":
        return None
    text = if_match.removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid("If-Match holds the ETag of the row as you read it.", field="If-Match")
    return int(text)
