"""Facts about the twin's runs; they go to who asked."""

from uuid import UUID

from battito.platform.events.model import Event
from battito.twin.models import RunRow


class TwinRunChanged(Event, frozen=True, kw_only=True, tag="twin_run.changed"):
    """A run was asked for, began, ended, was renamed or removed (`run` null). Its answer is asked for by its address."""

    run_id: UUID
    user_id: UUID | None
    run: RunRow | None

    def audience(self) -> str | None:
        """Who asked; what nobody owns any more, nobody needs to hear of."""
        return "permission:plans.manage" if self.user_id is None else f"user:{self.user_id}"
