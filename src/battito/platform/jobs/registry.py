"""Which function handles which kind of job."""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from battito.platform.database.enqueue import QUEUE_OF
from battito.platform.jobs.cron import Cron
from battito.platform.jobs.model import Job
from battito.platform.services import Services

Handler = Callable[[Services, Job], Awaitable[None]]

QUEUES: Final = ("default", "slow")
"""`slow` is for work of seconds and minutes (imports, exports): it never keeps messages waiting."""


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a kind. `retries` tries follow the first; `timeout_s` ends one try; `cron` re-arms it for ever."""

    kind: str
    handler: Handler
    retries: int
    timeout_s: float
    queue: str
    backoff_s: float
    cron: Cron | None = None


KINDS: dict[str, Spec] = {}


def job(
    kind: str, *, retries: int = 8, timeout_s: float = 60, queue: str = "default", backoff_s: float = 1.0
) -> Callable[[Handler], Handler]:
    """Make `async def handle(services, job)` the handler of `kind` ("noun.verb").

    A failed try is repeated after about `backoff_s * 2^n` seconds (at most an hour, with jitter); after `retries`
    repetitions it becomes a dead letter, which an administrator sees and may start again.
    """
    return _register(kind, retries, timeout_s, queue, backoff_s, None)


def recurring(
    kind: str, cron: str, *, timeout_s: float = 300, queue: str = "slow", retries: int = 3
) -> Callable[[Handler], Handler]:
    """Run a handler by the clock: `cron` has five fields, UTC ("10 3 * * *"). Once in the installation, on any node.

    After a failure it is tried again soon, `retries` times, and then at its next time: it never dies.
    """
    return _register(kind, retries, timeout_s, queue, 5.0, Cron.parse(cron))


def _register(
    kind: str, retries: int, timeout_s: float, queue: str, backoff_s: float, cron: Cron | None
) -> Callable[[Handler], Handler]:
    if queue not in QUEUES:
        raise ValueError(f"there is no queue {queue!r}")

    def wrap(handler: Handler) -> Handler:
        if kind in KINDS:
            raise RuntimeError(f"two jobs are called {kind}")
        QUEUE_OF[kind] = queue
        KINDS[kind] = Spec(
            kind=kind,
            handler=handler,
            retries=retries,
            timeout_s=timeout_s,
            queue=queue,
            backoff_s=backoff_s,
            cron=cron,
        )
        return handler

    return wrap
