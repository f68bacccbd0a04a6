"""The life of an interaction between entry and end: placing, offering, giving, releasing, and what is due.

Private methods here append to the list of decisions they are handed; `agents.py` and `interactions.py` hold the calls.
"""

from collections.abc import Sequence

from msgspec import structs

from battito.routing.engine.config import Id, Presence, Queue, Ring, Service, Settings
from battito.routing.engine.decisions import (
    Assigned,
    Decision,
    Expired,
    Offered,
    Overflowed,
    PresenceChanged,
    Resumed,
    Returned,
    RingAdvanced,
    SetAside,
    Why,
    Withdrawn,
    WrapUpEnded,
    WrapUpStarted,
)
from battito.routing.engine.errors import Unknown
from battito.routing.engine.explain import why_agent, why_interaction
from battito.routing.engine.matching import Matching
from battito.routing.engine.records import (
    HANDLING,
    OFFERED,
    WAITING,
    Agent,
    Flow,
    Interaction,
    Line,
    Plan,
    Step,
    WrapUp,
)
from battito.routing.engine.timers import Kind, Timers

FOREVER = float("inf")


class Core(Matching):
    """State and rules shared by all calls. `explaining`: decisions carry why, which costs a look at every agent."""

    def __init__(self, settings: Settings | None = None, queues: Sequence[Queue] = (), *, explaining: bool = False):
        super().__init__(settings or Settings())
        self.explaining = explaining
        self.lines: dict[Id, Line] = {}
        self._plans: dict[tuple[Id, str], Plan] = {}
        self._timers = Timers()
        self._agent_number = 0
        self._interaction_number = 0
        self._boost_s = self.settings.priority_boost_s
        self._offers_at_once = self.settings.offers_at_once
        self._wrapping: dict[Id, set[Id]] = {}
        for queue in queues:
            self.put_queue(queue)

    # ---- queues

    def put_queue(self, queue: Queue) -> None:
        """Define a queue or change its rules. Those already in it keep the rules they came under."""
        line = self.lines.get(queue.id)
        if line is None:
            self.lines[queue.id] = Line(queue, Flow())
        else:
            line.queue = queue
            self._plans = {key: plan for key, plan in self._plans.items() if key[0] != queue.id}

    def _plan(self, queue: Id, kind: str, rings: Sequence[Ring] | None = None) -> Plan:
        plan = self._plans.get((queue, kind)) if rings is None else None
        if plan is None:
            line = self.lines.get(queue)
            if line is None:
                raise Unknown("queue", queue)
            channel = self.channel(kind)
            members = queue if line.queue.members_only else None
            steps = tuple(
                Step(self.requirement(channel, ring, members if ring.members else None), ring.seconds, ring.agents)
                for ring in (line.queue.rings if rings is None else rings)
            )
            service: Service = line.queue.by_channel.get(kind, line.queue.service)
            overflow = line.queue.overflow
            stepwise = len(steps) > 1 or overflow is not None
            own = None if rings is None else tuple(rings)
            plan = Plan(line, queue, line.queue.priority, channel, steps, service, overflow, own, stepwise)
            if rings is None:
                self._plans[queue, kind] = plan
        return plan

    # ---- from entry to agent

    def _enter(self, interaction: Interaction, plan: Plan, now: float) -> None:
        """Start over at the first ring of a plan. The interaction is on no list."""
        interaction.plan = plan
        interaction.channel = plan.channel
        interaction.overflow_due = None if plan.overflow is None else now + plan.overflow.after_s
        self._start_ring(interaction, 0, now)

    def _start_ring(self, interaction: Interaction, ring: int, start: float) -> None:
        plan = interaction.plan
        step = plan.steps[ring]
        interaction.ring = ring
        interaction.step = step
        interaction.requirement = step.requirement
        last = ring + 1 == len(plan.steps)
        interaction.ring_due = None if last or step.seconds is None else start + step.seconds

    def _place(self, interaction: Interaction, now: float, out: list[Decision]) -> None:
        """Give an interaction that is on no list to the best free agent, or let it wait."""
        agent = self.best_agent(interaction, now)
        while agent is None and interaction.ring_due is not None and self._advance(interaction, now, out):
            agent = self.best_agent(interaction, now)
        if agent is not None:
            why = why_agent(self, interaction, agent, now) if self.explaining else None
            self._give(interaction, agent, now, out, why)
            if agent.used < agent.capacity or self._interrupting:
                self._relist(agent)
            return
        self.wait(interaction, now)
        if interaction.plan.stepwise or interaction.refused is not None:
            self._set_timers(interaction, now)

    def _relist(self, agent: Agent) -> None:
        """Put an agent just taken from a shelf back with the room that is left; nothing that waits could use it."""
        if agent.willing and agent.offers < self._offers_at_once:
            self.enlist(agent)

    def _set_timers(self, interaction: Interaction, now: float) -> None:
        if interaction.ring_due is not None:
            self._timers.set(interaction.ring_due, Kind.RING, interaction)
        if interaction.overflow_due is not None:
            self._timers.set(interaction.overflow_due, Kind.OVERFLOW, interaction)
        if interaction.refused is not None:
            interaction.refused = {agent: until for agent, until in interaction.refused.items() if until > now} or None
            for agent, until in (interaction.refused or {}).items():
                if until < FOREVER:
                    self._timers.set(until, Kind.REFUSAL, interaction, agent)

    def _set_offer_timer(self, interaction: Interaction) -> None:
        if interaction.offer_due is not None:
            self._timers.set(interaction.offer_due, Kind.OFFER, interaction)

    def _set_aside_timer(self, agent: Agent) -> None:
        if agent.aside_until is not None and agent.aside_until < FOREVER:
            self._timers.set(agent.aside_until, Kind.ASIDE, agent)

    def _set_wrap_up_timer(self, wrap_up: WrapUp) -> None:
        if wrap_up.due is not None:
            self._timers.set(wrap_up.due, Kind.WRAP_UP, wrap_up)

    def _advance(self, interaction: Interaction, now: float, out: list[Decision]) -> bool:
        """Go on to the next ring if this one's time is over, or all the agents it names are absent."""
        due = interaction.ring_due
        skipped = self.settings.skip_absent and self._all_absent(interaction.step)
        if due is None or (due > now and not skipped):
            return False
        self._start_ring(interaction, interaction.ring + 1, now if skipped else due)
        out.append(RingAdvanced(interaction.id, interaction.ring, skipped))
        return True

    def _all_absent(self, step: Step) -> bool:
        if step.agents is None:
            return False
        found = (self.agents.get(name) for name in step.agents)
        return all(agent is None or agent.presence is Presence.OFFLINE for agent in found)

    def _give(
        self, interaction: Interaction, agent: Agent, now: float, out: list[Decision], why: Why | None = None
    ) -> None:
        """Offer the interaction, or hand it over where no answer is asked for."""
        interaction.agent = agent
        agent.held[interaction.id] = interaction
        agent.account(now, agent.used + interaction.channel.units, self._window_s)
        plan = interaction.plan
        service = plan.service
        if service.auto_accept:
            self._assign(interaction, agent, now, out, why)
            return
        interaction.state = OFFERED
        agent.offers += 1
        due = interaction.offer_due = None if service.offer_s is None else now + service.offer_s
        self._set_offer_timer(interaction)
        out.append(Offered(interaction.id, agent.id, plan.queue, interaction.ring, interaction.key, due, why))

    def _assign(
        self, interaction: Interaction, agent: Agent, now: float, out: list[Decision], why: Why | None = None
    ) -> None:
        """The agent, whose capacity is reserved already, has the interaction."""
        interaction.state = HANDLING
        waited = now - interaction.entered
        plan = interaction.plan
        if why is None and not interaction.callback and agent.used <= agent.capacity:
            out.append(Assigned(interaction.id, agent.id, plan.queue, interaction.ring, interaction.key, waited))
            return
        interrupts = self._interrupt(interaction, agent) if agent.used > agent.capacity else ()
        out.append(
            Assigned(
                interaction.id,
                agent.id,
                plan.queue,
                interaction.ring,
                interaction.key,
                waited,
                interrupts,
                interaction.callback,
                why,
            )
        )

    def _interrupt(self, interaction: Interaction, agent: Agent) -> tuple[Id, ...]:
        """Mark the work that rests while this is done."""
        resting = [
            work
            for work in held_in_order(agent)
            if isinstance(work, Interaction)
            and work.state is HANDLING
            and not work.interrupted
            and work.channel.kind in interaction.channel.interrupts
        ]
        for work in resting:
            work.interrupted = True
        return tuple(work.id for work in resting)

    # ---- from agent back

    def _serve(self, agent: Agent, now: float, out: list[Decision]) -> None:
        """Give the agent the oldest work they may take, until they are full; then put them on the shelves."""
        if agent.next is not None and not agent.held:
            presence, reason = agent.next
            agent.next = None
            self._let_presence_be(agent, presence, reason, now, out)
        while (
            agent.willing
            and agent.offers < self._offers_at_once
            and (agent.used < agent.capacity or self._interrupting)
        ):
            waiting = agent.mask & self._nonempty or self._personal
            interaction = self.oldest_for(agent, now) if waiting else None
            if interaction is None:
                self.enlist(agent)
                return
            why = why_interaction(self, interaction, agent, now) if self.explaining else None
            self.leave(interaction, now, True)
            self._give(interaction, agent, now, out, why)

    def _let_presence_be(
        self, agent: Agent, presence: Presence, reason: str | None, now: float, out: list[Decision]
    ) -> None:
        """Rolling occupancy stands still and idle time starts anew over time in which the agent was not available."""
        if agent.presence is Presence.AVAILABLE:
            agent.account(now, agent.used, self._window_s)
        elif presence is Presence.AVAILABLE:
            agent.since = now
            if not agent.held:
                agent.accounted = now
        agent.presence = presence
        agent.reason = reason
        self._weigh(agent)
        out.append(PresenceChanged(agent.id, presence, reason))

    def _weigh(self, agent: Agent) -> None:
        """Whether the agent takes new work at all, after a change of presence, next presence or set-aside."""
        agent.willing = agent.presence is Presence.AVAILABLE and agent.next is None and agent.aside_until is None
        if not agent.willing and agent.listed:
            agent.unlist()

    def _let_go(self, work: Interaction | WrapUp, agent: Agent, now: float, out: list[Decision]) -> None:
        """Free the capacity a piece of work took. Does not serve the agent."""
        del agent.held[work.id]
        agent.account(now, agent.used - work.channel.units, self._window_s)
        if self._interrupting:
            self._resume(agent, out)

    def _resume(self, agent: Agent, out: list[Decision]) -> None:
        """Let resting work go on when nothing that interrupts it is left, or there is room for all."""
        interrupting: set[str] = set()
        if agent.used > agent.capacity:
            for work in agent.held.values():
                interrupting |= work.channel.interrupts
        for work in held_in_order(agent):
            if isinstance(work, Interaction) and work.interrupted and work.channel.kind not in interrupting:
                work.interrupted = False
                out.append(Resumed(work.id, agent.id))

    def _take_back(self, interaction: Interaction, now: float, out: list[Decision]) -> Agent:
        """End a live offer. The interaction is then on no list and its agent not yet served."""
        agent = interaction.agent
        assert agent is not None
        interaction.agent = None
        interaction.offer_due = None
        interaction.state = WAITING
        agent.offers -= 1
        self._let_go(interaction, agent, now, out)
        return agent

    def _end_offer(
        self, interaction: Interaction, now: float, out: list[Decision], *, refuse_s: float, set_aside_s: float | None
    ) -> None:
        """After the agent declined or let an offer expire: search on, then see what the agent can have instead."""
        agent = self._take_back(interaction, now, out)
        interaction.plan.line.flow.returned()
        self._refuse(interaction, agent, now, refuse_s)
        if set_aside_s is None or set_aside_s > 0:
            until = FOREVER if set_aside_s is None else now + set_aside_s
            agent.aside_until = until
            self._weigh(agent)
            self._set_aside_timer(agent)
            out.append(SetAside(agent.id, None if set_aside_s is None else until))
        self._place(interaction, now, out)
        self._serve(agent, now, out)

    def _refuse(self, interaction: Interaction, agent: Agent, now: float, seconds: float) -> None:
        """The agent is not asked for this interaction for a while."""
        if seconds > 0:
            interaction.refused = {**(interaction.refused or {}), agent.id: now + seconds}

    def _withdraw(self, interaction: Interaction, now: float, out: list[Decision], reason: str) -> Agent:
        """Take an offer away from an agent who did not answer it. Neither is placed or served yet."""
        agent = self._take_back(interaction, now, out)
        interaction.plan.line.flow.returned()
        out.append(Withdrawn(interaction.id, agent.id, reason))
        return agent

    def _begin_wrap_up(
        self, interaction: Interaction, agent: Agent, now: float, out: list[Decision], wrap_up_s: float | None
    ) -> None:
        """The contact is over, the agent's work after it begins; it takes the contact's place and capacity."""
        due = None if wrap_up_s is None else now + wrap_up_s
        queue = interaction.plan.queue
        wrap_up = WrapUp(interaction.id, interaction.number, interaction.channel, queue, agent, due)
        agent.held[interaction.id] = wrap_up
        self._wrapping.setdefault(interaction.id, set()).add(agent.id)
        self._set_wrap_up_timer(wrap_up)
        out.append(WrapUpStarted(interaction.id, agent.id, due))

    def _end_wrap_up(self, wrap_up: WrapUp, now: float, out: list[Decision], *, timed_out: bool) -> None:
        self._close_wrap_up(wrap_up, now, out, timed_out=timed_out)
        self._serve(wrap_up.agent, now, out)

    def _close_wrap_up(self, wrap_up: WrapUp, now: float, out: list[Decision], *, timed_out: bool) -> None:
        """End a wrap-up; the agent is not yet served."""
        agent = wrap_up.agent
        wrap_up.due = None
        self._let_go(wrap_up, agent, now, out)
        wrapping = self._wrapping[wrap_up.id]
        wrapping.discard(agent.id)
        if not wrapping:
            del self._wrapping[wrap_up.id]
        again = self.interactions.get(wrap_up.id)
        if again is not None and again.refused is not None and again.refused.get(agent.id) == FOREVER:
            again.refused = {name: until for name, until in again.refused.items() if name != agent.id}
        out.append(WrapUpEnded(wrap_up.id, agent.id, timed_out))

    # ---- time

    def next_timer(self) -> float | None:
        """When `tick` has something to do next; None: nothing is due before another call."""
        return self._timers.next_due()

    def tick(self, now: float) -> list[Decision]:
        """Do all that is due by `now`, in order of time. Being late is harmless."""
        out: list[Decision] = []
        while (timer := self._timers.pop_due(now)) is not None:
            kind, owner = timer[1], timer[4]
            if isinstance(owner, Interaction):
                self._due(kind, owner, now, out)
            elif isinstance(owner, WrapUp):
                self._end_wrap_up(owner, now, out, timed_out=True)
            else:
                self._return(owner, out)
                self._serve(owner, now, out)
        return out

    def _due(self, kind: Kind, interaction: Interaction, now: float, out: list[Decision]) -> None:
        if kind is Kind.OFFER:
            agent = interaction.agent
            assert agent is not None
            out.append(Expired(interaction.id, agent.id))
            set_aside_s = interaction.plan.service.set_aside_s
            self._end_offer(interaction, now, out, refuse_s=0.0, set_aside_s=set_aside_s)
            return
        overflow = interaction.plan.overflow
        if kind is Kind.OVERFLOW and overflow is not None and overflow.queue in self.lines:
            before = interaction.plan.queue
            self.leave(interaction, now, True)
            rings = guarded(self.lines[overflow.queue].queue.rings, interaction.guard)
            self._enter(interaction, self._plan(overflow.queue, interaction.channel.kind, rings), now)
            out.append(Overflowed(interaction.id, before, overflow.queue))
        else:
            self.leave(interaction, now, False)
            if kind is Kind.OVERFLOW:
                interaction.overflow_due = None
        self._place(interaction, now, out)

    def _return(self, agent: Agent, out: list[Decision]) -> None:
        """End a set-aside."""
        agent.aside_until = None
        self._weigh(agent)
        out.append(Returned(agent.id))


def guarded(rings: tuple[Ring, ...], guard: dict[Id, int] | None) -> tuple[Ring, ...] | None:
    """Rings that ask for the skills of `guard` besides their own; None without a guard: the queue's as they are."""
    if not guard:
        return None
    out = []
    for ring in rings:
        skills: dict[Id, int] = dict(ring.skills.items())
        for skill, level in guard.items():
            skills[skill] = max(level, skills.get(skill, 0))
        out.append(structs.replace(ring, skills=skills))
    return tuple(out)


def held_in_order(agent: Agent) -> list[Interaction | WrapUp]:
    """What an agent has, in order of arrival: the same whichever way the state came about."""
    return sorted(agent.held.values(), key=lambda work: work.number)
