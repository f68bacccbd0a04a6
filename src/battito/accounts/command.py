"""`battito user`: making and mending sign-ins from the server's own console, for when nobody can get in."""

import argparse
import asyncio
import getpass
import secrets
import sys

import asyncpg

from battito.accounts.actions.factor_policy import drop_factors
from battito.accounts.actions.links import check_password
from battito.accounts.actions.setup import Setup, is_installed, make_user, set_up
from battito.accounts.passwords import hash_password
from battito.accounts.permissions import BUILTIN_ROLES
from battito.kit.address import canonical_email
from battito.platform.actor import Context
from battito.platform.database import Database
from battito.platform.errors import Problem


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    out = argparse.ArgumentParser(prog="battito user", description="Make and mend sign-ins from the server's console.")
    verbs = out.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", help="add a person; the first one makes the workspace and administers it")
    add.add_argument("email")
    add.add_argument("--name", help="the person's name (default: from the address)")
    add.add_argument("--role", choices=sorted(BUILTIN_ROLES), default="agent")
    add.add_argument(
        "--workspace", help="the workspace's name (for the first person) or short name (where there are several)"
    )
    add.add_argument("--password", help="default: asked for, or made up and printed when there is no terminal")
    password = verbs.add_parser("password", help="set a person's password and end their sessions")
    password.add_argument("email")
    password.add_argument("--password")
    factors = verbs.add_parser(
        "factors", help="remove a person's second factors (lost phone and codes), end their sessions"
    )
    factors.add_argument("email")
    return out


async def run(database: Database, arguments: argparse.Namespace) -> int:
    """Do what the arguments say on an open database; the exit code."""
    try:
        email = canonical_email(arguments.email)
        if arguments.verb == "factors":
            await _drop_factors(database, email)
            print(f"{email} signs in with the password alone; all their sessions ended.")
            return 0
        given = arguments.password
        password = given or await asyncio.to_thread(_ask)
        check_password(password)
        if arguments.verb == "password":
            await _set_password(database, email, password)
            print(f"{email} has a new password; all their sessions ended.")
        else:
            await _add(database, arguments, email, password)
            print(f"{email} can sign in.")
        if not given and not sys.stdin.isatty():
            print(f"Password: {password}")
    except (ValueError, Problem) as error:
        print(f"battito user: {error}", file=sys.stderr)
        return 1
    return 0


def _ask() -> str:
    if not sys.stdin.isatty():
        return secrets.token_urlsafe(12)
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Once more: "):
        raise ValueError("the two passwords differ: nothing was changed")
    return first


async def _add(database: Database, arguments: argparse.Namespace, email: str, password: str) -> None:
    name = arguments.name or email.split("@")[0].replace(".", " ").title()
    async with database.reading() as connection:
        installed = await is_installed(connection)
    if not installed:
        await set_up(
            database, Setup(workspace=arguments.workspace or "Battito", name=name, email=email, password=password)
        )
        return
    hashed = await hash_password(password)
    async with database.reading() as connection, connection.transaction():
        # a person at the server's console is not confined to a workspace: they name it
        rows = await connection.fetch(
            "select id, slug, locale from workspace where $1::text is null or slug = $1 or name = $1",
            arguments.workspace,
        )
        if len(rows) != 1:
            known = ", ".join(r["slug"] for r in await connection.fetch("select slug from workspace order by slug"))
            raise ValueError(f"say which workspace with --workspace: {known}")
        try:
            await make_user(connection, rows[0]["id"], email, name, hashed, arguments.role, rows[0]["locale"])
        except asyncpg.UniqueViolationError:
            raise ValueError(
                f"{email} has an account already; `battito user password {email}` sets its password"
            ) from None


async def _set_password(database: Database, email: str, password: str) -> None:
    hashed = await hash_password(password)
    async with database.reading() as connection, connection.transaction():
        user = await connection.fetchval(
            "/* any workspace: from the server's own console */ update app_user set password_hash = $2, disabled_at = null where lower(email) = $1 returning id",
            email,
            hashed,
        )
        if user is None:
            raise ValueError(f"nobody has the address {email}")
        await connection.execute(
            "/* any workspace: the person was found by address */ update sign_in set revoked_at = now() where user_id = $1 and revoked_at is null",
            user,
        )


async def _drop_factors(database: Database, email: str) -> None:
    async with database.reading() as connection:
        user = await connection.fetchrow(
            "/* any workspace: from the server's own console */ select id, workspace_id from app_user where lower(email) = $1",
            email,
        )
    if user is None:
        raise ValueError(f"nobody has the address {email}")
    async with database.transaction(Context.system(user["workspace_id"], "Console")) as tx:
        await drop_factors(tx, user["id"])
