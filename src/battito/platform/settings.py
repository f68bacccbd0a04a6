"""The installation's settings: one typed struct, filled from the environment and one TOML file.

`BATTITO_<NAME>` in the environment beats `<name>` in the TOML file, which beats the default. Nothing is guessed: an
unknown name is refused together with the nearest known one, and a value of the wrong kind names where it was read.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec
from msgspec import UNSET, Meta, Struct

from battito.platform.setting_rules import complaint

PREFIX = "BATTITO_"
_ENVIRONMENT_ONLY = ("data", "config")  # they say where the TOML file is, so they cannot stand in it
_BOOLEANS = {"yes": True, "on": True, "no": False, "off": False}


class SettingsError(Exception):
    """Settings that cannot be used. `problems` holds one sentence each, ready to be shown."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(Struct, frozen=True, kw_only=True):
    """Every setting with its default. `<data>` in a default stands for the data folder."""

    # ── where things are ──────────────────────────────────────────────────────────────────────────────────────
    data: Annotated[
        Path, Meta(description="The one folder Battito writes to: database, files, environment, built front end.")
    ] = Path("data")
    config: Annotated[Path, Meta(description="The TOML file with further settings; it need not exist.")] = Path(
        "<data>/battito.toml"
    )
    web_root: Annotated[Path, Meta(description="Folder of the built front end.")] = Path("<data>/web/dist")
    files_url: Annotated[
        str,
        Meta(
            description="Where attachments are kept: file:///folder or s3://bucket/prefix "
            "(credentials from the usual AWS_* variables)."
        ),
    ] = "file://<data>/files"

    # ── web server ────────────────────────────────────────────────────────────────────────────────────────────
    host: Annotated[str, Meta(description="Address to listen on; 0.0.0.0 for every one.", min_length=1)] = "127.0.0.1"
    port: Annotated[int, Meta(description="Port to listen on; 0 takes a free one.", ge=0, le=65535)] = 8080
    public_url: Annotated[
        str | None,
        Meta(description="Address people use, for links in mail and sign-on: https://care.example.com."),
    ] = None
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(description="Addresses or networks of reverse proxies whose X-Forwarded-* headers are believed."),
    ] = ("127.0.0.1", "::1")
    rate_limit: Annotated[
        float,
        Meta(description="Requests a second one person may make (twice as many at once); 0 sets no limit.", ge=0),
    ] = 300.0
    drain_seconds: Annotated[
        float, Meta(description="At shutdown, seconds given to requests and jobs under way.", ge=0, le=600)
    ] = 20.0

    # ── database and bus ──────────────────────────────────────────────────────────────────────────────────────
    database_url: Annotated[
        str | None,
        Meta(
            description="PostgreSQL >= 17 with pgvector: postgresql://user:password@host/name. "
            "Without it Battito runs its own PostgreSQL in the data folder.",
            extra={"secret": "url"},
        ),
    ] = None
    database_pool: Annotated[int, Meta(description="Connections one server process may open.", ge=2, le=500)] = 20
    pg_bin: Annotated[
        Path | None,
        Meta(description="Folder with postgres, initdb and pg_dump, instead of those that come with Battito."),
    ] = None
    nats_url: Annotated[
        str | None,
        Meta(
            description="NATS server that wakes several nodes at once: nats://host:4222. "
            "Without it nodes wake each other through PostgreSQL.",
            extra={"secret": "url"},
        ),
    ] = None
    workers: Annotated[int, Meta(description="Background jobs one server process runs at a time.", ge=1, le=256)] = 8

    # ── secrets and sign-in ───────────────────────────────────────────────────────────────────────────────────
    secret_key: Annotated[
        str | None,
        Meta(
            description="Key ring for secrets kept in the database: id:base64 of 32 bytes, several by commas, the "
            "first one encrypts. Without it <data>/secret.key is made once; keep a copy of it.",
            extra={"secret": "all"},
        ),
    ] = None
    session_hours: Annotated[
        float, Meta(description="A sign-in ends after so many hours without use.", gt=0, le=8760)
    ] = 12.0
    metrics_token: Annotated[
        str | None,
        Meta(
            description="Bearer token for /metrics. Without it only this machine may read them.",
            extra={"secret": "all"},
        ),
    ] = None
    private_networks: Annotated[
        tuple[str, ...],
        Meta(
            description="Private networks or hosts that addresses given by users (webhooks, sign-on, mail servers) "
            "may point to; all others are refused."
        ),
    ] = ()

    # ── mail ──────────────────────────────────────────────────────────────────────────────────────────────────
    smtp_in: Annotated[bool, Meta(description="Take mail directly by SMTP.")] = True
    smtp_in_host: Annotated[str, Meta(description="Address the SMTP door listens on.", min_length=1)] = "127.0.0.1"
    smtp_in_port: Annotated[
        int, Meta(description="Port of the SMTP door; -1 is the web port + 1000, 0 takes a free one.", ge=-1, le=65535)
    ] = -1
    smtp_in_cert: Annotated[
        Path | None,
        Meta(description="Certificate chain (PEM) of the SMTP door: with it mail servers may use STARTTLS."),
    ] = None
    smtp_in_key: Annotated[
        Path | None, Meta(description="Private key (PEM) of that certificate, unless it lies in the same file.")
    ] = None
    smtp_url: Annotated[
        str | None,
        Meta(
            description="Server for Battito's own mail (invitations, password resets, transcripts): "
            "smtps://user:password@host:465 or smtp://host:587 (STARTTLS where offered).",
            extra={"secret": "url"},
        ),
    ] = None
    mail_from: Annotated[str, Meta(description="Sender of Battito's own mail.")] = "Battito <battito@localhost>"

    # ── files ─────────────────────────────────────────────────────────────────────────────────────────────────
    file_limit_mb: Annotated[int, Meta(description="Largest file taken, in megabytes.", ge=1, le=2000)] = 25
    clamd: Annotated[
        str | None,
        Meta(
            description="clamd that scans every file: /path/of/socket or host:port. Without it files are not scanned."
        ),
    ] = None

    # ── people and words ──────────────────────────────────────────────────────────────────────────────────────
    language: Annotated[Literal["it", "en"], Meta(description="Language where nobody has chosen one.")] = "it"
    timezone: Annotated[str, Meta(description="Time zone where nobody has chosen one.")] = "Europe/Rome"
    demo_pace: Annotated[
        float,
        Meta(description="Messages a minute that the demo's customers write; 0 keeps them silent.", ge=0, le=6000),
    ] = 6.0

    # ── what is written down ──────────────────────────────────────────────────────────────────────────────────
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="Least important line that is logged.")
    ] = "info"
    log_format: Annotated[Literal["console", "json"], Meta(description="For people or for machines.")] = "console"

    def __post_init__(self) -> None:
        """Make the data folder absolute and put it in for `<data>`; derive the SMTP port."""
        set_ = msgspec.structs.force_setattr
        data = Path(os.path.abspath(self.data))
        set_(self, "data", data)
        set_(self, "config", Path(str(self.config).replace("<data>", str(data))))
        set_(self, "web_root", Path(str(self.web_root).replace("<data>", str(data))))
        set_(self, "files_url", self.files_url.replace("<data>", quote(str(data))))
        if self.smtp_in_port == -1:
            port = self.port + 1000 if self.port else 0
            set_(self, "smtp_in_port", port if port <= 65535 else port - 2000)

    @property
    def base_url(self) -> str:
        """The address for links, without a final slash: `public_url`, or the one the server listens on."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 - a comparison
        if ":" in host and not host.startswith("["):
            host = f"[{host}]"
        return f"http://{host}:{self.port}"


class SettingDescription(Struct, frozen=True, kw_only=True):
    """One line of `battito settings`. `value` is safe to show: secrets are masked."""

    name: str
    env: str
    type: str
    default: str
    meaning: str
    value: str
    source: str


def load_settings(
    env: Mapping[str, str] | None = None,
    toml_path: Path | None = None,
) -> Settings:
    """Read the settings from `env` (default: this process's) and the TOML file.

    `toml_path` beats `BATTITO_CONFIG`, which beats `<data>/battito.toml`; only the last may be missing. A command-line
    flag is given as an entry of `env` (`{**os.environ, "BATTITO_PORT": "8081"}`), so that what depends on it follows.
    Raises `SettingsError` naming every problem at once.
    """
    return load_with_sources(env, toml_path)[0]


def load_with_sources(
    env: Mapping[str, str] | None = None, toml_path: Path | None = None
) -> tuple[Settings, dict[str, str]]:
    """As `load_settings`, and for every setting that is not at its default where it was read."""
    env = os.environ if env is None else env
    known = {field.name: field for field in msgspec.structs.fields(Settings)}
    problems: list[str] = []
    raw: dict[str, tuple[object, str]] = {}

    given = {key.removeprefix(PREFIX).lower(): key for key in env if key.startswith(PREFIX)}
    data = Path(env.get(f"{PREFIX}DATA") or "data")
    chosen = toml_path or (Path(env[f"{PREFIX}CONFIG"]) if env.get(f"{PREFIX}CONFIG") else None)
    path = Path(os.path.abspath(chosen or data / "battito.toml"))
    for name, value in _read_toml(path, must_exist=chosen is not None, problems=problems).items():
        if name in _ENVIRONMENT_ONLY:
            problems.append(f"{path}: `{name}` can only be set in the environment, as {PREFIX}{name.upper()}.")
        elif name not in known:
            problems.append(f"{path}: unknown setting `{name}`.{_nearest(name, list(known))}")
        else:
            raw[name] = (_beside(path, known[name].type, value), str(path))
    for name, key in given.items():
        if name not in known:
            names = [PREFIX + one.upper() for one in known]
            problems.append(f"environment: unknown setting {key}.{_nearest(key, names)}")
        elif env[key] != "":  # an empty variable is the shell's way to say "not set"
            raw[name] = (env[key], f"environment, {key}")

    values: dict[str, Any] = {}
    for name, (value, source) in raw.items():
        try:
            values[name] = _convert(value, known[name].type)
            wanted = complaint(name, values[name])
        except msgspec.ValidationError as error:
            wanted = _wanted(str(error), known[name].type)
        if wanted:
            shown = "" if _secrecy(known[name].type) else f", not {value!r}"
            problems.append(f"{source}: `{name}` must be {wanted}{shown}.")
    if problems:
        raise SettingsError(problems)
    values["data"], values["config"] = data, path
    return Settings(**values), {name: source for name, (_, source) in raw.items()}


def describe_settings(settings: Settings, sources: Mapping[str, str] | None = None) -> list[SettingDescription]:
    """Every setting for `battito settings`, in the order of the struct."""
    sources = sources or {}
    rows = []
    for field in msgspec.structs.fields(Settings):
        secrecy = _secrecy(field.type)
        value = getattr(settings, field.name)
        default = "" if field.default in (None, (), UNSET, msgspec.NODEFAULT) else _plain(field.default)
        rows.append(
            SettingDescription(
                name=field.name,
                env=PREFIX + field.name.upper(),
                type=_type_name(field.type),
                default="web port + 1000" if field.name == "smtp_in_port" else default,
                meaning=_meta(field.type).description or "",
                value="" if value in (None, ()) else _masked(_plain(value), secrecy),
                source=sources.get(field.name, "default"),
            )
        )
    return rows


def mask_url(url: str) -> str:
    """`url` with its password replaced by stars, for logs and screens."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "***"
    if parts.password is None:
        return url
    user, _, place = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.split(':', 1)[0]}:***@{place}"))


def _read_toml(path: Path, *, must_exist: bool, problems: list[str]) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if must_exist:
            problems.append(f"{path}: this settings file was asked for and does not exist.")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path}: not a valid TOML file: {error}.")
    except OSError as error:
        problems.append(f"{path}: cannot be read: {error.strerror}.")
    return {}


def _beside(path: Path, type_: object, value: object) -> object:
    """A relative folder written in the TOML file is meant from where that file is."""
    if isinstance(value, str) and Path in (*_members(type_),):
        return str(path.parent / value)
    return value


def _convert(value: object, type_: object) -> object:
    members = _members(type_)
    if isinstance(value, str):
        if bool in members:
            value = _BOOLEANS.get(value.lower(), value)
        elif any(get_origin(member) is tuple for member in members):
            value = [part for part in (piece.strip() for piece in value.split(",")) if part]
    return msgspec.convert(value, type_, strict=False, dec_hook=_decode_path)


def _decode_path(type_: type, value: object) -> object:
    if type_ is Path and isinstance(value, str):
        return Path(value).expanduser()
    raise msgspec.ValidationError(f"Expected `{type_.__name__.lower()}`, got `{type(value).__name__}`")


def _meta(type_: object) -> Meta:
    return next((one for one in get_args(type_)[1:] if isinstance(one, Meta)), Meta())


def _secrecy(type_: object) -> str:
    return str((_meta(type_).extra or {}).get("secret", ""))


def _members(type_: object) -> tuple[object, ...]:
    """The plain types of `Annotated[X | None, …]`."""
    inner = get_args(type_)[0] if get_origin(type_) is Annotated else type_
    arguments = get_args(inner)
    return arguments if arguments and get_origin(inner) not in (tuple, Literal) else (inner,)


def _type_name(type_: object) -> str:
    names = []
    for member in _members(type_):
        if get_origin(member) is Literal:
            names.append(" | ".join(map(str, get_args(member))))
        elif get_origin(member) is tuple:
            names.append("list")
        elif member is not type(None):
            names.append(
                {"str": "text", "Path": "path", "int": "integer", "float": "number"}.get(
                    getattr(member, "__name__", ""), getattr(member, "__name__", str(member))
                )
            )
    return " | ".join(names)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _masked(value: str, secrecy: str) -> str:
    if secrecy == "url":
        return mask_url(value)
    return "***" if secrecy else value


def _wanted(error: str, type_: object) -> str:
    """What a setting must be, from msgspec's "Expected `int` >= 0 - at `$`": "a whole number >= 0"."""
    literals = [str(value) for member in _members(type_) if get_origin(member) is Literal for value in get_args(member)]
    if literals:
        return f"one of {', '.join(literals)}"
    text = re.sub(r"(, got .*)?( - at `\$.*`)?$", "", error).removeprefix("Expected ")
    words = {"int": "a whole number", "float": "a number", "str": "text", "bool": "true or false", "path": "a path"}
    for name, word in words.items():
        text = text.replace(f"`{name} | null`", word).replace(f"`{name}`", word)
    return text


def _nearest(name: str, known: list[str]) -> str:
    found = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f" Did you mean {found[0]}?" if found else " `battito settings` lists all of them."
