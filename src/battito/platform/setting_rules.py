"""What a setting's text must look like beyond its type: addresses, networks, time zones. Pure rules of `settings`."""

import ipaddress
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

Rule = Callable[[str], str | None]
"""Given a value, what it must be if it is not that."""


def _address(*schemes: str) -> Rule:
    def rule(value: str) -> str | None:
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError:
            return "an address that can be read"
        if parts.scheme not in schemes:
            return f"an address that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}"
        # PostgreSQL takes its host from the query too, and a folder of files has none
        hostless = parts.scheme in ("file", "postgresql", "postgres")
        return None if parts.hostname or hostless else "an address with a host"

    return rule


def _network(value: str) -> str | None:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return "an address or network, such as 10.0.0.7 or 10.0.0.0/8"
    return None


def _network_or_host(value: str) -> str | None:
    if "/" in value or ":" in value or value.replace(".", "").isdigit():
        return _network(value)
    return None if value and not any(char.isspace() for char in value) else "a network or a host's name"


def _zone(value: str) -> str | None:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError):
        return "a time zone, such as Europe/Rome"
    return None


def _mailbox(value: str) -> str | None:
    _, address = parseaddr(value)
    local, _, domain = address.rpartition("@")
    return None if local and domain else "a mail address, such as Care <care@example.com>"


def _clamd(value: str) -> str | None:
    host, _, port = value.rpartition(":")
    if value.startswith("/") or (host and port.isdecimal() and int(port) <= 65535):
        return None
    return "/path/of/socket or host:port"


RULES: Final[Mapping[str, Rule]] = {
    "files_url": _address("file", "s3"),
    "public_url": _address("https", "http"),
    "trusted_proxies": _network,
    "database_url": _address("postgresql", "postgres"),
    "nats_url": _address("nats", "tls"),
    "private_networks": _network_or_host,
    "smtp_url": _address("smtps", "smtp"),
    "mail_from": _mailbox,
    "clamd": _clamd,
    "timezone": _zone,
}


def complaint(name: str, value: object) -> str | None:
    """What the setting `name` must be, if `value` is not that; every member of a list is looked at."""
    rule = RULES.get(name)
    if rule is None:
        return None
    texts = value if isinstance(value, tuple) else (value,)
    return next((wanted for text in texts if isinstance(text, str) and (wanted := rule(text))), None)
