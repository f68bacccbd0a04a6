"""Requests to addresses that people typed in: resolved first, private networks refused, redirects not followed.

The connection is made to the very address that was checked, so a name that answers differently the second time (DNS
rebinding) gains nothing.
"""

import asyncio
import ipaddress
import socket
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from battito.platform.errors import Invalid, Unavailable

TIMEOUT_S: Final = 10.0
LIMIT: Final = 2_000_000


async def check_address(url: str, allowed: tuple[str, ...], *, field: str = "url") -> tuple[str, int]:
    """The address and port that `url` leads to. Raises `Invalid` for another scheme than http(s), for an unknown host,
    and for a private address that is not in `allowed` (networks or host names)."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise Invalid("Write an address that begins with https:// and holds no password.", field=field)
    host = parts.hostname
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Invalid(f"The host {host} is not known.", field=field) from error
    for entry in found:
        address = ipaddress.ip_address(str(entry[4][0]).split("%")[0])
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if not address.is_global and not _permitted(host, address, allowed):
            raise Invalid(
                f"{host} is inside a private network. If it is meant, add it to the setting private_networks.",
                field=field,
                code="private-address",
            )
    return str(found[0][4][0]), port


def _permitted(host: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address, allowed: tuple[str, ...]) -> bool:
    for entry in allowed:
        if entry.lower() == host.lower():
            return True
        try:
            if address in ipaddress.ip_network(entry, strict=False):
                return True
        except ValueError:
            continue
    return False


async def ask(method: str, url: str, allowed: tuple[str, ...], *, field: str = "url", **request: Any) -> httpx.Response:
    """One request, no redirects, at most ten seconds and 2 MB. Raises `Invalid`, `Unavailable`."""
    address, port = await check_address(url, allowed, field=field)
    parts = httpx.URL(url)
    target = parts.copy_with(host=address, port=port)
    headers = {**request.pop("headers", {}), "host": parts.netloc.decode()}
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            built = client.build_request(
                method, target, headers=headers, extensions={"sni_hostname": parts.host}, **request
            )
            response = await client.send(built, stream=True)
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LIMIT:
                    raise Unavailable(f"{parts.host} answered with more than is taken.")
            await response.aclose()
    except httpx.HTTPError as error:
        raise Unavailable(f"{parts.host} did not answer: {error or type(error).__name__}.") from error
    return httpx.Response(response.status_code, headers=response.headers, content=body, request=built)
