"""The key ring: what is sealed opens again in its own place and nowhere else, and keys can be changed."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.platform.keyring import KeyRing, SecretUnreadable, key_file, load_key_ring, parse_key_ring
from battito.platform.settings import Settings, SettingsError

OLD, NEW = KeyRing({"k1": b"1" * 32}), KeyRing({"k2": b"2" * 32, "k1": b"1" * 32})


@given(st.text(), st.text())
def test_what_is_sealed_opens_in_its_place(secret: str, context: str) -> None:
    sealed = OLD.encrypt(secret, context)
    assert OLD.decrypt(sealed, context) == secret
    assert NEW.decrypt(sealed, context) == secret
    with pytest.raises(SecretUnreadable):
        OLD.decrypt(sealed, context + "x")


def test_a_changed_ring_seals_with_its_first_key() -> None:
    sealed = NEW.encrypt("geheim", "a")
    assert NEW.is_current(sealed)
    assert not NEW.is_current(OLD.encrypt("geheim", "a"))
    with pytest.raises(SecretUnreadable, match="'k2'"):
        OLD.decrypt(sealed, "a")


@pytest.mark.parametrize("sealed", ["", "k1", "k1.", "k1.####", "k1.AAAA", "k1." + "A" * 80])
def test_what_was_altered_does_not_open(sealed: str) -> None:
    with pytest.raises(SecretUnreadable):
        OLD.decrypt(sealed, "a")


def test_derived_keys_differ_by_purpose_and_key() -> None:
    assert len({OLD.derive("links"), OLD.derive("cookies"), NEW.derive("links")}) == 3
    assert OLD.derive("links") == OLD.derive("links")


def test_the_file_is_made_once_even_by_many_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: load_key_ring(settings), range(16)))
    assert all(ring == rings[0] for ring in rings)
    assert stat.S_IMODE(key_file(settings).stat().st_mode) == 0o600
    assert [path.name for path in settings.data.iterdir()] == ["secret.key"]


@pytest.mark.parametrize(
    "text", ["", "# nothing", "k1", "k1:short", "k1:AAAA", ":" + "A" * 44, "k 1:" + "A" * 43 + "="]
)
def test_a_bad_ring_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="somewhere"):
        parse_key_ring(text, "somewhere")
