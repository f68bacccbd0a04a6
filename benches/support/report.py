"""How a bench says what it measured."""

import json
from typing import Any


def report(title: str, rows: list[tuple[str, str]], result: dict[str, Any]) -> None:
    """Print a small table, then the result as one JSON object on the last line."""
    width = max(len(name) for name, _ in rows)
    print(f"\n{title}")
    for name, value in rows:
        print(f"  {name:<{width}}  {value}")
    print(json.dumps(result), flush=True)


def percentile(values: list[float], share: float) -> float:
    """The `share` (0..1) quantile of `values` by the nearest rank; nan for none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
