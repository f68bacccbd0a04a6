"""Passkeys (WebAuthn level 2): registering one, and signing in with one, as a second factor or instead of a password."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from battito.accounts.events import UserChanged
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Invalid, NotFound, Unauthenticated


def relying_party(base_url: str) -> tuple[str, str]:
    """The relying party's id (a host name) and its origin, of the product's address."""
    parts = urlsplit(base_url)
    host = parts.hostname or "localhost"
    return host, f"{parts.scheme}://{parts.netloc}"


async def registration_options(tx: Tx, base_url: str) -> tuple[dict[str, Any], str]:
    """What the browser's `navigator.credentials.create` needs, and the challenge to remember (base64url)."""
    user_id = tx.context.user_id
    row = await tx.fetchrow(
        "select email, name from app_user where workspace_id = $1 and id = $2", tx.workspace_id, user_id
    )
    known = await tx.fetch(
        "select credential_id from passkey where workspace_id = $1 and user_id = $2", tx.workspace_id, user_id
    )
    host, _ = relying_party(base_url)
    options = webauthn.generate_registration_options(
        rp_id=host,
        rp_name="Battito",
        user_id=user_id.bytes,
        user_name=row["email"] if row else "",
        user_display_name=row["name"] if row else "",
        exclude_credentials=[PublicKeyCredentialDescriptor(id=k["credential_id"]) for k in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return msgspec.json.decode(webauthn.options_to_json(options)), bytes_to_base64url(options.challenge)


@action("user.passkey_add", permission=None)
async def add_passkey(tx: Tx, base_url: str, challenge: str, credential: dict[str, Any], name: str) -> UUID:
    """Keep a new passkey after checking what the authenticator answered. Raises `Invalid`."""
    host, origin = relying_party(base_url)
    try:
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=host,
            expected_origin=origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Invalid(f"The passkey could not be checked: {error}", field="credential") from error
    passkey_id = uuid7()
    await tx.execute(
        "insert into passkey(id, workspace_id, user_id, credential_id, public_key, sign_count, name) values ($1, $2, $3, $4, $5, $6, $7)",
        passkey_id, tx.workspace_id, tx.context.user_id, verified.credential_id, verified.credential_public_key, verified.sign_count,
        name.strip()[:80] or "Passkey",
    )  # fmt: skip
    tx.audit("user", tx.context.user_id, after={"passkey": name})
    tx.emit(UserChanged(user_id=tx.context.user_id, changes={"second_factor": True}))
    return passkey_id


@action("user.passkey_remove", permission=None)
async def remove_passkey(tx: Tx, passkey_id: UUID) -> None:
    """Forget a passkey."""
    if not await tx.execute(
        "delete from passkey where workspace_id = $1 and user_id = $2 and id = $3",
        tx.workspace_id,
        tx.context.user_id,
        passkey_id,
    ):
        raise NotFound("There is no such passkey.")
    tx.audit("user", tx.context.user_id, before={"passkey": passkey_id})
    tx.emit(UserChanged(user_id=tx.context.user_id, changes={"passkey_removed": str(passkey_id)}))


def sign_in_options(base_url: str, credential_ids: list[bytes]) -> tuple[dict[str, Any], str]:
    """What `navigator.credentials.get` needs; no credential ids lets the browser offer its own (a discoverable passkey)."""
    host, _ = relying_party(base_url)
    options = webauthn.generate_authentication_options(
        rp_id=host,
        allow_credentials=[PublicKeyCredentialDescriptor(id=c) for c in credential_ids],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return msgspec.json.decode(webauthn.options_to_json(options)), bytes_to_base64url(options.challenge)


async def verify_sign_in(connection: Any, base_url: str, challenge: str, credential: dict[str, Any]) -> dict[str, Any]:
    """Whose passkey signed the challenge: user id, workspace id, name. Raises `Unauthenticated`."""
    host, origin = relying_party(base_url)
    try:
        credential_id = base64url_to_bytes(str(credential["rawId"]))
    except (KeyError, ValueError, TypeError) as error:
        raise Invalid("This is not a passkey's answer.", field="credential") from error
    # the credential's id says who it is: this look-up cannot name a workspace
    row = await connection.fetchrow(
        "select p.id, p.public_key, p.sign_count, p.user_id, p.workspace_id, u.name from passkey p join app_user u on u.id = p.user_id"
        " and u.workspace_id = p.workspace_id where p.credential_id = $1 and u.disabled_at is null",
        credential_id,
    )
    if row is None:
        raise Unauthenticated("This passkey is not known here.", code="unknown-passkey")
    try:
        verified = webauthn.verify_authentication_response(
            credential=credential, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=host, expected_origin=origin,
            credential_public_key=row["public_key"], credential_current_sign_count=row["sign_count"], require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Unauthenticated(f"The passkey could not be checked: {error}", code="passkey-refused") from error
    await connection.execute(
        "update passkey set sign_count = $3, used_at = now() where workspace_id = $1 and id = $2",
        row["workspace_id"],
        row["id"],
        verified.new_sign_count,
    )
    return dict(row)
