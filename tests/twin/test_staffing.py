"""Numbers over the day and back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.insights.figures import DEFAULT_S, OTHERWISE_S, SHORT_S
from battito.twin import live
from battito.twin.fits import DEFAULT_HANDLE, LEAST_TIMES, Moments, fit_lognormal
from battito.twin.model import windows
from battito.twin.staffing import DAY_S, SLOTS, Steps, fewer, from_moment, layers, mean_over, most, steps_of

COUNTS = st.lists(st.integers(0, 9), min_size=SLOTS, max_size=SLOTS)


def people(steps: Steps, moment: float) -> int:
    return next(value for start, value in reversed(steps) if start <= moment)


@given(COUNTS)
def test_groups_with_shifts_are_as_many_people_as_the_steps_say(counts: list[int]) -> None:
    groups = [(count, windows(list(shift), "00:00", DAY_S)) for count, shift in layers(steps_of(counts))]
    for slot, expected in enumerate(counts):
        middle = slot * 1800.0 + 900.0
        assert sum(count for count, spans in groups if any(low <= middle < high for low, high in spans)) == expected


@given(COUNTS, st.integers(1, 5), st.integers(0, 47), st.integers(0, 48))
def test_fewer_people_are_fewer_in_those_hours_alone(counts: list[int], count: int, low: int, high: int) -> None:
    if low == high:
        return
    before = steps_of(counts)
    after = fewer(before, count, low * 1800.0, high * 1800.0)
    for slot in range(SLOTS):
        middle = slot * 1800.0 + 900.0
        inside = low <= slot < high if low < high else slot >= low or slot < high
        there = people(before, middle)
        assert people(after, middle) == (max(there - count, 0) if inside else there)
    inside_most = max((people(before, s * 1800.0) for s in range(SLOTS) if (low <= s < high if low < high else s >= low or s < high)), default=0)  # fmt: skip
    assert most(before, low * 1800.0, high * 1800.0) == inside_most


@given(st.lists(st.floats(0, 500), min_size=SLOTS, max_size=SLOTS), st.integers(0, 86_399))
def test_a_day_begun_in_the_middle_has_the_rates_of_its_hours(slots: list[float], start: int) -> None:
    hours = (DAY_S - start) / 3600.0
    rates = from_moment(slots, start, hours)
    whole = int(hours * 2)
    expected = mean_over(slots, start, start + whole * 1800.0) * whole
    assert math.fsum(rates[:whole]) == pytest.approx(expected, abs=1e-6)


@given(st.floats(2.0, 7.0), st.floats(0.1, 1.5), st.integers(0, 2**32))
def test_a_lognormal_is_found_again(mu: float, sigma: float, seed: int) -> None:
    from random import Random

    dice = Random(seed)
    times = [dice.lognormvariate(mu + 1.0, sigma) for _ in range(400)]
    half = Moments.of(times[:150]).with_(Moments.of(times[150:]))
    found = fit_lognormal(half)
    assert found is not None
    assert found.lognormal is not None
    # five standard errors
    assert found.lognormal[0] == pytest.approx(mu + 1.0, abs=5 * sigma / 20 + 1e-3)
    assert found.lognormal[1] == pytest.approx(sigma, abs=5 * sigma / math.sqrt(800) + 1e-2)
    assert fit_lognormal(Moments.of(times[: LEAST_TIMES - 1])) is None


def test_defaults_are_the_products_own() -> None:
    assert (live.TARGET_S, live.OTHER_TARGET_S, live.SHORT_S) == (DEFAULT_S, OTHERWISE_S, SHORT_S)
    assert DEFAULT_HANDLE.mean() == pytest.approx(187, abs=1)
