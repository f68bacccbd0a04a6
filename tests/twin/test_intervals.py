"""Estimates: quantiles against published ones, coverage against what intervals promise."""

from random import Random
from statistics import mean

import pytest

from battito.twin.intervals import NOTHING, difference, mean_of, ratio_of, student_t


@pytest.mark.parametrize(
    ("probability", "degrees", "known"),
    [(0.975, 1, 12.7062), (0.975, 9, 2.2622), (0.995, 4, 4.6041), (0.95, 19, 1.7291), (0.9995, 30, 3.6460)],
)
def test_student_t_as_in_the_tables(probability: float, degrees: int, known: float) -> None:
    assert student_t(probability, degrees) == pytest.approx(known, abs=5e-5)


def test_an_interval_of_a_mean_holds_the_truth_as_often_as_it_says() -> None:
    random = Random(1)
    held = [mean_of([random.gauss(5, 2) for _ in range(6)]).estimate(0.9).holds(5.0) for _ in range(2000)]
    assert mean(held) == pytest.approx(0.9, abs=0.03)


def test_an_interval_of_a_ratio_holds_the_truth_as_often_as_it_says() -> None:
    random = Random(2)

    def once() -> bool:
        below = [random.uniform(50, 150) for _ in range(20)]
        above = [size * 0.3 + random.gauss(0, 5) for size in below]
        return ratio_of(above, below).estimate(0.95).holds(0.3)

    assert mean(once() for _ in range(2000)) == pytest.approx(0.95, abs=0.03)


def test_shared_luck_cancels_in_a_difference() -> None:
    random = Random(3)
    luck = [random.gauss(0, 100) for _ in range(10)]
    first = mean_of([10 + one for one in luck])
    second = mean_of([11 + one + random.gauss(0, 0.1) for one in luck])
    found = difference(first, second).estimate(0.99)
    assert found.holds(1.0)
    assert not found.holds(0.0)
    assert first.estimate(0.99).holds(30.0)


def test_nothing_comes_from_nothing() -> None:
    assert ratio_of([0.0], [0.0]).estimate(0.95) == NOTHING
    assert mean_of([]).estimate(0.95) == NOTHING
    alone = mean_of([3.0]).estimate(0.95)
    assert (alone.value, alone.low, alone.high) == (3.0, None, None)


def test_an_interval_stays_within_what_is_possible() -> None:
    found = mean_of([0.0, 0.0, 0.9]).estimate(0.95, 0.0, 1.0)
    assert (found.low, found.high) == (0.0, 1.0)


def test_what_was_never_seen_may_still_happen() -> None:
    found = ratio_of([0.0, 0.0, 0.0], [100.0, 100.0, 100.0]).estimate(0.95, 0.0, 1.0)
    assert found.low == 0.0
    assert found.high == pytest.approx(3.69 / 300, rel=0.01)
    always = ratio_of([50.0, 50.0], [50.0, 50.0]).estimate(0.95, 0.0, 1.0)
    assert always.high == 1.0
    assert always.holds(0.97)
