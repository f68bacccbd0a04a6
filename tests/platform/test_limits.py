"""The token bucket: never more than the burst at once, never more than the rate over time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.platform.errors import TooMany
from battito.platform.http.limits import RateLimiter


@given(st.floats(0.5, 50), st.floats(1, 50), st.lists(st.floats(0, 3), min_size=1, max_size=200))
def test_admitted_requests_stay_under_the_line(rate: float, burst: float, gaps: list[float]) -> None:
    limiter, now, admitted = RateLimiter(rate, burst), 100.0, 0
    start = now
    for gap in gaps:
        now += gap
        try:
            limiter.take("somebody", now=now)
            admitted += 1
        except TooMany:
            pass
        assert admitted <= burst + (now - start) * rate + 1e-6


def test_people_do_not_share_a_bucket() -> None:
    limiter = RateLimiter(1, 1)
    limiter.take("a", now=0.0)
    limiter.take("b", now=0.0)
    with pytest.raises(TooMany) as refusal:
        limiter.take("a", now=0.5)
    assert int(refusal.value.headers["retry-after"]) >= 1
    limiter.take("a", now=1.6)
