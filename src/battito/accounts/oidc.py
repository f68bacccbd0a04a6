"""OpenID Connect sign-on: authorization code with PKCE (RFC 6749, 7636; OpenID Connect Core 1.0).

Checked of the answer: state (ours, single use), the code's exchange, the id token's signature by the provider's published
keys, issuer, audience, expiry, nonce, and at_hash where given. Groups become roles by a mapping.
"""

import base64
import hashlib
import secrets
import time
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from battito.accounts import tickets
from battito.accounts.actions.setup import make_user
from battito.accounts.events import UserInvited, UserRolesChanged
from battito.accounts.queries import list_people
from battito.accounts.sessions import OIDC, open_session
from battito.kit.address import canonical_email
from battito.platform.actor import Actor, ActorKind, Context
from battito.platform.database import Tx
from battito.platform.errors import Forbidden, NotFound, Unauthenticated, Unavailable
from battito.platform.http.outgoing import ask
from battito.platform.keyring import KeyRing
from battito.platform.services import Services

ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
CACHE_S: Final = 600.0
LEEWAY_S: Final = 60


class Provider(msgspec.Struct, kw_only=True):
    """One sign-on provider of a workspace. The client secret never leaves the database unsealed."""

    id: UUID
    workspace_id: UUID
    name: str
    issuer: str
    client_id: str
    client_secret: str | None
    scopes: list[str]
    domains: list[str]
    groups_claim: str
    role_of_group: dict[str, str]
    default_role_id: UUID | None
    create_users: bool


class Oidc:
    """Talks with providers; keeps their metadata and keys for some minutes."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}

    async def begin(self, provider_id: UUID, redirect_uri: str) -> str:
        """Where to send the browser."""
        provider = await self._provider(provider_id)
        metadata = await self._metadata(provider)
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        async with self._services.database.reading() as connection:
            state = await tickets.issue(
                connection, "oidc", workspace_id=provider.workspace_id,
                data={"provider": str(provider.id), "verifier": verifier, "nonce": nonce, "redirect_uri": redirect_uri},
            )  # fmt: skip
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code", "client_id": provider.client_id, "redirect_uri": redirect_uri, "scope": " ".join(provider.scopes),
            "state": state, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        mark = "&" if "?" in metadata["authorization_endpoint"] else "?"
        return f"{metadata['authorization_endpoint']}{mark}{urlencode(query)}"

    async def finish(self, provider_id: UUID, state: str, code: str, *, address: str, user_agent: str) -> str:
        """A session's token for whoever the provider says it is. Raises `Unauthenticated`, `Forbidden`, `Gone`."""
        async with self._services.database.reading() as connection:
            held = (await tickets.use(connection, state, "oidc"))["data"]
        if held["provider"] != str(provider_id):
            raise Unauthenticated("This answer belongs to another sign-on.", code="sign-on-refused")
        provider = await self._provider(provider_id)
        claims = await self._claims(provider, code, held)
        user_id, name = await self._user(provider, claims, address)
        context = Context(
            workspace_id=provider.workspace_id, actor=Actor(ActorKind.agent, user_id, name), address=address
        )
        async with self._services.database.transaction(context) as tx:
            hours = self._services.settings.session_hours
            return await open_session(tx, user_id, method=f"{OIDC}{provider.name}", hours=hours, user_agent=user_agent)

    async def check(self, issuer: str) -> dict[str, Any]:
        """A provider's published metadata; for the administrator's "try it". Raises when it cannot be used."""
        return await self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration", fresh=True)

    async def _provider(self, provider_id: UUID) -> Provider:
        async with self._services.database.reading() as connection:
            # before sign-in: the provider's id says which workspace is meant
            row = await connection.fetchrow(
                "/* any workspace: before sign-in the id says which */ select * from oidc_provider where id = $1 and enabled",
                provider_id,
            )
        if row is None:
            raise NotFound("There is no such sign-on.")
        secret = row["client_secret"]
        opened = self._services.get(KeyRing).decrypt(secret, f"oidc:{provider_id}") if secret else None
        fields = {f: row[f] for f in Provider.__struct_fields__ if f != "client_secret"}
        return Provider(client_secret=opened, **fields)

    async def _metadata(self, provider: Provider) -> dict[str, Any]:
        metadata = await self._fetch(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer", "").rstrip("/") != provider.issuer.rstrip("/"):
            raise Unavailable(
                f"{provider.name} calls itself {metadata.get('issuer')!r}: mend the issuer in the sign-on's settings."
            )
        return metadata

    async def _fetch(self, url: str, *, fresh: bool = False) -> dict[str, Any]:
        kept = self._kept.get(url)
        if kept is not None and kept[0] > time.monotonic() and not fresh:
            return kept[1]
        response = await ask("GET", url, self._services.settings.private_networks, field="issuer")
        if response.status_code != 200:
            raise Unavailable(f"{url} answered {response.status_code}.")
        try:
            found: dict[str, Any] = msgspec.json.decode(response.content, type=dict)
        except msgspec.DecodeError as error:
            raise Unavailable(f"{url} did not answer with JSON.") from error
        self._kept[url] = (time.monotonic() + CACHE_S, found)
        return found

    async def _claims(self, provider: Provider, code: str, held: dict[str, str]) -> dict[str, Any]:
        metadata = await self._metadata(provider)
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": held["redirect_uri"], "client_id": provider.client_id,
            "code_verifier": held["verifier"],
        }  # fmt: skip
        headers = {}
        if provider.client_secret:
            methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if "client_secret_basic" in methods:
                pair = f"{urlencode({'': provider.client_id})[1:]}:{urlencode({'': provider.client_secret})[1:]}"
                headers["authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
            else:
                form["client_secret"] = provider.client_secret
        response = await ask(
            "POST", metadata["token_endpoint"], self._services.settings.private_networks, data=form, headers=headers
        )
        if response.status_code != 200:
            raise Unauthenticated(f"{provider.name} refused the sign-on: {response.text[:200]}", code="sign-on-refused")
        tokens = msgspec.json.decode(response.content, type=dict)
        claims = await self._verified(
            provider, metadata, str(tokens.get("id_token", "")), held["nonce"], tokens.get("access_token")
        )
        if "email" not in claims and metadata.get("userinfo_endpoint") and tokens.get("access_token"):
            bearer = {"authorization": f"Bearer {tokens['access_token']}"}
            info = await ask(
                "GET", metadata["userinfo_endpoint"], self._services.settings.private_networks, headers=bearer
            )
            more = msgspec.json.decode(info.content, type=dict) if info.status_code == 200 else {}
            if more.get("sub") == claims["sub"]:  # OpenID Connect Core 5.3.2
                claims = {**more, **claims}
        return claims

    async def _verified(
        self, provider: Provider, metadata: dict[str, Any], token: str, nonce: str, access_token: str | None
    ) -> dict[str, Any]:
        algorithms = [a for a in ALGORITHMS if a in metadata.get("id_token_signing_alg_values_supported", ["RS256"])]
        decoded = None
        for fresh in (False, True):  # an unknown key id: the provider may have rotated its keys
            keys = KeySet.import_key_set(await self._fetch(metadata["jwks_uri"], fresh=fresh))  # type: ignore[arg-type]
            try:
                decoded = jwt.decode(token, keys, algorithms=algorithms)
                break
            except (JoseError, ValueError) as error:
                if fresh:
                    raise Unauthenticated(
                        f"{provider.name} sent an answer that cannot be checked: {error}", code="sign-on-refused"
                    ) from error
        if decoded is None:
            raise Unauthenticated(f"{provider.name} sent an answer that cannot be checked.", code="sign-on-refused")
        claims: dict[str, Any] = dict(decoded.claims)
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        now = time.time()
        wrong = (
            claims.get("iss") != metadata["issuer"]
            or provider.client_id not in audiences
            or (len(audiences) > 1 and claims.get("azp") != provider.client_id)
            or not isinstance(claims.get("exp"), int | float)
            or claims["exp"] < now - LEEWAY_S
            or claims.get("iat", now) > now + LEEWAY_S
            or not secrets.compare_digest(str(claims.get("nonce", "")), nonce)
            or not claims.get("sub")
            or not _fits(claims.get("at_hash"), access_token, str(decoded.header.get("alg")))
        )
        if wrong:
            raise Unauthenticated(
                f"{provider.name} sent an answer that is not for this sign-on.", code="sign-on-refused"
            )
        return claims

    async def _user(self, provider: Provider, claims: dict[str, Any], address: str) -> tuple[UUID, str]:
        """The person behind the claims: known by issuer and subject, else by a verified address of this workspace, else made."""
        external = f"{claims['iss']} {claims['sub']}"
        email = _email(claims)
        if provider.domains and (email is None or email.rpartition("@")[2] not in provider.domains):
            raise Forbidden("Addresses of this domain may not sign in here.", code="sign-on-domain")
        async with self._services.database.transaction(
            Context.system(provider.workspace_id, f"Sign-on {provider.name}")
        ) as tx:
            row: Any = await tx.fetchrow(
                "select id, name, disabled_at from app_user where workspace_id = $1 and external_id = $2",
                tx.workspace_id,
                external,
            )
            if row is None and email is not None and claims.get("email_verified") is True:
                row = await tx.fetchrow(
                    "update app_user set external_id = $3 where workspace_id = $1 and lower(email) = $2 and external_id is null returning id, name, disabled_at",
                    tx.workspace_id, email, external,
                )  # fmt: skip
            if row is not None and row["disabled_at"] is not None:
                raise Forbidden("This account is disabled. Ask an administrator.", code="disabled")
            if row is None:
                row = await self._make(tx, provider, claims, email, external)
            await self._give_roles(tx, provider, row["id"], claims)
            return row["id"], row["name"]

    async def _make(
        self, tx: Tx, provider: Provider, claims: dict[str, Any], email: str | None, external: str
    ) -> dict[str, Any]:
        if not provider.create_users or email is None:
            raise Forbidden("Nobody has invited this account yet. Ask an administrator.", code="not-invited")
        if await tx.fetchval(
            "/* any workspace: an address signs in to one workspace only */ select true from app_user where lower(email) = $1",
            email,
        ):
            raise Forbidden(
                "An account with this address exists and the provider has not verified that it is yours.",
                code="not-verified",
            )
        name = str(claims.get("name") or claims.get("preferred_username") or email)[:120]
        user_id = await make_user(tx.connection, tx.workspace_id, email, name, None, "agent", "it")
        await tx.execute(
            "update app_user set external_id = $3 where workspace_id = $1 and id = $2",
            tx.workspace_id,
            user_id,
            external,
        )
        person = next(p for p in await list_people(tx.connection, tx.context) if p.id == user_id)
        tx.emit(UserInvited(user_id=user_id, person=person))
        return {"id": user_id, "name": name}

    async def _give_roles(self, tx: Tx, provider: Provider, user_id: UUID, claims: dict[str, Any]) -> None:
        """The roles that the person's groups mean. Without a mapping, what they have stays."""
        if not provider.role_of_group:
            return
        groups = claims.get(provider.groups_claim) or []
        groups = [groups] if isinstance(groups, str) else groups
        wanted = {UUID(provider.role_of_group[g]) for g in groups if g in provider.role_of_group}
        if not wanted and provider.default_role_id:
            wanted = {provider.default_role_id}
        if not wanted:
            raise Forbidden("None of your groups may sign in here. Ask an administrator.", code="no-role")
        have = {
            r["role_id"]
            for r in await tx.fetch(
                "select role_id from user_role where workspace_id = $1 and user_id = $2", tx.workspace_id, user_id
            )
        }
        if have == wanted:
            return
        await tx.execute("delete from user_role where workspace_id = $1 and user_id = $2", tx.workspace_id, user_id)
        await tx.execute(
            "insert into user_role(workspace_id, user_id, role_id) select $1, $2, id from role where workspace_id = $1 and id = any($3)",
            tx.workspace_id, user_id, list(wanted),
        )  # fmt: skip
        tx.emit(UserRolesChanged(user_id=user_id))


def _email(claims: dict[str, Any]) -> str | None:
    try:
        return canonical_email(str(claims["email"]))
    except (KeyError, ValueError):
        return None


def _fits(at_hash: str | None, access_token: str | None, algorithm: str) -> bool:
    """OpenID Connect Core 3.1.3.6: left half of the access token's hash; nothing to check when it is not given."""
    if at_hash is None or access_token is None:
        return True
    digest = {"384": hashlib.sha384, "512": hashlib.sha512}.get(algorithm[-3:], hashlib.sha256)(
        access_token.encode()
    ).digest()
    return secrets.compare_digest(base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode(), at_hash)
