"""Facts about routing."""

from uuid import UUID

from battito.platform.events.model import Event


class QueueChanged(Event, frozen=True, kw_only=True, tag="queue.changed"):
    """A queue was made, changed or archived."""

    queue_id: UUID
    name: str
