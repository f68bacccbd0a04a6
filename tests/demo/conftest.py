"""One world for all tests that only look at it."""

from datetime import UTC, datetime

import pytest

from battito.demo.models import DemoWorld
from battito.demo.world import generate

NOW = datetime(2026, 11, 24, 13, 40, tzinfo=UTC)
"""A Tuesday afternoon."""


@pytest.fixture(scope="session")
def world() -> DemoWorld:
    """The demonstration as of that afternoon."""
    return generate(24, NOW)
