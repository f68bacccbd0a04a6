"""The workspace as a scenario: its queues, people and rules, and what was recorded of its contacts. Pure.

What there are no data for gets a default, and the answer names it: nothing is assumed silently.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec

from battito.routing.router.picture import rings_of, service_of, settings_of
from battito.routing.router.rows import QueueRow
from battito.twin.calibration import fit_patience
from battito.twin.facts import Facts, Line, Seen, closed, line_names
from battito.twin.fits import (
    DEFAULT_BETWEEN_DAY_CV,
    DEFAULT_CV,
    DEFAULT_HANDLE,
    DEFAULT_PATIENCE,
    LEAST_TIMES,
    Moments,
    fit_lognormal,
)
from battito.twin.notes import Note
from battito.twin.people import people
from battito.twin.scenario import (
    ChannelRule,
    Handle,
    OverflowRule,
    Patience,
    QueueRule,
    RingRule,
    Routing,
    Scenario,
    Variability,
)
from battito.twin.staffing import DAY_S, SLOT_S, clock_text, from_moment

TARGET_S: Final = {"voice": 20.0, "webchat": 60.0}
OTHER_TARGET_S: Final = 14_400.0
SHORT_S: Final = 5.0
"""Targets where the workspace has set none: the same as on the floor."""

ASSUMED_RATE: Final = 10.0
ASSUMED_WRAP_UP_S: Final = 30.0
LEAST_WAITS: Final = 30
"""With fewer observed waits than this, patience is assumed."""
WRITTEN: Final = ("email",)
"""Channels in which nobody hangs up."""


class Live(msgspec.Struct, frozen=True):
    """A scenario of the workspace, and where each part of it comes from."""

    scenario: Scenario
    notes: list[Note]


class _Maker:
    """Makes the scenario and collects the notes."""

    def __init__(self, facts: Facts, skill_names: Mapping[UUID, str]) -> None:
        self.facts, self.tables, self.skill_names = facts, facts.tables, skill_names
        self.notes: list[Note] = []
        self.lines = self._lines()
        self.names = line_names(self.tables, self.lines)
        self.by_channel: dict[str, Moments] = {}
        for (_, channel), seen in facts.seen.items():
            self.by_channel[channel] = self.by_channel.get(channel, Moments(0, 0.0, 0.0)).with_(seen.handle)

    def _lines(self) -> list[Line]:
        """The queues that give work, with the channels they had contacts of."""
        seen: dict[UUID, list[str]] = defaultdict(list)
        for queue_id, channel in sorted(self.facts.seen, key=str):
            seen[queue_id].append(channel)
        found: list[Line] = []
        idle = []
        for queue in self.tables.queues.values():
            if not queue.gives_work:
                self.notes.append(Note("queue-takes-by-hand", queue.name))
                continue
            channels = [channel for channel in seen[queue.id] if queue.takes(channel)]
            found += [(queue.id, channel) for channel in channels]
            if not channels:
                idle.append(queue)
        if found:
            self.notes += [Note("queue-without-contacts", queue.name) for queue in idle]
            return found
        return [(queue.id, (queue.rules.channels or ["webchat"])[0]) for queue in idle]

    def note(
        self, code: str, queue: str | None = None, *, assumed: bool = False, cases: int = 0, value: str = ""
    ) -> None:
        self.notes.append(Note(code, queue, assumed, cases, value))

    def queue(self, line: Line, hours: float, start_s: float, *, now: bool) -> QueueRule:
        """One queue of the scenario."""
        queue, channel = self.tables.queues[line[0]], line[1]
        name, seen = self.names[line], self.facts.seen.get(line, Seen())
        target_s, short_s = self._target(line)
        rings = self._rings(queue)
        return QueueRule(
            channel=channel,
            arrivals_per_hour=self._arrivals(name, seen, hours, start_s),
            interval_minutes=SLOT_S / 60.0,
            handle=self._handle(name, channel, queue, seen),
            patience=self._patience(name, channel, seen),
            requirement=rings[0].requirement or {},
            rings=rings if len(rings) > 1 else [],
            priority=float(queue.priority),
            target_s=target_s,
            short_abandon_s=short_s,
            wrap_up_s=self._wrap_up(name, channel, queue, seen),
            overflow=self._overflow(queue, channel),
            waiting=[round(one, 1) for one in seen.waiting] if now else [],
            in_hand=[round(one, 1) for one in seen.in_hand] if now else [],
        )

    def _arrivals(self, name: str, seen: Seen, hours: float, start_s: float) -> list[float] | float:
        cases = round(math.fsum(seen.arrivals))
        if self.facts.source == "none" or not self.facts.days:
            self.note("arrivals", name, assumed=True, value=f"{ASSUMED_RATE:g}/h")
            return ASSUMED_RATE
        self.note("arrivals", name, cases=cases, value=f"{cases / self.facts.days:.1f}/d")
        if not cases:
            return 0.0
        rates = [count / self.facts.days * 3600.0 / SLOT_S for count in seen.arrivals]
        return [round(rate, 3) for rate in from_moment(rates, start_s, hours)]

    def _handle(self, name: str, channel: str, queue: QueueRow, seen: Seen) -> Handle:
        own = fit_lognormal(seen.handle)
        if own is not None:
            self.note("handle", name, cases=seen.handle.cases, value=f"{own.mean():.0f} s")
            return own
        wider = fit_lognormal(self.by_channel.get(channel, seen.handle))
        if wider is not None:
            cases = self.by_channel[channel].cases
            self.note("handle-of-channel", name, assumed=True, cases=cases, value=f"{wider.mean():.0f} s")
            return wider
        usual = queue.rules.handle_s
        if usual != type(queue.rules)().handle_s:
            found = Handle(mean_s=usual, cv=DEFAULT_CV)
            self.note("handle-of-queue", name, assumed=True, value=f"{usual:.0f} s")
            return found
        self.note("handle", name, assumed=True, cases=seen.handle.cases, value=f"{DEFAULT_HANDLE.mean():.0f} s")
        return DEFAULT_HANDLE

    def _patience(self, name: str, channel: str, seen: Seen) -> Patience | None:
        gave_up = sum(not answered for _, answered in seen.waits)
        if gave_up and len(seen.waits) >= LEAST_WAITS:
            self.note("patience", name, cases=gave_up)
            return fit_patience(seen.waits)
        if channel in WRITTEN:
            self.note("patience-written", name, assumed=not seen.waits, cases=len(seen.waits))
            return None
        if len(seen.waits) >= LEAST_WAITS and not gave_up:
            self.note("patience-endless", name, cases=len(seen.waits))
            return None
        self.note("patience", name, assumed=True, cases=gave_up, value=f"{DEFAULT_PATIENCE.mean_s:.0f} s")
        return DEFAULT_PATIENCE

    def _wrap_up(self, name: str, channel: str, queue: QueueRow, seen: Seen) -> float:
        if seen.wrap_ups >= LEAST_TIMES:
            mean = round(seen.wrap_up_s / seen.wrap_ups, 1)
            self.note("wrap-up", name, cases=seen.wrap_ups, value=f"{mean:.0f} s")
            return mean
        rule = service_of(queue.rules, channel).wrap_up_s
        if rule is None:
            self.note("wrap-up", name, assumed=True, value=f"{ASSUMED_WRAP_UP_S:.0f} s")
            return ASSUMED_WRAP_UP_S
        if rule:
            self.note("wrap-up-of-queue", name, assumed=True, value=f"{rule:.0f} s")
        return rule

    def _target(self, line: Line) -> tuple[float, float]:
        queue, channel = line
        rows = {(one[0], one[1]): (one[2], one[3]) for one in self.facts.targets}
        for key in ((queue, channel), (queue, None), (None, channel), (None, None)):
            if key in rows:
                return rows[key]
        return TARGET_S.get(channel, OTHER_TARGET_S), SHORT_S

    def _rings(self, queue: QueueRow) -> list[RingRule]:
        member = {f"queue:{queue.name}": 1} if closed(queue, self.tables) else {}
        found = []
        for ring in rings_of(queue):
            if ring.agents is not None:
                self.note("ring-of-people", queue.name)
                continue
            asked = {
                self.skill_names[skill]: level
                for skill, level in ring.skills.items()
                if isinstance(skill, UUID) and skill in self.skill_names
            }
            found.append(RingRule(requirement={**asked, **(member if ring.members else {})}, seconds=ring.seconds))
        if not found:
            return [RingRule(requirement=member)]
        # the last step goes on: a search that names nobody any more would never end
        found[-1] = RingRule(requirement=found[-1].requirement)
        return found

    def _overflow(self, queue: QueueRow, channel: str) -> OverflowRule | None:
        over = queue.rules.overflow
        if over is None:
            return None
        targets = [name for (other, _), name in self.names.items() if other == over.queue_id]
        same = [name for (other, kind), name in self.names.items() if other == over.queue_id and kind == channel]
        return OverflowRule(over.after_s, (same or targets)[0]) if targets else None

    def channels(self) -> dict[str, ChannelRule]:
        """What each kind of work takes."""
        kinds = {channel for _, channel in self.lines}
        return {
            one.kind: ChannelRule(one.units, sorted(one.interrupts & kinds))
            for one in settings_of(self.tables.rules, kinds).channels
            if one.kind in kinds
        }

    def routing(self) -> Routing:
        """How work is given."""
        rules = self.tables.rules
        return Routing(rules.choice, rules.by_level, rules.window_s / 60.0, rules.boost_s)

    def variability(self, *, now: bool) -> tuple[float, float]:
        """How busy today is against the usual, and how much is still open: what is known of days in general (gamma
        distributed with a coefficient of variation) together with the contacts of today so far."""
        cv = DEFAULT_BETWEEN_DAY_CV
        self.note("variability", assumed=True, value=f"{cv:.0%}")
        if not now or self.facts.usual <= 0.0:
            return 1.0, cv
        shape = 1.0 / (cv * cv)
        factor = (shape + self.facts.today) / (shape + self.facts.usual)
        self.note("today-factor", cases=self.facts.today, value=f"{factor:.2f}")
        return factor, round(1.0 / math.sqrt(shape + self.facts.today), 3)


def assemble(facts: Facts, skill_names: Mapping[UUID, str], *, now: bool, name: str) -> Live:
    """The scenario of the workspace: a whole day as it usually is, or (`now`) from this moment to the end of the day."""
    maker = _Maker(facts, skill_names)
    start_s = facts.now_s // 60 * 60.0 if now else 0.0
    hours = max(math.ceil((DAY_S - start_s) / SLOT_S) / 2.0, 1.0) if now else 24.0
    queues = {maker.names[line]: maker.queue(line, hours, start_s, now=now) for line in maker.lines}
    factor, cv = maker.variability(now=now)
    for rule in queues.values():
        if isinstance(rule.arrivals_per_hour, list):
            rule.arrivals_per_hour = [round(rate * factor, 3) for rate in rule.arrivals_per_hour]
    agents, notes = people(facts, skill_names, start_s, now=now)
    scenario = Scenario(
        name=name,
        hours=hours,
        start=clock_text(start_s),
        replications=20,
        queues=queues,
        agents=agents,
        channels=maker.channels(),
        routing=maker.routing(),
        variability=Variability(cv),
    )
    return Live(scenario, [*maker.notes, *notes])
