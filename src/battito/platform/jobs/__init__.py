"""Background work and timers in one table. `@job` declares a handler, `@recurring` one by the clock, `Jobs` runs them."""

from battito.platform.jobs.model import GiveUp, Job, LeaseLost, RetryLater
from battito.platform.jobs.registry import job, recurring
from battito.platform.jobs.runner import Jobs

__all__ = ["GiveUp", "Job", "Jobs", "LeaseLost", "RetryLater", "job", "recurring"]
