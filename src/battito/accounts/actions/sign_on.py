"""Configuring sign-on providers."""

from typing import Annotated, Any
from uuid import UUID

import msgspec

from battito.accounts.actions.roles import check_permissions
from battito.accounts.events import SignOnChanged
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Invalid, NotFound
from battito.platform.keyring import KeyRing


class ProviderWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A provider as an administrator writes it. `client_secret` left out keeps the stored one; "" removes it."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    issuer: Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s]+$", max_length=500)]
    client_id: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    client_secret: str | None = None
    scopes: list[str] = msgspec.field(default_factory=lambda: ["openid", "profile", "email"])
    domains: list[str] = []
    groups_claim: str = "groups"
    role_of_group: dict[str, UUID] = {}
    default_role_id: UUID | None = None
    create_users: bool = True
    enabled: bool = True


@action("sign_on.save", permission="sign_on.manage")
async def save_provider(tx: Tx, keys: KeyRing, provider_id: UUID | None, wish: ProviderWish) -> UUID:
    """Make a provider (`provider_id` None) or change it. Groups can only be given roles that the caller could give."""
    if "openid" not in wish.scopes:
        raise Invalid("The scope openid must be asked for.", field="scopes")
    roles = {*wish.role_of_group.values(), *([wish.default_role_id] if wish.default_role_id else [])}
    rows = await tx.fetch(
        "select id, permissions from role where workspace_id = $1 and id = any($2)", tx.workspace_id, list(roles)
    )
    if len(rows) != len(roles):
        raise Invalid("One of these roles does not exist in this workspace.", field="role_of_group")
    check_permissions(tx, sorted({p for r in rows for p in r["permissions"]}))
    fresh = provider_id is None
    provider_id = provider_id or uuid7()
    sealed = keys.encrypt(wish.client_secret, f"oidc:{provider_id}") if wish.client_secret else None
    mapping = {g: str(r) for g, r in wish.role_of_group.items()}
    domains = [d.strip().lower().lstrip("@") for d in wish.domains]
    values: tuple[Any, ...] = (
        provider_id, tx.workspace_id, wish.name.strip(), wish.issuer.rstrip("/"), wish.client_id, sealed, wish.scopes, domains,
        wish.groups_claim, mapping, wish.default_role_id, wish.create_users, wish.enabled,
    )  # fmt: skip
    if fresh:
        await tx.execute(
            "insert into oidc_provider(id, workspace_id, name, issuer, client_id, client_secret, scopes, domains, groups_claim, role_of_group,"
            " default_role_id, create_users, enabled) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            *values,
        )
    elif not await tx.execute(
        "update oidc_provider set name = $3, issuer = $4, client_id = $5, client_secret = case when $14 then client_secret else $6 end, scopes = $7,"
        " domains = $8, groups_claim = $9, role_of_group = $10, default_role_id = $11, create_users = $12, enabled = $13, version = version + 1"
        " where workspace_id = $2 and id = $1",
        *values, wish.client_secret is None,
    ):  # fmt: skip
        raise NotFound("There is no such sign-on in this workspace.")
    tx.audit("sign_on", provider_id, after={k: v for k, v in msgspec.to_builtins(wish).items() if k != "client_secret"})
    tx.emit(SignOnChanged(provider_id=provider_id))
    return provider_id


@action("sign_on.delete", permission="sign_on.manage")
async def delete_provider(tx: Tx, provider_id: UUID) -> None:
    """Remove a provider; people it made keep their accounts and can be invited to set a password."""
    name = await tx.fetchval(
        "delete from oidc_provider where workspace_id = $1 and id = $2 returning name", tx.workspace_id, provider_id
    )
    if name is None:
        raise NotFound("There is no such sign-on in this workspace.")
    tx.audit("sign_on", provider_id, before={"name": name})
    tx.emit(SignOnChanged(provider_id=provider_id))
