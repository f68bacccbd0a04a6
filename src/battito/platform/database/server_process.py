"""Becomes one PostgreSQL program: `python server_process.py IDENTITY SIGNAL PARENT FOLDER PROGRAM ARGUMENT…`.

A script of its own, on the standard library alone, because what it does between fork and exec is not safe in a
process with threads. It takes on an identity that PostgreSQL accepts (it refuses to run as root), asks the kernel for
SIGNAL when PARENT dies, checks that FOLDER can be crossed, and replaces itself by PROGRAM.

IDENTITY is `self`; `namespace`: root appears as user 65534 in a user namespace of its own, so that no account is made
and files stay root's; or `UID:GID`, an ordinary user to change to.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

NAMESPACE_REFUSED = 97
FOLDER_CLOSED = 98
CANNOT_RUN = 99

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_UNPRIVILEGED = 65534


def main(arguments: list[str]) -> None:
    """Does not return: exits with one of the codes above, or is the program from here on."""
    identity, death_signal, parent, folder, *command = arguments
    libc = ctypes.CDLL(None, use_errno=True)
    if identity == "namespace":
        try:
            _enter_namespace(libc)
        except OSError as error:
            _leave(NAMESPACE_REFUSED, f"no user namespace: {error}")
    elif identity != "self":
        uid, gid = map(int, identity.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # after the change of identity, which would clear it
    libc.prctl(_PR_SET_PDEATHSIG, int(death_signal))
    if os.getppid() != int(parent):
        os.kill(os.getpid(), signal.SIGKILL)  # the parent died before the kernel knew what to do about it
    if not os.access(folder, os.X_OK):
        _leave(FOLDER_CLOSED, f"{folder} is closed to this user")
    try:
        os.execv(command[0], command)  # noqa: S606 - the arguments are ours, and there is no shell
    except OSError as error:
        _leave(CANNOT_RUN, f"{command[0]}: {error.strerror}")


def _enter_namespace(libc: ctypes.CDLL) -> None:
    if libc.unshare(_CLONE_NEWUSER):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_UNPRIVILEGED} 0 1")
    Path("/proc/self/gid_map").write_text(f"{_UNPRIVILEGED} 0 1")


def _leave(code: int, message: str) -> None:
    print(message, file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
