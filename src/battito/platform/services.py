"""What a running node consists of: made by the composition root, handed to doors, jobs and consumers."""

from typing import Any, TypeVar, cast

from battito.platform.database.pool import Database
from battito.platform.events.bus import Bus
from battito.platform.events.hub import Hub
from battito.platform.events.tail import Tail
from battito.platform.settings import Settings

T = TypeVar("T")


class Services:
    """The parts of one node. Rooms add their own with `provide` and find them again by class."""

    def __init__(
        self, *, settings: Settings, database: Database, database_url: str, bus: Bus, hub: Hub, tail: Tail, node: str
    ) -> None:
        self.settings, self.database, self.database_url = settings, database, database_url
        self.bus, self.hub, self.tail, self.node = bus, hub, tail, node
        self.draining = False
        """True once shutdown began: no new sockets, no new jobs."""
        self._parts: dict[type, Any] = {}

    def provide(self, part: Any, kind: type | None = None) -> None:
        """Add a part under its class (or `kind`)."""
        self._parts[kind or type(part)] = part

    def get(self, kind: type[T]) -> T:
        """The part of this class; a clear error when the composition root did not make one."""
        try:
            return cast(T, self._parts[kind])
        except KeyError:
            raise RuntimeError(f"{kind.__name__} is not part of this node: app.py makes and provides it") from None

    def find(self, kind: type[T]) -> T | None:
        """The part of this class, or None when this node has none."""
        return cast("T | None", self._parts.get(kind))
