"""What a workspace has promised: its policies with their calendars and segments, ready to be asked."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec

from battito.calendars.hours import WorkingHours
from battito.calendars.queries import names_of, rules_of
from battito.calendars.reading import working_hours
from battito.contacts.segments.conditions import Prepared, prepare
from battito.contacts.segments.facts import Wanted, read_contact_facts
from battito.contacts.segments.queries import list_segments
from battito.conversations.models import Conversation
from battito.conversations.promises import Named
from battito.sla.match import applying
from battito.sla.models import Policy
from battito.sla.store import read_policies


class Book(msgspec.Struct):
    """Policies in their order, hours by calendar, segments by id."""

    policies: list[Policy]
    hours: dict[UUID, WorkingHours]
    calendars: dict[UUID, str]
    segments: dict[UUID, Prepared]

    @classmethod
    async def load(cls, connection: Any, workspace_id: UUID) -> "Book":
        """As the tables have it."""
        policies = await read_policies(connection, workspace_id)
        wanted = {p.calendar_id for p in policies if p.calendar_id is not None}
        rules = await rules_of(connection, workspace_id, wanted) if wanted else {}
        named = {s for p in policies if p.enabled for s in p.conditions.segments}
        found = await list_segments(connection, workspace_id) if named else []
        return cls(
            policies, {one: working_hours(r) for one, r in rules.items()},
            await names_of(connection, workspace_id, wanted) if wanted else {},
            {s.id: prepare(s.conditions) for s in found if s.id in named},
        )  # fmt: skip

    @property
    def in_force(self) -> bool:
        """Whether anything is promised at all."""
        return any(p.enabled for p in self.policies)

    def hours_of(self, policy: Policy | None) -> WorkingHours | None:
        """The hours by which a policy counts."""
        return None if policy is None or policy.calendar_id is None else self.hours.get(policy.calendar_id)

    def calendar_of(self, policy: Policy | None) -> Named | None:
        """The calendar of a policy, by name."""
        if policy is None or policy.calendar_id is None or policy.calendar_id not in self.calendars:
            return None
        return Named(policy.calendar_id, self.calendars[policy.calendar_id])

    async def membership(
        self, connection: Any, workspace_id: UUID, contacts: Collection[UUID]
    ) -> dict[UUID, frozenset[UUID]]:
        """The segments of these contacts, as far as a policy asks for them."""
        if not self.segments or not contacts:
            return {}
        wanted = Wanted.by(p.source for p in self.segments.values())
        facts = await read_contact_facts(connection, workspace_id, contacts, wanted)
        return {
            one: frozenset(s for s, conditions in self.segments.items() if conditions.holds(seen))
            for one, seen in facts.items()
        }

    def policy_for(self, row: Conversation, segments: Collection[UUID]) -> Policy | None:
        """The policy that applies."""
        return applying(self.policies, row, segments)
