"""REST doors of accounts."""

from typing import Any

from battito.accounts.people_api import people_routes
from battito.accounts.sign_in_api import sign_in_routes

routes: list[Any] = [*sign_in_routes, *people_routes]
