"""REST doors of the floor and the reports."""

from litestar.types import ControllerRouterHandler

from battito.insights.api.floor import handlers as floor
from battito.insights.api.metrics import handlers as metrics

routes: list[ControllerRouterHandler] = [*floor, *metrics]
