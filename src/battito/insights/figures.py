"""From counts to the figures that people read: exactly the glossary's definitions. Pure.

Every rate keeps its numerator and denominator. Sums are in seconds. Nothing is averaged twice: figures of several
queues come from the sum of their counts.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

DEFAULT_S: Final = {"voice": 20.0, "webchat": 60.0}
OTHERWISE_S: Final = 14_400.0
SHARE: Final = 0.8
SHORT_S: Final = 5.0


class Rate(msgspec.Struct, frozen=True):
    """A share of something; `rate` from 0 to 1, null where there is nothing to be a share of."""

    numerator: float
    denominator: float
    rate: float | None


def rate(numerator: float, denominator: float) -> Rate:
    """`numerator` of `denominator`."""
    return Rate(numerator, denominator, numerator / denominator if denominator > 0 else None)


class Counts(msgspec.Struct, kw_only=True):
    """What was counted. The second group is of those that entered in the time: what service levels are made of."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    flow_out: int = 0
    handled: int = 0
    continued: int = 0
    wait_s: float = 0.0
    talk_s: float = 0.0
    wrap_up_s: float = 0.0

    answered_within: int = 0
    abandoned_within: int = 0
    entered_answered: int = 0
    entered_short: int = 0
    undecided: int = 0

    def add(self, other: "Counts") -> None:
        """Count the other's, too."""
        for name in FIELDS:
            if more := getattr(other, name):
                setattr(self, name, getattr(self, name) + more)


FIELDS: Final = tuple(Counts.__struct_fields__)


def total(counts: Iterable[Counts]) -> Counts:
    """The sum."""
    out = Counts()
    for one in counts:
        out.add(one)
    return out


class Target(msgspec.Struct, frozen=True):
    """Answered within `target_s` seconds, in `share` of the cases; given up sooner than `short_s` is a short abandon."""

    target_s: float
    share: float
    short_s: float


class Service(msgspec.Struct, kw_only=True):
    """The three service levels, by name. `target_s` is null where channels have different ones. `undecided`: waiting
    still, and within the target; they are in the denominators of *strict* and *aws*."""

    target_s: float | None
    share: float
    targets: dict[str, float]
    strict: Rate
    aws: Rate
    answered: Rate
    undecided: int


class Figures(msgspec.Struct, kw_only=True):
    """What happened in some time. Counts fall where they happened; `service` is of those that entered."""

    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    flow_out: int
    handled: int
    continued: int
    service: Service
    asa_s: float | None
    wait_s: float
    abandonment: Rate
    aht_s: float | None
    talk_s: float
    wrap_up_s: float


def strict(counts: Counts) -> Rate:
    """(answered within T) / (offered - abandoned under the short-abandon limit)."""
    return rate(counts.answered_within, counts.offered - counts.entered_short)


def figures(counts: Counts, targets: dict[str, Target]) -> Figures:
    """The figures of some counts; `targets` of the channels that are in them."""
    seconds = {channel: target.target_s for channel, target in sorted(targets.items())}
    distinct = set(seconds.values())
    shares = {target.share for target in targets.values()}
    return Figures(
        offered=counts.offered, answered=counts.answered, abandoned=counts.abandoned, short_abandoned=counts.short_abandoned,
        flow_out=counts.flow_out, handled=counts.handled, continued=counts.continued,
        service=Service(
            target_s=distinct.pop() if len(distinct) == 1 else None,
            share=max(shares) if shares else SHARE,
            targets=seconds,
            strict=strict(counts),
            aws=rate(counts.answered_within + counts.abandoned_within, counts.offered),
            answered=rate(counts.answered_within, counts.entered_answered),
            undecided=counts.undecided,
        ),
        asa_s=counts.wait_s / counts.answered if counts.answered else None, wait_s=counts.wait_s,
        abandonment=rate(counts.abandoned, counts.offered),
        aht_s=(counts.talk_s + counts.wrap_up_s) / counts.handled if counts.handled else None,
        talk_s=counts.talk_s, wrap_up_s=counts.wrap_up_s,
    )  # fmt: skip
