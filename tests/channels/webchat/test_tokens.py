"""Visitors' access tokens."""

import base64
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from battito.channels.webchat.tokens import LIFE_S, Pass, TokenMaker, new_secret, secret_hash

MAKER = TokenMaker(b"k" * 32)
A, B, C = UUID(int=1), UUID(int=2), UUID(int=2**128 - 1)


def test_a_token_says_what_was_put_in_until_it_ends() -> None:
    token = MAKER.make(A, B, C, 1000)
    assert MAKER.check(token, 1000 + LIFE_S - 1) == Pass(A, B, C, 1000 + LIFE_S)
    assert MAKER.check(token, 1000 + LIFE_S) is None


def test_another_installation_does_not_take_it() -> None:
    assert TokenMaker(b"x" * 32).check(MAKER.make(A, B, C, 1000), 1000) is None


@given(st.integers(0, 85), st.integers(1, 255))
def test_any_changed_byte_is_noticed(place: int, change: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(MAKER.make(A, B, C, 1000) + "=="))
    raw[place] ^= change
    assert MAKER.check(base64.urlsafe_b64encode(bytes(raw)).decode(), 1000) is None


@given(st.text(max_size=200))
def test_nonsense_is_no_token(text: str) -> None:
    assert MAKER.check(text, 0) is None


def test_secrets_are_kept_as_hashes() -> None:
    secret = new_secret()
    assert len(secret) >= 43
    assert secret_hash(secret) == secret_hash(secret) != secret_hash(new_secret())
