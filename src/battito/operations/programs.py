"""The database of an installation as a place one can connect to, and PostgreSQL's own programs on it."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from battito.platform.database import cluster
from battito.platform.database.supervisor import EmbeddedPostgres
from battito.platform.settings import Settings

SAID_LIMIT: Final = 4000  # characters of a program's words shown in an error


class OperationFailed(Exception):
    """A back-up or restore that did not succeed. Says what happened, what was kept and what to do."""


@contextlib.asynccontextmanager
async def database_url(settings: Settings) -> AsyncIterator[str]:
    """The database's URL; the embedded one runs until the block ends, or longer if it ran before."""
    if settings.database_url:
        yield settings.database_url
        return
    async with EmbeddedPostgres(settings.data, pg_bin=settings.pg_bin) as server:
        yield server.url


def client_program(settings: Settings, name: str) -> Path:
    """`pg_dump` or `pg_restore`: of BATTITO_PG_BIN, of the embedded PostgreSQL, or on the path. Raises `OperationFailed`."""
    if settings.pg_bin is None:
        with contextlib.suppress(cluster.DatabaseProblem):
            program = cluster.find_programs(None) / name
            if program.is_file():
                return program
        if found := shutil.which(name):
            return Path(found)
        raise OperationFailed(f"There is no {name} here. Set BATTITO_PG_BIN to a folder of PostgreSQL programs.")
    program = settings.pg_bin / name
    if not program.is_file():
        raise OperationFailed(f"There is no {name} in {settings.pg_bin} (BATTITO_PG_BIN).")
    return program


def connection_of(url: str) -> tuple[str, dict[str, str]]:
    """The URL without its password, and the environment that brings it: arguments are seen by all users of a machine."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    password = dict(query).get("password") or (unquote(parts.password) if parts.password else None)
    user, _, place = parts.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}@{place}" if user else place
    # libpq takes percent signs, not the plus of a form; and urlunsplit would drop an empty host's slashes
    rest = urlencode([pair for pair in query if pair[0] != "password"], quote_via=quote, safe="/")
    shown = f"{parts.scheme}://{netloc}{parts.path}" + (f"?{rest}" if rest else "")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C"}
    if password:
        environment["PGPASSWORD"] = password
    return shown, environment


def dump(settings: Settings, url: str, target: Path, *arguments: str) -> None:
    """`pg_dump` in its custom format. Raises `OperationFailed`."""
    place, environment = connection_of(url)
    command = [client_program(settings, "pg_dump"), "--format=custom", "--no-password", *arguments]
    result = subprocess.run(  # noqa: S603 - no shell; the arguments are ours
        [*map(str, command), f"--file={target}", f"--dbname={place}"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if result.returncode:
        raise OperationFailed(f"pg_dump could not read the database.\n{_words(result.stderr)}")


def load(settings: Settings, url: str, source: IO[bytes]) -> None:
    """`pg_restore` of a custom-format dump, in one transaction. Raises `OperationFailed`; then nothing was written."""
    place, environment = connection_of(url)
    program = client_program(settings, "pg_restore")
    with subprocess.Popen(  # noqa: S603 - no shell; the arguments are ours
        [
            str(program), "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments",
            "--no-password", f"--dbname={place}",
        ],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stderr
        with contextlib.suppress(BrokenPipeError):
            shutil.copyfileobj(source, process.stdin, 1 << 20)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        said = process.stderr.read()
    if process.returncode:
        raise OperationFailed(f"pg_restore could not write the database.\n{_words(said)}")


def _words(said: bytes) -> str:
    return said.decode(errors="replace").strip()[-SAID_LIMIT:]
