"""Battito's own PostgreSQL: started, watched and stopped by the processes that use it.

Whoever holds the lock of the data folder owns the server; the others only connect, and one of them takes over when the
owner ends. PostgreSQL inherits the lock, so having it proves that no process of an earlier server is left, whatever
killed it and whoever has its process id now. If the owner is killed the kernel tells PostgreSQL to shut down in order;
if PostgreSQL is killed the owner starts it again.
"""

import asyncio
import contextlib
import errno
import fcntl
import logging
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self
from urllib.parse import quote

from battito.platform.database import cluster as on_disk
from battito.platform.database.cluster import DATABASE, PORT, DatabaseProblem, Programs

__all__ = ["DatabaseProblem", "EmbeddedPostgres"]

log = logging.getLogger(__name__)

_POLL_SECONDS: Final = 0.01
_WATCH_SECONDS: Final = 0.25  # how often an attached process asks whether it is its turn to own the server
_LONGEST_PAUSE_SECONDS: Final = 5.0  # between attempts to start a server that keeps ending
_SHUTDOWN_SECONDS: Final = 60.0
_REPLY_SECONDS: Final = 2.0
SSL_REQUEST: Final = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
"""PostgreSQL's frontend/backend protocol, "SSLRequest": length 8, code 80877103."""
_LOG_LIMIT_BYTES: Final = 20_000_000


class EmbeddedPostgres:
    """One process's hold on the embedded server in the folder `data`, which is made if need be.

    `settings` are server settings over Battito's own (`cluster.server_settings`); `pg_bin` is another folder of
    programs. The blocking methods may be called from any thread; `async with` and `*_async` keep an event loop free.
    """

    def __init__(self, data: Path, settings: Mapping[str, str] | None = None, pg_bin: Path | None = None) -> None:
        self.data = Path(os.path.abspath(data))
        self.cluster = self.data / "postgres"
        self.log_path = self.data / "postgres.log"
        self.settings = dict(settings or {})
        self.pg_bin = pg_bin
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._keeper: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._chosen: Programs | None = None
        self._problem: DatabaseProblem | None = None
        self._served = False
        self._log_start = 0

    @property
    def owner(self) -> bool:
        """Whether this process runs the server now; the others are attached to it."""
        return self._process is not None

    @property
    def process_id(self) -> int | None:
        """The server's process id, if this process owns it."""
        process = self._process
        return process.pid if process else None

    @property
    def url(self) -> str:
        """For asyncpg and libpq. Asks the running server where its socket is."""
        folder = self._listening()[0] or self.cluster
        return f"postgresql://postgres@/{DATABASE}?host={quote(str(folder))}&port={PORT}"

    @property
    def programs(self) -> Path:
        """The folder of PostgreSQL programs (pg_dump, psql, …) that fit this server."""
        return on_disk.find_programs(self.pg_bin)

    def start(self, timeout: float = 300.0) -> str:
        """Own the server or attach to it, and return its URL once it answers.

        `timeout` is in seconds; recovery after a power cut may take long. Raises `DatabaseProblem`.
        """
        if self._keeper is None:
            self._stopping.clear()
            self._problem, self._served = None, False
            self._keeper = threading.Thread(target=self._keep, name="postgres-keeper", daemon=True)
            self._keeper.start()
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self._answers():
                self._served = True
                return self.url
            if self._problem:
                problem = self._problem
                self.stop()
                raise problem
            time.sleep(_POLL_SECONDS)
        self.stop()
        raise self._failure(f"The database server did not become ready within {timeout:g} seconds.")

    def stop(self) -> None:
        """Shut the server down in order if this process owns it, else let go of it. A second call does nothing."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        self._stopping.set()
        with self._guard:
            process = self._process
        if process:
            _shut_down(process)
        keeper.join()

    async def start_async(self, timeout: float = 300.0) -> str:  # noqa: ASYNC109 - passed on to a thread
        """`start`, in a thread."""
        return await asyncio.to_thread(self.start, timeout)

    async def stop_async(self) -> None:
        """`stop`, in a thread."""
        await asyncio.to_thread(self.stop)

    async def __aenter__(self) -> Self:
        await self.start_async()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop_async()

    def _keep(self) -> None:
        """The keeper: one thread for as long as the hold lasts, restarting the server if it dies.

        A thread of its own, because the kernel's "tell me when my parent dies" means the thread that started the child.
        """
        pause, ended = _POLL_SECONDS, -_LONGEST_PAUSE_SECONDS
        while not self._stopping.is_set():
            try:
                process = self._launch()
            except OSError as error:
                self._report(_explain(error, self.data))
            except DatabaseProblem as problem:
                self._report(problem)
            else:
                if process is None:  # the server is somebody else's, or the last one's processes are still leaving
                    hurry = not self._served or time.monotonic() - ended < _LONGEST_PAUSE_SECONDS
                    self._stopping.wait(_POLL_SECONDS if hurry else _WATCH_SECONDS)
                    continue
                started = time.monotonic()
                if self._stopping.is_set():
                    _shut_down(process)
                code = process.wait()
                with self._guard:
                    self._process = None
                if not self._stopping.is_set():
                    self._report(self._failure(f"The database server ended by itself (code {code})."))
                ended = time.monotonic()
                if ended - started > 2 * _LONGEST_PAUSE_SECONDS:
                    pause = _POLL_SECONDS
            if self._problem:
                return
            self._stopping.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _report(self, problem: DatabaseProblem) -> None:
        """Tell `start` of a server that never came up; once it has served, write it down and try again."""
        if self._served:
            log.error("%s Starting it again.", problem)
        else:
            self._problem = problem

    def _launch(self) -> subprocess.Popen[bytes] | None:
        """Start the server if nobody has the lock; otherwise return None."""
        self.data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        with open(os.open(self.data / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return None
            if self._chosen is None:
                self._chosen = on_disk.choose_programs(self.programs, self.data, self.cluster)
            on_disk.prepare_cluster(self._chosen, self.data, self.cluster, lock.fileno())
            folder = on_disk.choose_socket_folder(self.data, self.cluster, self._chosen.identity)
            on_disk.clear_socket(folder)
            quoted = '"' + str(folder).replace('"', '""') + '"'  # it is a list
            settings = on_disk.server_settings() | {"unix_socket_directories": quoted} | self.settings
            options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            command = self._chosen.command(self.data, "postgres", "-D", self.cluster, "-p", str(PORT), *options)
            with self._open_log() as output, self._guard:
                self._process = subprocess.Popen(  # noqa: S603 - the command is built here
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd="/",
                    env=on_disk.clean_environment(),
                    start_new_session=True,  # a Ctrl-C in the terminal is the application's to handle
                    pass_fds=(lock.fileno(),),
                )
                return self._process

    def _open_log(self) -> IO[bytes]:
        with contextlib.suppress(FileNotFoundError):
            if self.log_path.stat().st_size > _LOG_LIMIT_BYTES:
                self.log_path.replace(self.log_path.with_suffix(".log.1"))
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        output = open(os.open(self.log_path, flags, 0o600), "ab")  # noqa: SIM115 - the caller closes it
        self._log_start = output.seek(0, os.SEEK_END)
        return output

    def _failure(self, what: str) -> DatabaseProblem:
        said = ""
        if self._chosen:  # this process has started a server, whose words begin there
            with contextlib.suppress(OSError), open(self.log_path, "rb") as output:
                output.seek(self._log_start)
                said = output.read().decode(errors="replace")
        return DatabaseProblem(f"{what} {on_disk.explain_failure(said, self.data)}\nIts log is {self.log_path}.")

    def _listening(self) -> tuple[Path | None, bool]:
        """Folder of the server's socket and whether it says it is ready, from the file it keeps (see pg_ctl.c)."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return None, False
        if len(lines) < 8:
            return None, False
        return Path(lines[4]), lines[7].strip() == "ready"

    def _answers(self) -> bool:
        """Whether a server is there that takes connections."""
        folder, ready = self._listening()
        if folder is None or not ready:
            return False
        # The file may be a dead server's, and so may the socket: processes it left behind hold it for a moment, and
        # connections to it succeed. Only a living postmaster has somebody reply to an SSLRequest, with one letter.
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(_REPLY_SECONDS)
            try:
                door.connect(str(folder / f".s.PGSQL.{PORT}"))
                door.sendall(SSL_REQUEST)
                return door.recv(1) in (b"S", b"N")
            except OSError:
                return False


def _shut_down(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown; if it hangs, immediate shutdown (recovered at the next start), and then the end."""
    for order, seconds in ((signal.SIGINT, _SHUTDOWN_SECONDS), (signal.SIGQUIT, 10.0), (signal.SIGKILL, None)):
        process.send_signal(order)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return


def _explain(error: OSError, data: Path) -> DatabaseProblem:
    place = error.filename or data
    if error.errno == errno.ENOSPC:
        return DatabaseProblem(f"The disk that holds {place} is full. Nothing committed was lost: make room.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return DatabaseProblem(
            f"{place}: {error.strerror}. The data folder must belong to the user who starts Battito, and be writable; "
            "BATTITO_DATA names another one."
        )
    return DatabaseProblem(f"The database server could not be started: {place}: {error.strerror}.")
