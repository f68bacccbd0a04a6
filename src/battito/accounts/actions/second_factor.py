"""The second factor: codes of an authenticator app (TOTP, RFC 6238) and recovery codes."""

import hashlib
import secrets
from typing import Any, Final
from uuid import UUID

import msgspec
import pyotp
import segno

from battito.accounts.events import UserChanged
from battito.accounts.passwords import verify_password
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound
from battito.platform.keyring import KeyRing

STEP_S: Final = 30
TOLERANCE: Final = 1
"""Steps that a phone's clock may be off, each way."""
RECOVERY_CODES: Final = 10


class Enrolment(msgspec.Struct):
    """What an authenticator app needs."""

    secret: str
    uri: str
    qr_svg: str


class FactorState(msgspec.Struct):
    """Which second factors somebody has."""

    totp: bool
    passkeys: list[dict[str, Any]]
    recovery_codes_left: int


async def factors_of(connection: Any, workspace_id: UUID, user_id: UUID) -> FactorState:
    """Which second factors are set up."""
    return FactorState(
        totp=bool(
            await connection.fetchval(
                "select confirmed_at is not null from totp where workspace_id = $1 and user_id = $2",
                workspace_id,
                user_id,
            )
        ),
        passkeys=[
            dict(r)
            for r in await connection.fetch(
                "select id, name, created_at, used_at from passkey where workspace_id = $1 and user_id = $2 order by created_at",
                workspace_id,
                user_id,
            )
        ],
        recovery_codes_left=await connection.fetchval(
            "select count(*) from recovery_code where workspace_id = $1 and user_id = $2 and used_at is null",
            workspace_id,
            user_id,
        ),
    )


@action("user.totp_begin", permission=None)
async def begin_totp(tx: Tx, keys: KeyRing, issuer: str) -> Enrolment:
    """A fresh secret, not in force until a code proves that the app has it."""
    user_id = tx.context.user_id
    if await tx.fetchval(
        "select confirmed_at is not null from totp where workspace_id = $1 and user_id = $2", tx.workspace_id, user_id
    ):
        raise Conflict("An authenticator app is set up already: remove it first.", code="totp-exists")
    secret = pyotp.random_base32()
    await tx.execute(
        "insert into totp(user_id, workspace_id, secret) values ($1, $2, $3) on conflict (user_id) do update set secret = excluded.secret, last_step = 0",
        user_id, tx.workspace_id, keys.encrypt(secret, f"totp:{user_id}"),
    )  # fmt: skip
    email = await tx.fetchval(
        "select email from app_user where workspace_id = $1 and id = $2", tx.workspace_id, user_id
    )
    uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)
    return Enrolment(secret, uri, segno.make(uri, error="m").svg_inline(scale=5, border=2))


@action("user.totp_confirm", permission=None)
async def confirm_totp(tx: Tx, keys: KeyRing, code: str) -> list[str]:
    """Put the app in force with a code of it; the recovery codes, shown this once."""
    user_id = tx.context.user_id
    if not await check_totp(tx, keys, user_id, code, confirmed=False):
        raise Invalid("This is not the code that the app shows now. Check the phone's clock.", field="code")
    await tx.execute(
        "update totp set confirmed_at = $3 where workspace_id = $1 and user_id = $2", tx.workspace_id, user_id, tx.now
    )
    tx.audit("user", user_id, after={"second_factor": "totp"})
    tx.emit(UserChanged(user_id=user_id, changes={"second_factor": True}))
    return await renew_recovery_codes(tx)


@action("user.recovery_codes", permission=None)
async def renew_recovery_codes(tx: Tx) -> list[str]:
    """Ten fresh recovery codes in place of the old ones; each lets in once."""
    user_id = tx.context.user_id
    codes = ["-".join(secrets.token_hex(2) for _ in range(4)) for _ in range(RECOVERY_CODES)]
    await tx.execute("delete from recovery_code where workspace_id = $1 and user_id = $2", tx.workspace_id, user_id)
    await tx.executemany(
        "insert into recovery_code(workspace_id, user_id, code_hash) values ($1, $2, $3)",
        [(tx.workspace_id, user_id, code_hash(user_id, c)) for c in codes],
    )
    tx.audit("user", user_id, after={"recovery_codes": RECOVERY_CODES})
    tx.emit(UserChanged(user_id=user_id, changes={"recovery_codes_left": RECOVERY_CODES}))
    return codes


@action("user.totp_remove", permission=None)
async def remove_totp(tx: Tx, password: str) -> None:
    """Remove the app, with the password (a left-open screen must not be enough)."""
    user_id = tx.context.user_id
    stored = await tx.fetchval(
        "select password_hash from app_user where workspace_id = $1 and id = $2", tx.workspace_id, user_id
    )
    if not await verify_password(stored, password):
        raise Invalid("This is not your password.", field="password")
    if not await tx.execute("delete from totp where workspace_id = $1 and user_id = $2", tx.workspace_id, user_id):
        raise NotFound("No authenticator app is set up.")
    tx.audit("user", user_id, before={"second_factor": "totp"})
    tx.emit(UserChanged(user_id=user_id, changes={"second_factor": False}))


async def check_totp(tx: Tx, keys: KeyRing, user_id: UUID, code: str, *, confirmed: bool = True) -> bool:
    """Whether `code` is right now; a code works once (RFC 6238 section 5.2)."""
    row = await tx.fetchrow(
        "select secret, last_step from totp where workspace_id = $1 and user_id = $2 and (confirmed_at is not null or not $3) for update",
        tx.workspace_id, user_id, confirmed,
    )  # fmt: skip
    digits = code.replace(" ", "")
    if row is None or not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return False
    totp = pyotp.TOTP(keys.decrypt(row["secret"], f"totp:{user_id}"))
    step = int(tx.now.timestamp()) // STEP_S
    for candidate in range(step - TOLERANCE, step + TOLERANCE + 1):
        if candidate > row["last_step"] and secrets.compare_digest(totp.generate_otp(candidate), digits):
            await tx.execute(
                "update totp set last_step = $3 where workspace_id = $1 and user_id = $2",
                tx.workspace_id,
                user_id,
                candidate,
            )
            return True
    return False


async def check_recovery_code(tx: Tx, user_id: UUID, code: str) -> bool:
    """Whether `code` is an unused recovery code; it is used up."""
    return bool(
        await tx.execute(
            "update recovery_code set used_at = $4 where workspace_id = $1 and user_id = $2 and code_hash = $3 and used_at is null",
            tx.workspace_id, user_id, code_hash(user_id, code), tx.now,
        )
    )  # fmt: skip


def code_hash(user_id: UUID, code: str) -> bytes:
    """What is stored of a recovery code (64 random bits, so a plain salted hash is enough)."""
    return hashlib.sha256(user_id.bytes + code.strip().lower().replace("-", "").replace(" ", "").encode()).digest()
