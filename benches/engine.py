"""The routing engine at size: 10,000 agents, 100 skills, 100,000 queued; an agent frees up and gets the oldest they may take.

Beside two naive routers on the same queue: one that looks at all that waits, one that keeps the queue in order and
takes the first that fits.
"""

import time
from random import Random
from statistics import median

from battito.routing.engine import Assigned, Channel, Decision, Engine, Queue, Ring, Service, Settings
from benches.support.report import percentile, report

AGENTS, SKILLS, QUEUED = 10_000, 100, 100_000
BLOCKS, RELEASES = 60, 2_000
NAIVE_RELEASES = 60


def weights() -> list[float]:
    """A few skills are asked for often, many seldom."""
    return [1.0 / (number + 1) ** 0.7 for number in range(SKILLS)]


def people(random: Random) -> list[dict[str, int]]:
    """Each agent's skills: one to ten, drawn by how often they are asked for, at levels 1 to 5."""
    return [
        {
            f"skill-{skill}": random.randint(1, 5)
            for skill in set(random.choices(range(SKILLS), weights(), k=random.randint(1, 10)))
        }
        for _ in range(AGENTS)
    ]


def full_engine(random: Random, skills: list[dict[str, int]]) -> tuple[Engine, list[int]]:
    """An engine in which all agents are busy and 100,000 wait, and what is being handled."""
    queues = [
        Queue(f"queue-{skill}", (Ring({f"skill-{skill}": 1}),), service=Service(auto_accept=True))
        for skill in range(SKILLS)
    ]
    engine = Engine(Settings((Channel("voice"),)), queues)
    for agent, levels in enumerate(skills):
        engine.add_agent(agent, 0.0, skills=levels)
    handling: list[int] = []
    number, now, waiting = 0, 0.0, 0
    while waiting < QUEUED:
        number += 1
        now += 0.001
        handling += taken(engine.enqueue(number, f"queue-{random.choices(range(SKILLS), weights())[0]}", now))
        waiting = number - len(handling)
    return engine, handling


def taken(decisions: list[Decision]) -> list[int]:
    """The interactions assigned."""
    found = []
    for decision in decisions:
        if type(decision) is Assigned:
            assert isinstance(decision.interaction, int)
            found.append(decision.interaction)
    return found


def measure(random: Random, skills: list[dict[str, int]]) -> tuple[float, list[float]]:
    """Decisions per second of processor time (the median block), and the wall time of single decisions."""
    engine, handling = full_engine(random, skills)
    number, now = len(handling) + QUEUED, 1_000.0
    rates, times = [], []
    for block in range(BLOCKS):
        finished = [handling.pop(random.randrange(len(handling))) for _ in range(RELEASES)]
        assigned: list[int] = []
        begun = time.process_time()
        for interaction in finished:
            now += 0.001
            if block % 2:
                assigned += taken(engine.finish(interaction, now))
            else:
                one = time.perf_counter()
                decisions = engine.finish(interaction, now)
                times.append(time.perf_counter() - one)
                assigned += taken(decisions)
        if block % 2:
            rates.append(len(assigned) / (time.process_time() - begun))
        handling += assigned
        for _ in finished:
            number += 1
            handling += taken(engine.enqueue(number, f"queue-{random.choices(range(SKILLS), weights())[0]}", now))
    return median(rates), times


def naive(random: Random, skills: list[dict[str, int]]) -> tuple[float, float]:
    """Seconds for one release with a scan of the whole queue, and with the queue kept in order."""
    queue = [
        (number * 0.001, number, f"skill-{random.choices(range(SKILLS), weights())[0]}") for number in range(QUEUED)
    ]
    scattered = random.sample(queue, len(queue))
    begun = time.process_time()
    for _ in range(NAIVE_RELEASES):
        levels = random.choice(skills)
        best = min((one for one in scattered if levels.get(one[2], 0) >= 1), default=None)
        if best is not None:
            scattered.remove(best)
    whole = (time.process_time() - begun) / NAIVE_RELEASES
    begun = time.process_time()
    for _ in range(NAIVE_RELEASES * 50):
        levels = random.choice(skills)
        first = next((place for place, one in enumerate(queue) if levels.get(one[2], 0) >= 1), None)
        if first is not None:
            del queue[first]
    return whole, (time.process_time() - begun) / (NAIVE_RELEASES * 50)


def main() -> None:
    """Measure, print."""
    random = Random(3)
    skills = people(random)
    rate, times = measure(random, skills)
    whole, ordered = naive(random, skills)
    result = {
        "rate": round(rate),
        "p50_us": round(percentile(times, 0.5) * 1e6, 1),
        "p99_us": round(percentile(times, 0.99) * 1e6, 1),
        "ratio_naive": round(rate * whole, 1),
        "ratio_ordered": round(rate * ordered, 2),
        "agents": AGENTS,
        "skills": SKILLS,
        "queued": QUEUED,
    }
    report(
        f"Routing engine: {AGENTS:,} agents, {SKILLS} skills, {QUEUED:,} queued; release and match",
        [
            ("decisions a second", f"{rate:,.0f}  (goal 100,000)"),
            ("one decision, p50", f"{result['p50_us']} us"),
            ("one decision, p99", f"{result['p99_us']} us  (goal 50)"),
            ("a scan of the whole queue", f"{whole * 1e6:,.0f} us, {result['ratio_naive']} times as long"),
            ("a scan of an ordered queue", f"{ordered * 1e6:,.1f} us, {result['ratio_ordered']} times as long"),
        ],
        result,
    )


if __name__ == "__main__":
    main()
