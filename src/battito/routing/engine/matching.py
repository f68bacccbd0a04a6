"""Who fits what, fast: requirement classes with a bit each, waiting heaps, and shelves of free agents.

An agent's mask has the bit of every class they can serve. When an agent becomes free the set bits of
`mask & nonempty` are scanned and the heads of those heaps compared; nothing is ever sorted again, because a key
(entry time minus priority times boost) does not change while one waits. When work comes in, the shelf of its class
gives the best free agent. Heaps are lazy: entries that stopped being true are dropped when they surface, and swept
when they are more than the true ones.
"""

from heapq import heapify, heappop, heappush
from math import inf, log

from battito.routing.engine.config import Channel, Choice, Id, Levels, Ring, Settings
from battito.routing.engine.records import (
    WAITING,
    Agent,
    Interaction,
    Requirement,
    Shelf,
    ShelfEntry,
    Skill,
    WaitingEntry,
    is_membership,
    member,
)

SLACK = 64
"""Stale entries a heap may hold beyond as many as the true ones."""

MIRROR = 1e9
"""Puts agents whose occupancy lies under their load before those above it; see `Matching.rank`."""


class Matching:
    """The index of agents and waiting interactions. Knows no offers, timers or presence."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.agents: dict[Id, Agent] = {}
        self.interactions: dict[Id, Interaction] = {}
        self._channels = {channel.kind: channel for channel in settings.channels}
        self._requirements: list[Requirement] = []
        self._by_demand: dict[tuple[str, tuple[tuple[Skill, int], ...]], Requirement] = {}
        self._shelves: dict[tuple[str, frozenset[Skill]], Shelf] = {}
        self._shelves_by_skill: dict[Skill | None, list[Shelf]] = {}
        """Each shelf once, under one of its skills; None: those that ask for no skill."""
        self._agents_by_skill: dict[Skill, dict[Id, Agent]] = {}
        self._nonempty = 0
        self._personal: dict[Id, list[WaitingEntry]] = {}
        self._window_s = settings.window_s
        self._by_occupancy = settings.choice is Choice.LEAST_OCCUPIED
        self._interrupting = any(channel.interrupts for channel in settings.channels)

    # ---- requirement classes

    def channel(self, kind: str) -> Channel:
        """The rules of a channel kind; one nobody described takes a whole agent."""
        found = self._channels.get(kind)
        if found is None:
            found = self._channels[kind] = Channel(kind)
        return found

    def requirement(self, channel: Channel, ring: Ring, queue: Id | None) -> Requirement:
        """The interned class of a ring; `queue` when only its members may serve."""
        needed: dict[Skill, int] = dict(ring.skills.items())
        if queue is not None:
            needed[member(queue)] = 1
        skills = tuple(sorted(needed.items(), key=lambda item: (repr(item[0]), item[1])))
        found = self._by_demand.get((channel.kind, skills))
        if found is None:
            shelf = self._shelf(channel, frozenset(needed))
            number = len(self._requirements)
            found = Requirement(number, 1 << number, channel, channel.units, skills, shelf)
            self._requirements.append(found)
            self._by_demand[channel.kind, skills] = found
            shelf.requirements.append(found)
            for agent in self._agents_with(shelf.skills):
                if has_levels(agent, found) and takes(agent, channel):
                    agent.mask |= found.bit
        return found

    def _shelf(self, channel: Channel, skills: frozenset[Skill]) -> Shelf:
        shelf = self._shelves.get((channel.kind, skills))
        if shelf is None:
            shelf = self._shelves[channel.kind, skills] = Shelf(channel, channel.units, skills)
            self._shelves_by_skill.setdefault(min(skills, key=repr, default=None), []).append(shelf)
            for agent in self._agents_with(skills):
                if self._put_on(agent, shelf) and agent.listed and agent.room(channel):
                    heappush(shelf.heap, self._entry(agent, agent.shelves[-1][1]))
        return shelf

    def _agents_with(self, skills: frozenset[Skill]) -> list[Agent]:
        """Agents who may have all of these skills: all who have the rarest of them."""
        if not skills:
            return list(self.agents.values())
        sets = [self._agents_by_skill.get(skill, {}) for skill in skills]
        return list(min(sets, key=len).values())

    def _put_on(self, agent: Agent, shelf: Shelf) -> bool:
        """Note the shelf with the agent if they may ever stand there."""
        if not takes(agent, shelf.channel) or not all(skill in agent.skills for skill in shelf.skills):
            return False
        level = 0
        if self.settings.by_level:
            level = sum(agent.skills[skill] for skill in shelf.skills if not is_membership(skill))
        agent.shelves.append((shelf, -level))
        shelf.members += 1
        return True

    def place_agent(self, agent: Agent) -> None:
        """Compute what the agent can serve; after any change of skills, channels or capacity."""
        agent.unlist()
        self.forget_places(agent)
        agent.load = agent.used / agent.capacity
        for skill in agent.skills:
            self._agents_by_skill.setdefault(skill, {})[agent.id] = agent
        for skill_or_none in (None, *agent.skills):
            for shelf in self._shelves_by_skill.get(skill_or_none, ()):
                if self._put_on(agent, shelf):
                    for requirement in shelf.requirements:
                        if has_levels(agent, requirement):
                            agent.mask |= requirement.bit

    def forget_places(self, agent: Agent) -> None:
        """Take the agent out of all classes and shelves."""
        for shelf, _ in agent.shelves:
            shelf.members -= 1
        agent.shelves = []
        agent.mask = 0
        for agents in self._agents_by_skill.values():
            agents.pop(agent.id, None)

    # ---- free agents

    def rank(self, agent: Agent) -> float:
        """A number that orders equally loaded agents by rolling occupancy, now and at any later moment.

        With load u and time constant w, an occupancy b at time s becomes u + (b - u) exp(-(t - s)/w): all distances
        from the same load shrink alike, so ln|b - u| + s/w keeps the order without being computed again.
        """
        if not self._by_occupancy:
            return 0.0
        load = agent.load
        distance = agent.occupancy - (load if load < 1.0 else 1.0)
        if distance > 0.0:
            return log(distance) + agent.accounted / self._window_s
        if distance == 0.0:
            return -MIRROR / 2 if load else -inf
        return -MIRROR - log(-distance) - agent.accounted / self._window_s

    def enlist(self, agent: Agent) -> None:
        """Put the agent on the shelves of all work they have room for."""
        agent.epoch = epoch = agent.epoch + 1
        agent.listed = True
        load, rank, since, number = agent.load, self.rank(agent), agent.since, agent.number
        free = agent.capacity - agent.used
        for shelf, level in agent.shelves:
            if shelf.units <= free or (shelf.channel.interrupts and agent.room(shelf.channel)):
                heap = shelf.heap
                heappush(heap, (level, load, rank, since, number, epoch, agent))
                if len(heap) > 2 * shelf.members + SLACK:
                    sweep_shelf(shelf)

    def _entry(self, agent: Agent, level: int) -> ShelfEntry:
        return (level, agent.load, self.rank(agent), agent.since, agent.number, agent.epoch, agent)

    def best_agent(self, interaction: Interaction, now: float) -> Agent | None:
        """The free agent this should go to: most skilled, least loaded, then by the workspace's choice."""
        if interaction.step.agents is not None:
            return self._best_named(interaction, now)
        requirement = interaction.requirement
        heap = requirement.shelf.heap
        bit = requirement.bit
        while heap:
            _, _, _, _, _, epoch, agent = heap[0]
            if agent.epoch != epoch:
                heappop(heap)
            elif agent.mask & bit and interaction.refused is None:
                return agent
            else:
                return first_willing(heap, interaction, now)
        return None

    def _best_named(self, interaction: Interaction, now: float) -> Agent | None:
        best: ShelfEntry | None = None
        for name in interaction.step.agents or ():
            agent = self.agents.get(name)
            if agent is None or not agent.listed or not agent.mask & interaction.requirement.bit:
                continue
            if not agent.room(interaction.channel) or is_refused(interaction, agent, now):
                continue
            entry = self._entry(agent, -self.level(agent, interaction.requirement))
            if best is None or entry < best:
                best = entry
        return best[6] if best is not None else None

    def level(self, agent: Agent, requirement: Requirement) -> int:
        """The sum of the agent's levels in the skills asked for; 0 where levels do not count."""
        if not self.settings.by_level:
            return 0
        return sum(agent.skills.get(skill, 0) for skill, _ in requirement.skills if not is_membership(skill))

    # ---- waiting interactions

    def wait(self, interaction: Interaction, now: float) -> None:
        """Put the interaction on the list of its class, or of each agent its ring names."""
        interaction.state = WAITING
        line = interaction.plan.line
        line.waiting += 1
        if line.flow.since is None:
            line.flow.since = now
        entry = (interaction.key, interaction.number, interaction.version, interaction)
        names = interaction.step.agents
        if names is not None:
            for name in names:
                self._personal.setdefault(name, []).append(entry)
            return
        requirement = interaction.requirement
        heappush(requirement.heap, entry)
        requirement.count += 1
        self._nonempty |= requirement.bit

    def leave(self, interaction: Interaction, now: float, gone: bool) -> None:
        """Take the interaction off its list; `gone` when it leaves its queue's line for good."""
        interaction.version += 1
        line = interaction.plan.line
        line.waiting = waiting = line.waiting - 1
        if gone:
            line.flow.departed(now, waiting)
        if interaction.step.agents is not None:
            return
        requirement = interaction.requirement
        requirement.count = count = requirement.count - 1
        if count == 0:
            self._nonempty ^= requirement.bit
            requirement.heap.clear()
        elif len(requirement.heap) > 2 * count + SLACK:
            requirement.heap = [entry for entry in requirement.heap if entry[2] == entry[3].version]
            heapify(requirement.heap)

    def oldest_for(self, agent: Agent, now: float) -> Interaction | None:
        """The waiting interaction with the smallest key that this agent may and can take. It stays on its list."""
        best: WaitingEntry | None = None
        free = agent.capacity - agent.used
        waiting = agent.mask & self._nonempty
        while waiting:
            bit = waiting & -waiting
            waiting ^= bit
            requirement = self._requirements[bit.bit_length() - 1]
            if requirement.units > free and not (requirement.channel.interrupts and agent.room(requirement.channel)):
                continue
            heap = requirement.heap
            head = heap[0]
            while head[2] != head[3].version:
                heappop(heap)
                head = heap[0]
            if best is not None and best < head:
                continue
            if head[3].refused is None:
                best = head
            else:
                head_or_none = first_not_refused(heap, agent, now)
                if head_or_none is not None and (best is None or head_or_none < best):
                    best = head_or_none
        if self._personal and agent.id in self._personal:
            head_or_none = self._oldest_personal(agent, now)
            if head_or_none is not None and (best is None or head_or_none < best):
                best = head_or_none
        return best[3] if best is not None else None

    def _oldest_personal(self, agent: Agent, now: float) -> WaitingEntry | None:
        """The first of those that wait for this very agent. Few, so simply looked through."""
        entries = [entry for entry in self._personal[agent.id] if entry[2] == entry[3].version]
        if entries:
            self._personal[agent.id] = entries
        else:
            del self._personal[agent.id]
        fitting = (
            entry
            for entry in entries
            if agent.mask & entry[3].requirement.bit
            and agent.room(entry[3].channel)
            and not is_refused(entry[3], agent, now)
        )
        return min(fitting, default=None)


def has_levels(agent: Agent, requirement: Requirement) -> bool:
    """Whether the agent has every level asked for."""
    skills = agent.skills
    return all(skills.get(skill, 0) >= level for skill, level in requirement.skills)


def takes(agent: Agent, channel: Channel) -> bool:
    """Whether the agent ever takes work of this kind."""
    return channel.units <= agent.capacity and (agent.channels is None or channel.kind in agent.channels)


def is_refused(interaction: Interaction, agent: Agent, now: float) -> bool:
    """Whether the agent may not be asked for this interaction yet."""
    return interaction.refused is not None and interaction.refused.get(agent.id, now) > now


def first_willing(heap: list[ShelfEntry], interaction: Interaction, now: float) -> Agent | None:
    """The best agent on a shelf with the levels asked for who has not refused; the shelf is left as it was."""
    bit = interaction.requirement.bit
    kept: list[ShelfEntry] = []
    found = None
    while heap:
        _, _, _, _, _, epoch, agent = heap[0]
        if agent.epoch != epoch:
            heappop(heap)
        elif agent.mask & bit and not is_refused(interaction, agent, now):
            found = agent
            break
        else:
            kept.append(heappop(heap))
    for entry in kept:
        heappush(heap, entry)
    return found


def first_not_refused(heap: list[WaitingEntry], agent: Agent, now: float) -> WaitingEntry | None:
    """The first true entry this agent has not refused; the heap is left as it was, less stale entries."""
    kept: list[WaitingEntry] = []
    found = None
    while heap:
        entry = heap[0]
        if entry[2] != entry[3].version:
            heappop(heap)
        elif is_refused(entry[3], agent, now):
            kept.append(heappop(heap))
        else:
            found = entry
            break
    for entry in kept:
        heappush(heap, entry)
    return found


def sweep_shelf(shelf: Shelf) -> None:
    """Drop the stale entries of a shelf."""
    shelf.heap = [entry for entry in shelf.heap if entry[5] == entry[6].epoch]
    heapify(shelf.heap)


def merge_skills(skills: Levels, queues: tuple[Id, ...]) -> dict[Skill, int]:
    """An agent's skills with their queues as skills of level 1."""
    merged: dict[Skill, int] = dict(skills.items())
    for queue in queues:
        merged[member(queue)] = 1
    return merged
