"""Calls the engine cannot follow. Nothing has changed when one of these is raised."""

from battito.routing.engine.config import Id


class RoutingError(Exception):
    """The state of things does not allow what was asked; `detail` is for people."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Unknown(RoutingError):
    """No such agent, interaction or queue here."""

    def __init__(self, what: str, name: Id) -> None:
        super().__init__(f"There is no {what} {name} in the router.")
        self.name = name


class AlreadyKnown(RoutingError):
    """An agent or interaction of this id is already here."""

    def __init__(self, what: str, name: Id) -> None:
        super().__init__(f"The {what} {name} is already in the router.")
        self.name = name


class NotOffered(RoutingError):
    """The offer answered is not, or no longer, live: it expired, was withdrawn, or went to somebody else."""


class WrongState(RoutingError):
    """The interaction or agent is not in the state this needs."""


class NoRoom(RoutingError):
    """The agent has no free capacity for this kind of work."""
