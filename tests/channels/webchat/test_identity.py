"""Identity tokens: what verifies is believed, everything else is refused with a reason."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.channels.webchat.identity import LONGEST_S, verify
from battito.channels.webchat.settings import IdentityKey, WebChatSecrets, WebChatSettings
from battito.platform.errors import Invalid

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
T = int(NOW.timestamp())
KEY, OLD = "k" * 40, "o" * 40
SETTINGS = WebChatSettings(site_key="lumera-web", identity_issuer="lumera")
SECRETS = WebChatSecrets([IdentityKey("2026", KEY), IdentityKey("2025", OLD, retired=True)])
GOOD: dict[str, Any] = {"sub": "C-4471", "aud": "lumera-web", "exp": T + 300}


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def sign(
    claims: dict[str, Any], key: str = KEY, header: dict[str, Any] | None = None, algorithm: str = "sha256"
) -> str:
    head = part(header if header is not None else {"alg": "HS256", "typ": "JWT"})
    body = f"{head}.{part(claims)}"
    return f"{body}.{part(hmac.digest(key.encode(), body.encode(), algorithm))}"


def refused(token: str) -> str:
    with pytest.raises(Invalid) as caught:
        verify(token, SETTINGS, SECRETS, NOW)
    assert set(caught.value.fields) == {"identity"}
    return caught.value.detail


def test_a_good_token_proves_who_somebody_is() -> None:
    token = sign({**GOOD, "name": "Teresa Colombo", "email": "Teresa@Example.it", "email_verified": True})
    found = verify(token, SETTINGS, SECRETS, NOW)
    assert (found.subject, found.name, found.email, found.kid) == (
        "lumera:C-4471",
        "Teresa Colombo",
        "teresa@example.it",
        "2026",
    )


def test_an_address_is_believed_only_when_the_site_says_it_checked() -> None:
    for claim in ({}, {"email_verified": False}, {"email_verified": "true"}):
        assert verify(sign({**GOOD, "email": "a@b.it", **claim}), SETTINGS, SECRETS, NOW).email is None


def test_keys_rotate_by_kid_and_without() -> None:
    assert verify(sign(GOOD, OLD), SETTINGS, SECRETS, NOW).kid == "2025"
    assert verify(sign(GOOD, OLD, {"alg": "HS256", "kid": "2025"}), SETTINGS, SECRETS, NOW).kid == "2025"
    refused(sign(GOOD, OLD, {"alg": "HS256", "kid": "2026"}))
    refused(sign(GOOD, KEY, {"alg": "HS256", "kid": "unknown"}))


def test_the_algorithm_is_pinned() -> None:
    none = f"{part({'alg': 'none'})}.{part(GOOD)}."
    refused(none)
    refused(sign(GOOD, header={"alg": "none"}))
    refused(sign(GOOD, header={"alg": "HS512"}, algorithm="sha512"))
    refused(sign(GOOD, header={"alg": "RS256"}))
    refused(sign(GOOD, header={"alg": "HS256", "crit": ["b64"], "b64": False}))


def test_a_changed_claim_is_noticed() -> None:
    head, _, signature = sign(GOOD).split(".")
    refused(f"{head}.{part({**GOOD, 'sub': 'C-0001'})}.{signature}")
    refused(sign(GOOD, "another key, long enough to be one......"))
    refused(sign(GOOD, hashlib.sha256(KEY.encode()).hexdigest()))


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({**GOOD, "aud": "other"}, "audience"),
        ({**GOOD, "aud": ["other", "more"]}, "audience"),
        ({k: v for k, v in GOOD.items() if k != "aud"}, "audience"),
        ({k: v for k, v in GOOD.items() if k != "exp"}, "exp"),
        ({**GOOD, "exp": "tomorrow"}, "exp"),
        ({**GOOD, "exp": True}, "exp"),
        ({**GOOD, "exp": T - 61}, "expired"),
        ({**GOOD, "exp": T + LONGEST_S + 61}, "too long"),
        ({**GOOD, "exp": float("inf")}, "too long"),
        ({**GOOD, "nbf": T + 120}, "not valid yet"),
        ({**GOOD, "iat": T + 120}, "not valid yet"),
        ({k: v for k, v in GOOD.items() if k != "sub"}, "sub"),
        ({**GOOD, "sub": ""}, "sub"),
        ({**GOOD, "sub": 4471}, "sub"),
        ({**GOOD, "sub": "a\nb"}, "sub"),
        ({**GOOD, "sub": "x" * 201}, "sub"),
    ],
)
def test_what_is_missing_or_wrong_is_named(claims: dict[str, Any], says: str) -> None:
    assert says in refused(sign(claims))


def test_a_list_of_audiences_may_hold_ours() -> None:
    assert verify(sign({**GOOD, "aud": ["shop", "lumera-web"]}), SETTINGS, SECRETS, NOW).subject == "lumera:C-4471"


def test_a_widget_without_keys_takes_no_token() -> None:
    with pytest.raises(Invalid):
        verify(sign(GOOD), SETTINGS, WebChatSecrets(), NOW)


@given(st.text(max_size=400))
def test_nonsense_is_refused_not_an_error(token: str) -> None:
    refused(token)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=10),
        lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=5), x, max_size=3),
    )
)
def test_a_signed_body_of_any_shape_is_refused_or_read(body: Any) -> None:
    token = sign(body)
    with pytest.raises(Invalid):
        verify(token, SETTINGS, SECRETS, NOW)
