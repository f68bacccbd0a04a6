"""REST doors of accounts."""

from typing import Any

from battito.accounts.access_api import access_routes
from battito.accounts.admin_api import admin_routes
from battito.accounts.oidc_api import oidc_routes
from battito.accounts.people_api import people_routes
from battito.accounts.sign_in_api import sign_in_routes

routes: list[Any] = [*sign_in_routes, *people_routes, *admin_routes, *access_routes, *oidc_routes]
