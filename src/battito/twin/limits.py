"""How much may be asked of the twin through the product's doors. The command line has no such limits."""

import math
from typing import Final

from battito.twin.model import HOUR
from battito.twin.scenario import QueueRule, Scenario, ScenarioError

BYTES: Final = 300_000
CONTACTS: Final = 3_000_000
"""Of all replications and both scenarios together: about a minute of work."""
AT_ONCE: Final = 500_000
"""Of one replication: they are kept in memory."""
QUEUES: Final = 300
PEOPLE: Final = 20_000
HOURS: Final = 24.0 * 62
REPLICATIONS: Final = 200
SECONDS: Final = 120.0
"""How long a run may take."""
MEMORY: Final = 2_000_000_000


def contacts(scenario: Scenario) -> float:
    """How many contacts one replication is expected to have."""
    return math.fsum(_expected(rule, scenario.hours) for rule in scenario.queues.values())


def _expected(rule: QueueRule, hours: float) -> float:
    rates = rule.arrivals_per_hour
    standing = len(rule.waiting) + len(rule.in_hand)
    if not isinstance(rates, list):
        return (rates or 0.0) * hours + standing
    length = rule.interval_minutes * 60.0 / HOUR
    whole, rest = divmod(hours, length * len(rates))
    total = whole * math.fsum(rates) * length
    for rate in rates:
        part = min(rest, length)
        total += rate * part
        rest -= part
    return total + standing


def check(scenario: Scenario, runs: int = 1) -> None:
    """Refuse what is too much. `runs`: how many scenarios are run side by side. Raises `ScenarioError` with its place."""
    for holds, where, what in (
        (
            scenario.recording is None,
            "recording",
            "a file cannot be read from here: name a period of the workspace instead",
        ),
        (scenario.hours <= HOURS, "hours", f"at most {HOURS:g}"),
        (scenario.replications <= REPLICATIONS, "replications", f"at most {REPLICATIONS}"),
        (len(scenario.queues) <= QUEUES, "queues", f"at most {QUEUES} of them"),
        (sum(one.count for one in scenario.agents) <= PEOPLE, "agents", f"at most {PEOPLE:,} people"),
    ):
        if not holds:
            raise ScenarioError(f"{where}: {what}.", where)
    once = contacts(scenario)
    if not once <= AT_ONCE:
        raise ScenarioError(
            f"hours: one run would have about {once:,.0f} contacts; at most {AT_ONCE:,}. Take fewer hours.", "hours"
        )
    if once * scenario.replications * runs > CONTACTS:
        most = max(int(CONTACTS / max(once * runs, 1.0)), 1)
        raise ScenarioError(
            f"replications: about {once * scenario.replications * runs:,.0f} contacts in all; at most {CONTACTS:,}. "
            f"Take at most {most} replications.",
            "replications",
        )
