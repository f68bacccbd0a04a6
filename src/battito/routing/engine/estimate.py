"""Place in the queue and expected wait, with how sure that is.

Departures of a busy queue are taken as a Poisson process whose rate is not known but seen: k departures in T seconds
(the recent past, `Flow`). With the rate Gamma(k, T) distributed, the time until n more have left is a scaled beta
prime: mean n T / (k - 1), variance T^2 n (n + k - 1) / ((k - 1)^2 (k - 2)) (the gamma-gamma mixture; Bernardo and Smith,
Bayesian Theory, appendix A). Until enough departures were seen, some at the rate of those signed in over the queue's
usual handling time stand in for them.
"""

import math

import msgspec

from battito.routing.engine.config import Id, Presence
from battito.routing.engine.matching import Matching
from battito.routing.engine.records import (
    WAITING,
    Interaction,
    Line,
)

PRIOR = 4.0
"""How many departures the guess from staffing is worth at first; nothing any more once four times as many were seen."""


class Standing(msgspec.Struct, frozen=True):
    """Where a waiting interaction stands: position from 1, seconds waited, seconds expected with their standard error.

    The expectation is None when nobody signed in could take it.
    """

    interaction: Id
    position: int
    waited_s: float
    expected_s: float | None
    error_s: float | None


def standings(matching: Matching, line: Line, now: float) -> list[Standing]:
    """All that wait in a queue, first in line first."""
    waiting = [
        interaction
        for interaction in matching.interactions.values()
        if interaction.state is WAITING and interaction.plan.line is line
    ]
    waiting.sort(key=lambda one: (one.key, one.number))
    rates: dict[int, float] = {}
    return [_standing(matching, one, place, now, rates) for place, one in enumerate(waiting, 1)]


def _standing(
    matching: Matching, interaction: Interaction, position: int, now: float, rates: dict[int, float]
) -> Standing:
    number = interaction.requirement.number
    if number not in rates:
        rates[number] = staffed_rate(matching, interaction)
    expected, error = wait(interaction.plan.line, position, rates[number])
    return Standing(interaction.id, position, now - interaction.entered, expected, error)


def staffed_rate(matching: Matching, interaction: Interaction) -> float:
    """Departures a second if everybody who may take this did nothing else, each handling in the queue's usual time."""
    bit, units = interaction.requirement.bit, interaction.channel.units
    places = sum(
        agent.capacity // units
        for agent in matching.agents.values()
        if agent.mask & bit and agent.presence is Presence.AVAILABLE
    )
    return places / interaction.plan.line.queue.handle_s


def wait(line: Line, position: int, staffed: float) -> tuple[float | None, float | None]:
    """Expected seconds until the one at `position` leaves the line, and the standard deviation of that."""
    if staffed <= 0.0:
        return None, None
    guessed = max(PRIOR - line.flow.departures / 4.0, 0.0)
    departures = line.flow.departures + guessed
    seconds = line.flow.seconds + guessed / staffed
    mean = position * seconds / (departures - 1.0)
    variance = seconds**2 * position * (position + departures - 1.0) / ((departures - 1.0) ** 2 * (departures - 2.0))
    return mean, math.sqrt(variance)
