"""Token buckets: the burst at once, the rate in the long run, and never more."""

from hypothesis import given
from hypothesis import strategies as st

from battito.channels.webchat.limits import REMEMBERED, Bucket, Buckets, Rate, network


@given(st.lists(st.floats(0, 50), max_size=200), st.integers(1, 20), st.floats(0.1, 10))
def test_never_more_than_burst_and_rate(gaps: list[float], burst: int, per_s: float) -> None:
    now = 0.0
    bucket = Bucket(Rate(burst, per_s), now)
    taken = 0
    for gap in gaps:
        now += gap
        taken += bucket.take(now) == 0
    assert taken <= burst + per_s * now + 1e-6


@given(st.integers(1, 10), st.floats(0.1, 10))
def test_whoever_waits_as_told_may_go_on(burst: int, per_s: float) -> None:
    bucket = Bucket(Rate(burst, per_s), 0)
    assert [bucket.take(0) for _ in range(burst)] == [0] * burst
    wait = bucket.take(0)
    assert wait > 0
    assert bucket.take(wait + 1e-6) == 0


@given(st.lists(st.floats(1, 500), max_size=50))
def test_amounts_are_counted_and_a_large_one_waits_for_a_full_bucket(amounts: list[float]) -> None:
    bucket, taken, now = Bucket(Rate(100, 10), 0), 0.0, 0.0
    for amount in amounts:
        wait = bucket.take(now, amount)
        assert 0 <= wait <= 10
        if wait:
            now += wait + 1e-6
            assert bucket.take(now, amount) == 0
        taken += min(amount, 100)
    assert taken <= 100 + 10 * now + 1e-3


def test_a_clock_that_jumps_back_gives_nothing_away() -> None:
    bucket = Bucket(Rate(1, 1), 100)
    assert bucket.take(100) == 0
    assert bucket.take(50) > 0
    assert bucket.take(100) > 0


def test_keys_do_not_share_and_old_ones_are_forgotten() -> None:
    buckets = Buckets(Rate(1, 0.001))
    assert buckets.take("a", 0) == 0
    assert buckets.take("a", 0) > 0
    assert buckets.take("b", 0) == 0
    for i in range(REMEMBERED + 10):
        buckets.take(f"flood {i}", 0)
    assert buckets.take("b", 0) == 0


def test_an_ipv6_customer_counts_as_one() -> None:
    assert network("2001:db8:1:2:3:4:5:6") == network("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert network("2001:db8::1") != network("2001:db8:0:1::1")
    assert network("192.0.2.7") == "192.0.2.7"
    assert network("") == ""
