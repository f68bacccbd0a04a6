"""Who has signed in on the customer's own site: short-lived JSON Web Tokens (RFC 7519), signed by that site's server.

Only HS256 (RFC 7515) with a secret of this widget, named by `kid` where there are several; `sub`, `aud` and `exp` are
required, `exp` at most an hour away. Whoever can change a token's algorithm, audience or age gets nothing.
"""

from datetime import datetime
from typing import Final

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jws import JWSRegistry

from battito.channels.webchat.settings import WebChatSecrets, WebChatSettings
from battito.platform.errors import Invalid

LONGEST_S: Final = 3600
SKEW_S: Final = 60
LIMIT: Final = 8192


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What a token proves."""

    subject: str
    """Canonical value of the identity: `issuer:sub`."""
    name: str = ""
    email: str | None = None
    """Only when the token says `email_verified`."""
    phone: str | None = None
    kid: str = ""


def audience(settings: WebChatSettings) -> str:
    """The `aud` that tokens of this widget carry."""
    return settings.identity_audience or settings.site_key


def verify(token: str, settings: WebChatSettings, secrets: WebChatSecrets, now: datetime) -> Verified:
    """What `token` proves. Raises `Invalid` (field `identity`) saying what is wrong, never which key would be right."""
    if not secrets.identity_keys:
        raise _refused("This widget takes no identity tokens: an administrator can add a signing key.")
    if len(token) > LIMIT:
        raise _refused("The identity token is too long.")
    for key in _candidates(token, secrets):
        try:
            claims = jwt.decode(
                token, OctKey.import_key(key[1]), algorithms=["HS256"], registry=JWSRegistry(algorithms=["HS256"])
            ).claims
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        return _judge(claims, key[0], settings, now)
    raise _refused("The identity token's signature does not match: it must be signed with HS256 and this widget's key.")


def _candidates(token: str, secrets: WebChatSecrets) -> list[tuple[str, str]]:
    """The keys to try: the one the token names, or all when it names none."""
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError, TypeError, KeyError):
        return []
    keys = sorted(secrets.identity_keys, key=lambda k: k.retired)
    return [(k.kid, k.secret) for k in keys if kid is None or k.kid == kid]


def _judge(claims: dict[str, object], kid: str, settings: WebChatSettings, now: datetime) -> Verified:
    moment = now.timestamp()
    subject, expires, wanted = claims.get("sub"), claims.get("exp"), claims.get("aud")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 200 or not subject.isprintable():
        raise _refused("The identity token needs `sub`: your own stable number for this customer.")
    audiences = wanted if isinstance(wanted, list) else [wanted]
    if audience(settings) not in audiences:
        raise _refused(f"The identity token is for another audience: `aud` must be «{audience(settings)}».")
    if not isinstance(expires, int | float) or isinstance(expires, bool):
        raise _refused("The identity token needs `exp`: it may be valid for an hour at most.")
    if expires <= moment - SKEW_S:
        raise _refused("The identity token has expired: ask your server for a fresh one.")
    if expires > moment + LONGEST_S + SKEW_S:
        raise _refused("The identity token is valid for too long: an hour at most.")
    for claim in ("nbf", "iat"):
        at = claims.get(claim)
        if isinstance(at, int | float) and at > moment + SKEW_S:
            raise _refused(
                f"The identity token is not valid yet: `{claim}` lies in the future. Check your server's clock."
            )
    name, email, phone = claims.get("name"), claims.get("email"), claims.get("phone_number")
    return Verified(
        subject=f"{settings.identity_issuer}:{subject}",
        name=name.strip()[:200] if isinstance(name, str) else "",
        email=email.strip().lower()[:320]
        if isinstance(email, str) and "@" in email and claims.get("email_verified") is True
        else None,
        phone=phone.strip()[:40] if isinstance(phone, str) and claims.get("phone_number_verified") is True else None,
        kid=kid,
    )


def _refused(why: str) -> Invalid:
    return Invalid(why, field="identity", code="identity")
