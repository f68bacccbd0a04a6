"""REST doors of the floor and the reports."""

from litestar.types import ControllerRouterHandler

from battito.insights.api.day import handlers as day
from battito.insights.api.floor import handlers as floor
from battito.insights.api.metrics import handlers as metrics
from battito.insights.api.promises import handlers as promises

routes: list[ControllerRouterHandler] = [*day, *floor, *metrics, *promises]
