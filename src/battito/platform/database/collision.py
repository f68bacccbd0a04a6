"""What a request's attempt left in the database: decides whether the request may be run again after a collision."""

from contextvars import ContextVar


class Attempt:
    """One run of a request."""

    __slots__ = ("collided", "committed")

    def __init__(self) -> None:
        self.collided = False
        self.committed = False

    @property
    def may_be_repeated(self) -> bool:
        """A transaction collided, and none before it was committed."""
        return self.collided and not self.committed


attempt: ContextVar[Attempt | None] = ContextVar("attempt", default=None)
"""The attempt under way in this task; None outside of requests."""
