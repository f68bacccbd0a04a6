"""Prometheus metrics. Labels are few and bounded: never an id."""

import re
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

REQUESTS: Final = Counter("battito_http_requests_total", "HTTP requests", ["method", "route", "status"])
LATENCY: Final = Histogram(
    "battito_http_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
SOCKETS: Final = Gauge("battito_live_sockets", "Open live sockets of this node")

_ID: Final = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9]+")
_known: dict[str, str] = {}
_counters: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}  # looking labels up costs more than counting


def observe_request(method: str, path: str, status: int, seconds: float) -> None:
    """Count one request. Paths are cut to their first parts, ids replaced, and unknown ones counted together."""
    route = _known.get(path)
    if route is None:
        route = "/".join(_ID.sub("…", path).split("/")[:7]) if path.startswith("/api/") and status != 404 else "other"
        if len(_known) > 20_000:
            _known.clear()
        _known[path] = route
    counter = _counters.get((method, route, status))
    if counter is None:
        counter = _counters[method, route, status] = (
            REQUESTS.labels(method, route, str(status)),
            LATENCY.labels(route),
        )
    counter[0].inc()
    counter[1].observe(seconds)
