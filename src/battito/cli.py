"""The command line: `battito <command>`. Each command imports what it needs when it runs, so that all start quickly."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable

from battito import __version__
from battito.platform.database.cluster import DatabaseProblem
from battito.platform.settings import Settings, SettingsError, load_settings


def _settings(arguments: argparse.Namespace) -> Settings:
    """Settings of the environment and the TOML file, with the flags of this command over them."""
    environment = dict(os.environ)
    for flag in ("host", "port"):
        value = getattr(arguments, flag, None)
        if value is not None:
            environment[f"BATTITO_{flag.upper()}"] = str(value)
    if getattr(arguments, "pace", None) is not None:
        environment["BATTITO_DEMO_PACE"] = str(arguments.pace)
    return load_settings(environment)


def _run(rest: list[str]) -> int:
    from battito.serve import run

    parser = argparse.ArgumentParser(
        prog="battito run", description="Start everything: embedded database, demo workspace, server."
    )
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (8080)")
    parser.add_argument("--empty", action="store_true", help="a clean workspace instead of the demo")
    parser.add_argument("--pace", type=float, help="messages a minute of the demo's customers; 0 keeps them silent")
    arguments = parser.parse_args(rest)
    return run(_settings(arguments), demo=not arguments.empty)


def _serve(rest: list[str]) -> int:
    from battito.serve import serve

    parser = argparse.ArgumentParser(prog="battito serve", description="The production server on BATTITO_DATABASE_URL.")
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    return serve(_settings(parser.parse_args(rest)))


def _migrate(rest: list[str]) -> int:
    from battito.serve import migrate_command

    parser = argparse.ArgumentParser(prog="battito migrate", description="Bring the database up to date.")
    parser.add_argument("--plan", action="store_true", help="only say what would run")
    arguments = parser.parse_args(rest)
    return asyncio.run(migrate_command(_settings(arguments), plan_only=arguments.plan))


def _operation(name: str) -> Callable[[list[str]], int]:
    def command(rest: list[str]) -> int:
        from battito.operations import commands

        run: Callable[[list[str]], int] = getattr(commands, f"{name}_command")
        return run(rest)

    return command


def _user(rest: list[str]) -> int:
    from battito.accounts.command import parser, run
    from battito.serve import with_database

    arguments = parser().parse_args(rest)
    return asyncio.run(with_database(load_settings(), lambda database: run(database, arguments)))


def _email(rest: list[str]) -> int:
    from battito.channels.email.command import main as email

    return email(rest)


def _twin(rest: list[str]) -> int:
    from battito.serve import with_database
    from battito.twin.command import main as twin

    return twin(rest, lambda work: asyncio.run(with_database(load_settings(), work)))


COMMANDS: dict[str, tuple[Callable[[list[str]], int], str]] = {
    "run": (_run, "start everything, with the demo"),
    "serve": (_serve, "the production server"),
    "migrate": (_migrate, "bring the database up to date (--plan: only say how)"),
    "backup": (_operation("backup"), "write database, attachments, keys and settings into one file"),
    "restore": (_operation("restore"), "put a back-up in place (--check: only look at it)"),
    "user": (_user, "add a person or set a password from the server's console"),
    "doctor": (_operation("doctor"), "what is wrong with this installation, and how to mend it"),
    "settings": (_operation("settings"), "every setting, its value and where that came from"),
    "email": (_email, "parse FILE.eml: what Battito reads in a mail, as JSON"),
    "twin": (_twin, "run SCENARIO.yaml: what happens if; live: the workspace as a scenario"),
}


def main() -> int:
    """Entry point."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print("Usage: battito COMMAND\n")
        for name, (_, text) in COMMANDS.items():
            print(f"  {name:<10} {text}")
        return 0 if arguments else 2
    name = arguments[0]
    if name in ("-V", "--version", "version"):
        print(f"Battito {__version__}")
        return 0
    if name not in COMMANDS:
        import difflib

        near = difflib.get_close_matches(name, COMMANDS, 1)
        print(
            f"battito: there is no command {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""), file=sys.stderr
        )
        return 2
    try:
        return COMMANDS[name][0](arguments[1:])
    except SettingsError as error:
        print("These settings cannot be used:\n" + "\n".join(f"  - {p}" for p in error.problems), file=sys.stderr)
        return 2
    except DatabaseProblem as error:
        print(f"battito: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
