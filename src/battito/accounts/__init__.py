"""Accounts: workspaces, brands, users, teams, roles, sign-in, API keys, audit."""
