"""Every REST door of the product with the permissions that its code declares: read out of the handlers themselves."""

import dis
import inspect
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from litestar import Litestar

from battito.app import make_app
from battito.platform.action import ACTIONS
from battito.platform.settings import load_settings

DEEP = 4
"""Calls that are followed from a handler down."""


class Door(NamedTuple):
    """One operation: its path as the API document shows it, without `/api/v1`."""

    method: str
    path: str
    needs: frozenset[str]
    """Permissions that its actions declare and its code requires."""
    actions: frozenset[str]


def doors() -> list[Door]:
    """Every operation under `/api/v1`."""
    api: Any = make_app(load_settings({}), "postgresql://nowhere")._inner
    while not isinstance(api, Litestar):  # what stands before it
        api = api._inner
    out = []
    for route in api.routes:
        for method, handler in getattr(route, "route_handler_map", {}).items():
            if method in ("OPTIONS", "HEAD") or not route.path.startswith("/api/v1"):
                continue
            handler = handler[0] if isinstance(handler, tuple) else handler
            needs, actions = declared(handler.fn)
            path = "".join(_segment(part) for part in route.path.removeprefix("/api/v1").split("/")[1:])
            out.append(Door(method, path, needs, actions))
    return sorted(out)


def _segment(part: str) -> str:
    return "/" + (part.split(":")[0] + "}" if part.startswith("{") else part)


def declared(function: Callable[..., Any]) -> tuple[frozenset[str], frozenset[str]]:
    """The permissions and the actions that a function reaches: `@action(permission=…)` and `context.require("…")`."""
    needs: set[str] = set()
    actions: set[str] = set()
    by_function = {info.function: info for info in ACTIONS.values()}
    seen: set[CodeType] = set()

    def walk(one: Any, depth: int) -> None:
        info = by_function.get(getattr(one, "__wrapped__", None) or one)
        if info is not None:
            actions.add(info.name)
            needs.update([info.permission] if info.permission else [])
            return
        plain = inspect.unwrap(one)
        code = getattr(plain, "__code__", None)
        if code is None or code in seen or depth > DEEP:
            return
        seen.add(code)
        for inner in _nested(code):
            steps = list(dis.get_instructions(inner))
            for step, following in pairwise(steps):
                if step.argval == "require" and following.opname == "LOAD_CONST" and isinstance(following.argval, str):
                    needs.add(following.argval)
            for called in _called(inner, plain.__globals__):
                walk(called, depth + 1)

    walk(function, 0)
    return frozenset(needs), frozenset(actions)


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


def _called(code: CodeType, names: dict[str, Any]) -> Iterator[FunctionType]:
    for name in code.co_names:
        found = names.get(name)
        inside = [getattr(found, other, None) for other in code.co_names] if isinstance(found, ModuleType) else [found]
        for one in inside:
            if isinstance(one, FunctionType) and one.__module__.startswith("battito."):
                yield one
