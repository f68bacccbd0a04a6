"""Access tokens for XOAUTH2 (Google, Microsoft), got with the refresh token and kept while they last."""

import time
from uuid import UUID

import msgspec

from battito.channels.base import Account
from battito.channels.email.settings import EmailSecrets, EmailSettings
from battito.platform.errors import Invalid, Unavailable
from battito.platform.http.outgoing import ask
from battito.platform.services import Services

MARGIN_S = 120


class SignInRefused(Exception):
    """The provider gave no token: the refresh token was revoked, or the application is not known there."""


class _Answer(msgspec.Struct):
    access_token: str
    expires_in: float = 3600


class Tokens:
    """The node's access tokens by account."""

    def __init__(self) -> None:
        self._known: dict[tuple[UUID, int], tuple[str, float]] = {}

    async def get(self, account: Account, services: Services) -> str:
        """A token that holds for at least two minutes. Raises `SignInRefused`, and `OSError` when the provider is away."""
        key = (account.id, account.version)
        token, until = self._known.get(key, ("", 0.0))
        if token and until > time.monotonic() + MARGIN_S:
            return token
        settings: EmailSettings = account.settings
        secrets: EmailSecrets = account.secrets or EmailSecrets()
        form = {
            "grant_type": "refresh_token",
            "client_id": settings.oauth.client_id,
            "refresh_token": secrets.oauth_refresh_token,
            **({"client_secret": secrets.oauth_client_secret} if secrets.oauth_client_secret else {}),
            **({"scope": settings.oauth.scope} if settings.oauth.scope else {}),
        }
        try:
            answer = await ask("POST", settings.oauth.token_url, services.settings.private_networks, data=form)
        except Unavailable as error:
            raise OSError(f"the sign-in server did not answer: {error.detail}") from error
        except Invalid as error:
            raise SignInRefused(error.detail) from error
        if answer.status_code >= 500:
            raise OSError(f"the sign-in server answered {answer.status_code}")
        try:
            found = msgspec.json.decode(answer.content, type=_Answer)
        except msgspec.DecodeError:
            raise SignInRefused(
                f"the sign-in server gave no token ({answer.status_code}): {answer.text[:300]}"
            ) from None
        self._known = {k: v for k, v in self._known.items() if k[0] != account.id}
        self._known[key] = (found.access_token, time.monotonic() + found.expires_in)
        return found.access_token

    def forget(self, account: Account) -> None:
        """The token was refused: get a new one next time."""
        self._known.pop((account.id, account.version), None)
