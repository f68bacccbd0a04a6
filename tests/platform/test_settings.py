"""Settings: environment over file over default; whatever is wrong is named, with the nearest right name."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.platform.settings import (
    PREFIX,
    Settings,
    SettingsError,
    describe_settings,
    load_settings,
    load_with_sources,
    mask_url,
)


def written(folder: Path, text: str) -> Path:
    path = folder / "battito.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(env: dict[str, str], path: Path | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(env, path)
    return caught.value.problems


def test_environment_beats_file_beats_default(tmp_path: Path) -> None:
    written(tmp_path, 'port = 8100\nhost = "0.0.0.0"\n')
    settings, sources = load_with_sources({"BATTITO_DATA": str(tmp_path), "BATTITO_PORT": "8200", "HOME": "/"})
    assert (settings.port, settings.host, settings.workers) == (8200, "0.0.0.0", Settings().workers)
    assert sources["port"] == "environment, BATTITO_PORT"
    assert sources["host"] == str(tmp_path / "battito.toml")
    assert "workers" not in sources


def test_an_empty_variable_is_not_set(tmp_path: Path) -> None:
    assert load_settings({"BATTITO_DATA": str(tmp_path), "BATTITO_PORT": ""}).port == 8080


def test_places_follow_the_data_folder_even_with_spaces(tmp_path: Path) -> None:
    data = tmp_path / "my data"
    settings = load_settings({"BATTITO_DATA": str(data)})
    assert settings.web_root == data / "web" / "dist"
    assert settings.files_url == f"file://{tmp_path}/my%20data/files"
    assert settings.config == data / "battito.toml"


def test_a_relative_path_in_the_file_is_meant_from_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, 'web_root = "dist"\npg_bin = "/usr/lib/postgresql/18/bin"\n')
    settings = load_settings({}, path)
    assert settings.web_root == tmp_path / "dist"
    assert settings.pg_bin == Path("/usr/lib/postgresql/18/bin")


def test_lists_and_switches_as_people_write_them(tmp_path: Path) -> None:
    path = written(tmp_path, 'trusted_proxies = ["10.0.0.1"]\nsmtp_in = false\n')
    assert load_settings({}, path).trusted_proxies == ("10.0.0.1",)
    settings = load_settings({"BATTITO_TRUSTED_PROXIES": "10.0.0.1, 10.1.0.0/16", "BATTITO_SMTP_IN": "On"}, path)
    assert settings.trusted_proxies == ("10.0.0.1", "10.1.0.0/16")
    assert settings.smtp_in is True


def test_the_smtp_port_follows_the_web_port() -> None:
    assert Settings(port=8081).smtp_in_port == 9081
    assert Settings(port=65000).smtp_in_port == 64000
    assert Settings(port=0).smtp_in_port == 0
    assert Settings(port=8081, smtp_in_port=25).smtp_in_port == 25


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        (Settings(), "http://127.0.0.1:8080"),
        (Settings(host="0.0.0.0", port=80), "http://127.0.0.1:80"),
        (Settings(host="::1"), "http://[::1]:8080"),
        (Settings(public_url="https://care.example.com/"), "https://care.example.com"),
    ],
)
def test_the_address_for_links(settings: Settings, address: str) -> None:
    assert settings.base_url == address


@pytest.mark.parametrize(
    ("wrong", "right"), [("BATTITO_PROT", "BATTITO_PORT"), ("BATTITO_DATABSE_URL", "BATTITO_DATABASE_URL")]
)
def test_an_unknown_variable_is_refused_with_the_nearest(wrong: str, right: str) -> None:
    assert problems({wrong: "1"}) == [f"environment: unknown setting {wrong}. Did you mean {right}?"]


def test_unknown_keys_and_wrong_values_are_all_named_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path, 'prot = 1\nlog_level = "loud"\nport = 70000\nworkers = "many"\ndata = "x"\n[smtp]\nhost = 1\n'
    )
    found = "\n".join(problems({"BATTITO_DATABASE_POOL": "1"}, path))
    for part in (
        "`prot`. Did you mean port?",
        "`log_level` must be one of debug, info, warning, error, not 'loud'",
        "`port` must be a whole number <= 65535, not 70000",
        "`workers` must be a whole number, not 'many'",
        "`data` can only be set in the environment, as BATTITO_DATA",
        "`smtp`. Did you mean smtp_in?",
        "BATTITO_DATABASE_POOL: `database_pool` must be a whole number >= 2",
    ):
        assert part in found


def test_a_missing_file_matters_only_when_asked_for(tmp_path: Path) -> None:
    assert "does not exist" in problems({"BATTITO_CONFIG": str(tmp_path / "none.toml")})[0]
    assert load_settings({"BATTITO_DATA": str(tmp_path)}).port == 8080


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe", b"port = 1\nport = 2"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "battito.toml").write_bytes(content)
    assert "not a valid TOML file" in problems({"BATTITO_DATA": str(tmp_path)})[0]


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("timezone", "Europe/Atlantis", "time zone"),
        ("public_url", "care.example.com", "http"),
        ("database_url", "mysql://x/y", "postgresql://"),
        ("trusted_proxies", "127.0.0.1, localhost", "address or network"),
        ("smtp_url", "http://x", "smtp://"),
        ("nats_url", "http://x", "nats://"),
        ("files_url", "/srv/files", "file://"),
        ("mail_from", "nobody", "address"),
        ("clamd", "scanner", "host:port"),
    ],
)
def test_values_that_cannot_work_are_refused(name: str, value: str, complaint: str) -> None:
    (problem,) = problems({PREFIX + name.upper(): value})
    assert f"`{name}`" in problem
    assert complaint in problem


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    env = {
        "BATTITO_DATABASE_URL": "postgresql://care:hunter2@db.example.com/care",
        "BATTITO_SECRET_KEY": "k1:hunter2",
        "BATTITO_METRICS_TOKEN": "hunter2",
        "BATTITO_SMTP_URL": "smtps://care:hunter2@mail.example.com",
        "BATTITO_DATA": str(tmp_path),
    }
    shown = str(describe_settings(*load_with_sources(env)))
    assert "hunter2" not in shown
    assert "postgresql://care:***@db.example.com/care" in shown
    assert "hunter2" not in "".join(problems({"BATTITO_DATABASE_URL": "mysql://care:hunter2@x"}))


def test_every_setting_is_described() -> None:
    rows = describe_settings(Settings())
    assert [row.name for row in rows] == [field.name for field in msgspec.structs.fields(Settings)]
    for row in rows:
        assert row.meaning.endswith("."), row.name
        assert row.type, row.name


@given(st.dictionaries(st.sampled_from([field.name for field in msgspec.structs.fields(Settings)]), st.text()))
def test_any_text_is_taken_or_refused_in_words(values: dict[str, Any]) -> None:
    """No value in the environment makes it fail in another way than by naming the setting."""
    given_ = {PREFIX + name.upper(): text for name, text in values.items() if name not in ("data", "config")}
    try:
        words = [load_settings(given_).base_url]
    except SettingsError as error:
        words = error.problems
    assert all(words)


@given(st.text(alphabet=st.characters(exclude_characters="@/?#:[]\\%", codec="ascii"), min_size=8))
def test_a_password_in_an_address_is_masked(password: str) -> None:
    assert password not in mask_url(f"nats://me:{password}@host:4222").replace("nats://me", "")
