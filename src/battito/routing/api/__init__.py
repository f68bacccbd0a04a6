"""REST doors of routing."""

from litestar.types import ControllerRouterHandler

from battito.routing.api.agents import handlers as agents
from battito.routing.api.queues import router as queues
from battito.routing.api.rules import router as rules
from battito.routing.api.settings import handlers as settings

routes: list[ControllerRouterHandler] = [queues, rules, *agents, *settings]
