"""A real Dovecot on loopback with one mailbox: its own configuration, folder and port, as root or as a user."""

import contextlib
import getpass
import imaplib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

PASSWORD = "una-password-lunga"


class Mailserver(msgspec.Struct, frozen=True):
    """A running IMAP server."""

    port: int
    user: str
    maildir: Path

    def imap(self) -> imaplib.IMAP4:
        """A signed-in client of the standard library, for looking from outside."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(self.user, PASSWORD)
        return client

    def deliver(self, raw: bytes, folder: str = "INBOX") -> None:
        """Put a mail into a folder."""
        client = self.imap()
        if folder != "INBOX":
            client.create(folder)
        client.append(folder, "", None, raw)
        client.logout()

    def flags(self, folder: str = "INBOX") -> list[bytes]:
        """The flags of every mail of a folder."""
        client = self.imap()
        client.select(folder, readonly=True)
        _, found = (
            client.fetch("1:*", "(FLAGS)") if int(client.select(folder, readonly=True)[1][0] or b"0") else ("", [])
        )
        client.logout()
        return [line for line in found if isinstance(line, bytes)]


def binary() -> str | None:
    """Where dovecot is, or None."""
    return shutil.which("dovecot") or ("/usr/sbin/dovecot" if Path("/usr/sbin/dovecot").exists() else None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def dovecot() -> Iterator[Mailserver]:
    """Runs until the block ends. A unix socket's path must be short and its owner another user: the folder lies in /tmp."""
    program = binary()
    assert program is not None
    port, me = _free_port(), getpass.getuser()
    root = os.geteuid() == 0
    owner = "nobody" if root else me
    base = Path(f"/tmp/bdv{port}")
    base.mkdir(mode=0o755)
    home = base / "home"
    home.mkdir()
    if root:
        shutil.chown(home, owner)
    config = base / "dovecot.conf"
    config.write_text(f"""
protocols = imap
listen = 127.0.0.1
base_dir = {base}/run
log_path = {base}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{home}/Maildir
first_valid_uid = 1
default_internal_user = {"dovecot" if root else me}
default_login_user = {"dovenull" if root else me}
{"" if root else f"default_internal_group = {_group()}"}
service imap-login {{
  {"" if root else "chroot ="}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  {"" if root else "chroot ="}
}}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={owner} gid={_group_of(owner)} home={home}
}}
""")
    process = subprocess.Popen([program, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    server = Mailserver(port, "care@example.it", home / "Maildir")
    try:
        _wait(server, process, base / "log")
        yield server
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        if process.poll() is None:
            process.kill()
            process.wait()
        shutil.rmtree(base, ignore_errors=True)


def _wait(server: Mailserver, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"dovecot ended with {process.returncode}: {log.read_text() if log.exists() else ''}")
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            server.imap().logout()
            return
        time.sleep(0.1)
    raise TimeoutError(log.read_text() if log.exists() else "dovecot does not answer")


def _group() -> str:
    import grp

    return grp.getgrgid(os.getegid()).gr_name


def _group_of(user: str) -> str:
    import grp
    import pwd

    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
