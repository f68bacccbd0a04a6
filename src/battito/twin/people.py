"""Who works when, as entries of a scenario. Pure."""

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from battito.routing.router.rows import AgentRow
from battito.twin.facts import Facts, skills_of_agent
from battito.twin.notes import Note
from battito.twin.scenario import AgentRule
from battito.twin.staffing import SLOT_S, SLOTS, layers, mean_over, steps_of

WORKING_DAY: Final = "09:00-18:00"


def people(
    facts: Facts, skill_names: Mapping[UUID, str], start_s: float, *, now: bool
) -> tuple[list[AgentRule], list[Note]]:
    """People with the same skills, limits and channels together, with the hours they are there; and how that is known."""
    tables = facts.tables
    notes: list[Note] = []
    profiles: dict[tuple[tuple[tuple[str, int], ...], tuple[str, ...] | None, int], list[AgentRow]] = defaultdict(list)
    for agent in tables.agents.values():
        skills = tuple(skills_of_agent(agent, tables, skill_names).items())
        channels = None if agent.channels is None else tuple(sorted(agent.channels))
        profiles[skills, channels, agent.capacity or tables.rules.capacity].append(agent)
    known = facts.present_from != "none"
    if known:
        notes.append(Note(f"people-from-{facts.present_from}", cases=len(facts.presence)))
    elif facts.on_duty:
        notes.append(Note("people-now", assumed=True, cases=len(facts.on_duty)))
    else:
        notes.append(Note("people-all", assumed=True, cases=len(tables.agents), value=WORKING_DAY))
    found = []
    for number, ((skills, channels, capacity), alike) in enumerate(
        sorted(profiles.items(), key=lambda one: (-len(one[1]), str(one[0]))), 1
    ):
        usual = [math.fsum(facts.presence.get(one.id, [0.0] * SLOTS)[slot] for one in alike) for slot in range(SLOTS)]
        there = sum(one.id in facts.on_duty for one in alike)
        shifts = layers(steps_of(_counts(facts, usual, there, len(alike), start_s, now=now)))
        for count, shift in shifts or [(0, ["00:00-24:00"])]:  # nobody there: but one may ask what if they were
            found.append(
                AgentRule(
                    count=count,
                    skills=dict(skills),
                    shift=None if shift == ["00:00-24:00"] else list(shift),
                    channels=None if channels is None else list(channels),
                    capacity=capacity,
                    name=_profile_name(number, dict(skills)),
                )
            )
    return found, notes


def _counts(facts: Facts, usual: list[float], there: int, all_: int, start_s: float, *, now: bool) -> list[float]:
    """People of a profile by half hour. From now on today's difference to the usual number stays."""
    if facts.present_from == "none":
        if facts.on_duty:
            return [float(there)] * SLOTS
        low, high = 18, 36
        return [float(all_) if low <= slot < high else 0.0 for slot in range(SLOTS)]
    if not now:
        return usual
    more = there - mean_over(usual, start_s, start_s + SLOT_S)
    first = int(start_s // SLOT_S)
    return [
        max(value + more, 0.0) if slot >= first and (value > 0.0 or slot < first + 2) else value
        for slot, value in enumerate(usual)
    ]


def _profile_name(number: int, skills: Mapping[str, int]) -> str:
    """Short for people: the skills themselves, as they are told apart by them."""
    words = [
        f"{name.removeprefix('queue:')} {level}" if level > 1 else name.removeprefix("queue:")
        for name, level in skills.items()
    ]
    text = ", ".join(words)
    return f"{number}. {text[:57]}…" if len(text) > 58 else f"{number}. {text or '-'}"
