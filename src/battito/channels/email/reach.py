"""Which mail servers may be asked: an administrator types their names, so private networks need the installation's consent."""

from battito.platform.errors import Invalid
from battito.platform.http.outgoing import check_address
from battito.platform.services import Services


class NotAllowed(Exception):
    """The server lies in a private network that the setting `private_networks` does not name."""


async def check_server(host: str, port: int, services: Services) -> None:
    """Raises `NotAllowed`, and `OSError` when the name is not known (now)."""
    bare = f"[{host}]" if ":" in host else host
    try:
        await check_address(f"https://{bare}:{port}", services.settings.private_networks)
    except Invalid as error:
        if error.code == "private-address":
            raise NotAllowed(error.detail) from error
        raise OSError(error.detail) from error
