"""`@action`: one thing somebody can do, by whichever door it is asked for."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec

from battito.platform.database.pool import Tx

P = ParamSpec("P")
R = TypeVar("R")


class ActionInfo(msgspec.Struct, frozen=True):
    """An entry of the registry: used by the permission tests and the audit log's filters."""

    name: str
    permission: str | None
    function: Callable[..., Awaitable[Any]]
    audited: bool


ACTIONS: dict[str, ActionInfo] = {}


def action(
    name: str, *, permission: str | None, audited: bool = True
) -> Callable[[Callable[Concatenate[Tx, P], Awaitable[R]]], Callable[Concatenate[Tx, P], Awaitable[R]]]:
    """Make a function of `(tx, …)` an action called `name` ("noun.verb").

    It is refused with `Forbidden` unless the context holds `permission` (None: any signed-in caller, the function
    checks the rest itself), and leaves one audit line unless `audited` is false (only for what changes nothing
    that matters later, such as a draft or a read mark).
    """

    def wrap(function: Callable[Concatenate[Tx, P], Awaitable[R]]) -> Callable[Concatenate[Tx, P], Awaitable[R]]:
        @functools.wraps(function)
        async def run(tx: Tx, /, *args: P.args, **kwargs: P.kwargs) -> R:
            tx.context.require(permission)
            if audited:
                tx.open_audit(name)
            return await function(tx, *args, **kwargs)

        if name in ACTIONS:
            raise RuntimeError(f"two actions are called {name}")
        ACTIONS[name] = ActionInfo(name, permission, function, audited)
        return run

    return wrap
