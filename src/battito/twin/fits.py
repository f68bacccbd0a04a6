"""Distributions from what was recorded. Times in seconds."""

import math
from collections.abc import Iterable
from typing import Final

import msgspec

from battito.twin.scenario import Handle, Patience

LEAST_TIMES: Final = 20
"""Fewer handling times than this say too little: a wider group's, or the default, holds."""

DEFAULT_HANDLE: Final = Handle(lognormal=(4.79, 0.94))
DEFAULT_CV: Final = 1.19
"""Of that distribution: sqrt(exp(0.94^2) - 1)."""
DEFAULT_PATIENCE: Final = Patience(mean_s=348.0)
DEFAULT_BETWEEN_DAY_CV: Final = 0.13
"""What was measured on a bank's calls of two weeks (see docs/planners/twin.md)."""


class Moments(msgspec.Struct, frozen=True):
    """How many times were observed, and the mean and the mean square of their logarithms."""

    cases: int
    mean_ln: float
    mean_ln_2: float

    @classmethod
    def of(cls, times: Iterable[float]) -> "Moments":
        """Of single times; those below a second count as one."""
        logs = [math.log(max(time, 1.0)) for time in times]
        if not logs:
            return cls(0, 0.0, 0.0)
        return cls(len(logs), math.fsum(logs) / len(logs), math.fsum(log * log for log in logs) / len(logs))

    def with_(self, other: "Moments") -> "Moments":
        """Both groups together."""
        cases = self.cases + other.cases
        if cases == 0:
            return self
        share = other.cases / cases
        return Moments(
            cases,
            self.mean_ln + share * (other.mean_ln - self.mean_ln),
            self.mean_ln_2 + share * (other.mean_ln_2 - self.mean_ln_2),
        )


def fit_lognormal(seen: Moments) -> Handle | None:
    """The lognormal of maximum likelihood: mean and standard deviation of the logarithms. None: too few cases."""
    if seen.cases < LEAST_TIMES:
        return None
    sigma = math.sqrt(max(seen.mean_ln_2 - seen.mean_ln**2, 0.0))
    return Handle(lognormal=(round(seen.mean_ln, 4), round(sigma, 4)))
