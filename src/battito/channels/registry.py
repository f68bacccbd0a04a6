"""Which channels this installation has: folders under `channels/` with a `channel`, and entry points `battito.channels`.

Folders are found without installation, so that a source tree runs as it is. The core names no channel.
"""

import importlib
import pkgutil
from importlib.metadata import entry_points

import structlog

import battito.channels
from battito.channels.base import Capabilities, Channel

log = structlog.get_logger(__name__)

ENTRY_POINTS = "battito.channels"


class Registry:
    """Channels by kind. Also the `Catalogue` that conversations ask."""

    def __init__(self, channels: list[Channel]) -> None:
        self._channels: dict[str, Channel] = {}
        for channel in channels:
            self.add(channel)

    def add(self, channel: Channel) -> None:
        """Take one more channel."""
        kind = channel.manifest.kind
        if kind in self._channels:
            raise RuntimeError(f"two channels are called {kind}")
        self._channels[kind] = channel

    @classmethod
    def discover(cls) -> "Registry":
        """Every channel that is there. One that fails to load is logged and left out: the others go on."""
        found: dict[str, Channel] = {}
        for module in pkgutil.iter_modules(battito.channels.__path__):
            if module.ispkg:
                _load(found, f"battito.channels.{module.name}", "channel", optional=True)
        for point in entry_points(group=ENTRY_POINTS):
            name, _, attribute = point.value.partition(":")
            if not name.startswith("battito.channels."):  # our own come from their folders, installed or not
                _load(found, name.strip(), attribute.strip() or "channel", optional=False)
        return cls(list(found.values()))

    def all(self) -> list[Channel]:
        """All channels, by kind."""
        return [self._channels[kind] for kind in sorted(self._channels)]

    def get(self, kind: str) -> Channel | None:
        """The channel of a kind; None when this installation does not have it (any more)."""
        return self._channels.get(kind)

    def capabilities(self, kind: str) -> Capabilities | None:
        """The capabilities of a kind, or None."""
        channel = self._channels.get(kind)
        return channel.manifest.capabilities if channel else None


def _load(found: dict[str, Channel], name: str, attribute: str, *, optional: bool) -> None:
    try:
        channel = getattr(importlib.import_module(name), attribute, None)
    except Exception:
        log.exception("a channel cannot be loaded and is left out", module=name)
        return
    if channel is None and optional:
        return
    if not isinstance(channel, Channel):
        log.error("a channel's entry point does not name a Channel; it is left out", module=name, attribute=attribute)
        return
    if channel.manifest.kind in found:
        log.error("two channels have the same kind; the second is left out", kind=channel.manifest.kind, module=name)
        return
    found[channel.manifest.kind] = channel
