"""The embedded PostgreSQL, for real: made, owned, attached to, taken over, killed, and refused in words."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from battito.platform.database import cluster as on_disk
from battito.platform.database.supervisor import DatabaseProblem, EmbeddedPostgres

pytestmark = pytest.mark.postgres
SOURCE = Path(__file__).parents[2] / "src"
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become other users")

HOLD = """
import sys, time
from pathlib import Path
from battito.platform.database.supervisor import EmbeddedPostgres
held = EmbeddedPostgres(Path(sys.argv[1]))
print(held.start(60), held.owner, flush=True)
sys.stdin.read()
held.stop()
"""


def ask(server: EmbeddedPostgres | str, statement: str) -> object:
    async def run() -> object:
        connection = await asyncpg.connect(server if isinstance(server, str) else server.url, timeout=10)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(run())


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def answers(server: EmbeddedPostgres) -> bool:
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return ask(server, "select 1") == 1
    return False


def holder(data: Path, *prefix: str, python: str = sys.executable) -> subprocess.Popen[str]:
    """Another process that holds the server until its input ends; its first line is in `stdout`."""
    return subprocess.Popen(
        [*prefix, python, "-c", HOLD, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{SOURCE}:{sysconfig.get_path('purelib')}"},
    )


NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def a_python_for_everybody() -> str:
    """An interpreter of this version that other users may run; a private one lies in root's home."""
    own = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{own}", f"/usr/local/bin/{own}"):
        # asked of a shell that has already become nobody, as the supervisor will ask it
        if subprocess.run([*NOBODY, "sh", "-c", '"$0" -c "" 2>/dev/null', python], check=False).returncode == 0:
            return python
    pytest.skip(f"no {own} that other users may run")


def open_to_everybody(folder: Path) -> None:
    """Let other users through to a folder: pytest keeps its own folders, one or two above a test's, to itself."""
    for one in (folder, *folder.parents):
        mode = one.stat().st_mode
        if mode & 0o005 != 0o005:
            one.chmod(mode | 0o055)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    held = EmbeddedPostgres(tmp_path / """the "data", è?&+%20'""", {"shared_buffers": "16MB"})
    held.start(60)
    yield held
    held.stop()


def test_it_is_made_owned_and_durable(server: EmbeddedPostgres) -> None:
    assert server.owner
    assert str(ask(server, "show server_version")).startswith("18")
    assert [ask(server, f"show {name}") for name in ("fsync", "synchronous_commit", "data_checksums")] == ["on"] * 3
    assert ask(server, "show shared_buffers") == "16MB"
    assert ask(server, "select current_database()") == "battito"
    assert ask(server, "show listen_addresses") == ""
    assert (server.cluster.stat().st_mode & 0o777) == 0o700
    ask(server, "create extension vector")
    ask(server, "create extension pg_trgm")


def test_stop_and_start_again_keep_everything(server: EmbeddedPostgres) -> None:
    ask(server, "create table t as select generate_series(1, 1000) n")
    server.stop()
    assert not answers(server)
    server.stop()  # nothing left to do
    began = time.monotonic()
    server.start(60)
    assert time.monotonic() - began < 5
    assert ask(server, "select count(*) from t") == 1000


def test_a_second_hold_attaches_and_takes_over(server: EmbeddedPostgres) -> None:
    second = EmbeddedPostgres(server.data)
    try:
        assert second.start(60) == server.url
        assert (server.owner, second.owner) == (True, False)
        server.stop()
        until(lambda: second.owner and answers(second))
    finally:
        second.stop()


def test_letting_go_of_somebody_elses_server_leaves_it_running(server: EmbeddedPostgres) -> None:
    second = EmbeddedPostgres(server.data)
    second.start(60)
    second.stop()
    assert server.owner
    assert answers(server)


def test_postgres_killed_is_back_with_all_that_was_committed(server: EmbeddedPostgres) -> None:
    ask(server, "create table t(n int)")
    for n in range(3):
        ask(server, f"insert into t values ({n})")
        before = server.process_id
        assert before
        os.kill(before, signal.SIGKILL)
        until(lambda: server.process_id not in (None, before) and answers(server))  # noqa: B023 - used at once
        assert ask(server, "select count(*) from t") == n + 1


def test_the_application_killed_takes_postgres_down_in_order(tmp_path: Path) -> None:
    process = holder(tmp_path)
    url, owner = first_line(process).split()
    assert owner == "True"
    ask(url, "create table t(n int)")
    process.kill()
    process.wait()
    until(lambda: not (tmp_path / "postgres" / "postmaster.pid").exists())
    log = (tmp_path / "postgres.log").read_text()
    assert "database system is shut down" in log
    server = EmbeddedPostgres(tmp_path)
    try:
        server.start(60)
        assert ask(server, "select count(*) from t") == 0
    finally:
        server.stop()
    assert "not properly shut down" not in (tmp_path / "postgres.log").read_text()


def test_everything_killed_at_once_is_recovered(tmp_path: Path) -> None:
    process = holder(tmp_path)
    url, _ = first_line(process).split()
    ask(url, "create table t(n int)")
    ask(url, "insert into t values (1)")
    postmaster = int((tmp_path / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    process.kill()
    process.wait()
    server = EmbeddedPostgres(tmp_path)
    try:
        server.start(60)
        assert ask(server, "select n from t") == 1
    finally:
        server.stop()


def test_many_processes_starting_at_once_share_one_server(tmp_path: Path) -> None:
    processes = [holder(tmp_path) for _ in range(4)]
    lines = [first_line(process).split() for process in processes]
    assert len({url for url, _ in lines}) == 1
    assert [owner for _, owner in lines].count("True") == 1
    for process in processes:
        process.communicate(timeout=30)
        assert process.returncode == 0


def test_a_dead_servers_leftovers_do_not_mislead(server: EmbeddedPostgres) -> None:
    pid_file = server.cluster / "postmaster.pid"
    text = pid_file.read_text().splitlines()
    server.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *text[1:]]) + "\n")  # a process id that is now somebody else's
    (server.cluster / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    (server.cluster / ".s.PGSQL.5432").touch()
    server.start(60)
    assert answers(server)


def test_a_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    half = tmp_path / "postgres.new"
    (half / "base").mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(tmp_path)
    try:
        server.start(60)
        assert answers(server)
        assert not half.exists()
    finally:
        server.stop()


def test_a_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "letters.txt").write_text("dear")
    with pytest.raises(DatabaseProblem, match="not a PostgreSQL database"):
        EmbeddedPostgres(tmp_path).start(30)
    assert (tmp_path / "postgres" / "letters.txt").read_text() == "dear"


def test_another_versions_cluster_is_refused_with_what_to_do(server: EmbeddedPostgres) -> None:
    server.stop()
    (server.cluster / "PG_VERSION").write_text("16\n")
    with pytest.raises(DatabaseProblem, match=r"made by PostgreSQL 16.*BATTITO_PG_BIN.*battito restore"):
        EmbeddedPostgres(server.data).start(30)


def test_a_setting_postgres_does_not_know_is_told_with_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(DatabaseProblem, match=r"(?s)do not know a setting.*no_such_thing"):
        EmbeddedPostgres(tmp_path, {"no_such_thing": "1"}).start(30)


def test_another_folder_of_programs(tmp_path: Path) -> None:
    with pytest.raises(DatabaseProblem, match="no postgres and no initdb"):
        EmbeddedPostgres(tmp_path / "a", pg_bin=tmp_path).start(30)
    elsewhere = tmp_path / "programs"
    elsewhere.mkdir()
    for name in ("postgres", "initdb"):
        (elsewhere / name).write_text(f'#!/bin/sh\nexec "{on_disk.find_programs(None)}/{name}" "$@"\n')
        (elsewhere / name).chmod(0o755)
    server = EmbeddedPostgres(tmp_path / "b", pg_bin=elsewhere)
    try:
        server.start(60)
        assert answers(server)
    finally:
        server.stop()


def test_programs_too_old_are_refused(tmp_path: Path) -> None:
    for name in ("postgres", "initdb"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) 15.8 (Debian)'\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(DatabaseProblem, match="PostgreSQL 15; Battito needs 17"):
        EmbeddedPostgres(tmp_path / "data", pg_bin=tmp_path).start(30)


@pytest.mark.parametrize("name", ["very-" * 15 + "deep", "one, two"])
def test_a_data_folder_that_cannot_hold_a_socket_gets_it_elsewhere(tmp_path: Path, name: str) -> None:
    deep = tmp_path / name / "data"
    server = EmbeddedPostgres(deep)
    second = EmbeddedPostgres(deep)
    try:
        assert "battito-" in server.start(60)
        assert answers(server)
        assert second.start(60) == server.url
    finally:
        second.stop()
        server.stop()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseProblem, match="file"):
        EmbeddedPostgres(tmp_path / "file").start(30)


def test_it_is_told_when_the_disk_is_full(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("needs root, to mount a small disk")
    script = f"mount -t tmpfs -o size=12m none '{tmp_path}' && exec '{sys.executable}' -c \"$0\" '{tmp_path}/data'"
    process = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, HOLD],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert "is full" in process.stderr, process.stderr


def test_the_server_keeps_running_when_the_starting_thread_ends(tmp_path: Path) -> None:
    """The kernel's parent-death signal follows the thread that started the child; `start` must not depend on it."""
    server = EmbeddedPostgres(tmp_path)
    try:
        asyncio.run(server.start_async(60))  # its thread pool ends with the loop
        assert answers(server)
        assert server.owner
        time.sleep(0.3)
        assert answers(server)
    finally:
        asyncio.run(server.stop_async())
    assert not server.owner


@AS_ROOT
def test_an_ordinary_user_and_then_root_run_the_same_cluster(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    open_to_everybody(tmp_path)
    os.chown(data, 65534, 65534)
    process = holder(data, *NOBODY, python=a_python_for_everybody())
    line = first_line(process)
    assert ask(line.split()[0], "select 1") == 1
    process.communicate(timeout=30)
    server = EmbeddedPostgres(data)
    try:
        server.start(60)
        assert answers(server)
        assert server.cluster.stat().st_uid == 65534
    finally:
        server.stop()


@AS_ROOT
def test_somebody_elses_cluster_is_refused_to_an_ordinary_user(server: EmbeddedPostgres, tmp_path: Path) -> None:
    server.stop()
    open_to_everybody(server.data)
    (server.data / "postgres.lock").chmod(0o666)
    process = holder(server.data, *NOBODY, python=a_python_for_everybody())
    output, _ = process.communicate(timeout=60)
    assert "belongs to root" in output, output


WITHOUT_NAMESPACES = """
import ctypes, os, sys
ready, go = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    if ctypes.CDLL(None).unshare(0x10000000):
        os._exit(97)
    os.write(ready[1], b"x")
    os.read(go[0], 1)
    os.setgid(0)
    os.setuid(0)
    open("/proc/sys/user/max_user_namespaces", "w").write("0")  # counts in this namespace only
    os.execvp(sys.argv[1], sys.argv[1:])
os.read(ready[0], 1)
for kind in "ug":
    open(f"/proc/{child}/{kind}id_map", "w").write("0 0 65536")
os.write(go[1], b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@AS_ROOT
def test_root_without_user_namespaces_runs_it_as_an_ordinary_user(tmp_path: Path) -> None:
    data = tmp_path / "data"
    open_to_everybody(tmp_path)
    process = holder(data, sys.executable, "-c", WITHOUT_NAMESPACES)
    line = first_line(process)
    if not line.startswith("postgresql:"):
        pytest.skip(f"no namespace to try it in: {line}")
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert (data / "postgres").stat().st_uid != 0
    assert data.stat().st_uid == 0
    server = EmbeddedPostgres(data)  # with namespaces again: the owner of the cluster decides
    try:
        server.start(60)
        assert answers(server)
    finally:
        server.stop()
