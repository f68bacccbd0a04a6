"""What the doctor says of one thing: whether it is well, and if not, how to mend it."""

from enum import StrEnum

import msgspec


class State(StrEnum):
    """`warning`: Battito runs, but somebody will miss something."""

    ok = "ok"
    warning = "warning"
    failure = "failure"


class Finding(msgspec.Struct, frozen=True):
    """One line of `battito doctor`."""

    subject: str
    state: State
    detail: str
    mend: str = ""


def ok(subject: str, detail: str) -> Finding:
    """It is well."""
    return Finding(subject, State.ok, detail)


def warning(subject: str, detail: str, mend: str) -> Finding:
    """Battito runs without it."""
    return Finding(subject, State.warning, detail, mend)


def failure(subject: str, detail: str, mend: str) -> Finding:
    """Battito does not run, or loses something."""
    return Finding(subject, State.failure, detail, mend)
