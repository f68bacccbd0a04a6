"""A simulated day of routing, for tests of what routing does in the long run."""

from heapq import heappop, heappush
from random import Random

from battito.routing.engine import Assigned, Choice, Decision, Engine, Queue, Ring, Service, Settings

DAY_S = 8 * 3600.0


def busy_shares(choice: Choice, *, by_level: bool, random: Random, agents: int = 30) -> list[float]:
    """The share of the day each agent was busy, with handling times that differ much."""
    skills = ("gas", "power", "billing")
    engine = Engine(
        Settings(choice=choice, by_level=by_level),
        [Queue(skill, (Ring({skill: 1}),), service=Service(auto_accept=True)) for skill in skills],
    )
    for agent in range(agents):
        engine.add_agent(agent, 0.0, skills=dict.fromkeys(random.sample(skills, 2), 1))
    busy = dict.fromkeys(range(agents), 0.0)
    events: list[tuple[float, int]] = []

    def carry_out(decisions: list[Decision], now: float) -> None:
        for decision in decisions:
            if isinstance(decision, Assigned):
                length = random.lognormvariate(4.8, 0.94)
                assert isinstance(decision.agent, int)
                assert isinstance(decision.interaction, int)
                busy[decision.agent] += length
                heappush(events, (now + length, decision.interaction))

    now, number = 0.0, 0
    while now < DAY_S:
        now += random.expovariate(agents * 0.75 / 189.0)
        while events and events[0][0] <= now:
            ended, interaction = heappop(events)
            carry_out(engine.finish(interaction, ended), ended)
        number += 1
        carry_out(engine.enqueue(number, random.choice(skills), now), now)
    return [seconds / DAY_S for seconds in busy.values()]


def gini(values: list[float]) -> float:
    """The Gini coefficient: 0 when all are equal."""
    ordered = sorted(values)
    count = len(ordered)
    weighted = sum((2 * place - count + 1) * value for place, value in enumerate(ordered))
    return weighted / (count * sum(ordered))
