"""What the customers' process is told at its start."""

from datetime import datetime

import msgspec


class Site(msgspec.Struct, frozen=True):
    """A chat on a site, and the key with which that site's own server vouches for its signed-in customers."""

    key: str
    audience: str
    kid: str
    secret: str


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Doors, mailboxes and pace. `pace` is messages a minute; `seed`, `made_at` and `full` bring back the same customers."""

    base_url: str
    smtp_host: str
    smtp_port: int
    pace: float
    seed: int
    made_at: datetime
    full: bool
    sites: dict[str, Site]
    mailboxes: dict[str, str]
    parent: int
