"""Settings: documented, checked, and refused with one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadSetting
from services.settings import load_settings
from services.settings_table import settings_table

ROOT = Path(__file__).parents[2]


def test_the_documented_table_is_that_of_the_code() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == settings_table(), "run `make docs`"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("EBBWATCH_HTTP_PORT", "70000", "EBBWATCH_HTTP_PORT: "),
        ("EBBWATCH_TIME_ZONE", "Mars/Olympus", "IANA time zone"),
        ("EBBWATCH_BASE_CURRENCY", "XQQ", "ISO 4217"),
        ("EBBWATCH_KAFKA_CLIENT", "other", "EBBWATCH_KAFKA_CLIENT: "),
        ("EBBWATCH_NOTICE_SCHEMES", "mailto, json", "commas and nothing else"),
        ("EBBWATCH_ALERTS_FROM", "2026", "'2026' is not an ISO week such as 2026-W02, nor is it auto"),
        ("EBBWATCH_ALERTS_FROM", "2025-W53", "is not an ISO week"),
        ("EBBWATCH_HTPP_PORT", "8080", "there is no such setting"),
        ("EBBWATCH_JWKS_URL", "https://idp.example/jwks", "EBBWATCH_JWT_ISSUER"),
        ("EBBWATCH_HOLDOUT_SHARE", "0.1", "EBBWATCH_HOLDOUT_BELOW"),
        ("EBBWATCH_CONFIG_FILE", "absent.toml", "there is no file"),
    ],
)
def test_a_bad_setting_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as refusal:
        load_settings()
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_variable_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "ebbwatch.toml"
    file.write_text('http_port = 1234\nbase_currency = "GBP"\n')
    monkeypatch.setenv("EBBWATCH_CONFIG_FILE", str(file))
    monkeypatch.setenv("EBBWATCH_HTTP_PORT", "4321")
    settings = load_settings()
    assert (settings.http_port, settings.base_currency) == (4321, "GBP")


def test_a_misspelt_name_in_the_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "ebbwatch.toml"
    file.write_text("htpp_port = 1234\n")
    monkeypatch.setenv("EBBWATCH_CONFIG_FILE", str(file))
    with pytest.raises(BadSetting, match="HTPP_PORT"):
        load_settings()


def test_secrets_are_not_shown() -> None:
    settings = load_settings(database_url="postgresql+psycopg://u:hunter2@h/d")
    assert "hunter2" not in repr(settings)
    assert "hunter2" in settings.database
