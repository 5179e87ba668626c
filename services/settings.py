"""Settings: `EBBWATCH_*` variables, or a TOML file named by EBBWATCH_CONFIG_FILE (a variable wins over the file).

The table in docs/settings.md is made from this file and checked against it by a test.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from schemas.errors import BadSetting
from schemas.money import NotMoney, minor_digits
from schemas.weeks import NotAWeek, Week, parse_week

PREFIX = "EBBWATCH_"
CONFIG_FILE = "EBBWATCH_CONFIG_FILE"
_NOT_OURS = ("EBBWATCH_TEST_", CONFIG_FILE)

Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """Everything a process can be told. Frozen: read once at the start, handed down as arguments."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True)

    kafka_bootstrap: str = Field("127.0.0.1:9092", description="Kafka brokers, host:port with commas between.")
    kafka_client: Literal["kafka-python", "confluent"] = Field(
        "kafka-python", description="Which client reads and writes."
    )
    kafka_group: str = Field("ebbwatch-ingest", description="Consumer group of the ingest processes.")
    kafka_session_timeout_s: float = Field(
        30, gt=0, description="Seconds after which a silent consumer loses its partitions."
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How to reach the brokers."
    )
    kafka_sasl_mechanism: str | None = Field(None, description="SASL mechanism, such as SCRAM-SHA-512.")
    kafka_sasl_username: str | None = Field(None, description="SASL user.")
    kafka_sasl_password: SecretStr | None = Field(None, description="SASL password.")
    kafka_ssl_cafile: Path | None = Field(None, description="CA certificates of the brokers (PEM).")
    kafka_ssl_certfile: Path | None = Field(None, description="Client certificate (PEM).")
    kafka_ssl_keyfile: Path | None = Field(None, description="Key of the client certificate (PEM).")
    embedded_kafka_port: Port = Field(19092, description="Port of the embedded broker of `run --embedded`.")

    data_dir: Path = Field(Path("var"), description="Folder of the SQLite file, the development key and the logs.")
    database_url: SecretStr | None = Field(
        None, description="postgresql+psycopg://user:password@host/name; SQLite in the data folder when not set."
    )

    http_host: str = Field("127.0.0.1", description="Address the API listens on.")
    http_port: Port = Field(8080, description="Port the API listens on.")
    metrics_port: Port = Field(0, description="Port of /metrics of ingest, detect and relay; 0 for none.")
    jwks_url: str | None = Field(None, description="Where the bank's identity provider publishes its keys.")
    jwt_issuer: str | None = Field(None, description="Issuer that tokens must name; needed with a JWKS URL.")
    jwt_audience: str | None = Field(None, description="Audience that tokens must name; needed with a JWKS URL.")

    time_zone: str = Field(
        "Asia/Hong_Kong",
        description="The bank's time zone: weeks begin at its Monday midnight; stays as the database was begun.",
    )
    base_currency: str = Field(
        "HKD", description="The bank's base currency (ISO 4217): the ledger is kept in it, so it stays."
    )

    allowed_lateness_hours: float = Field(
        48, ge=0, description="How long after its end a week waits for stragglers."
    )
    watermark_witnesses: int = Field(8, ge=1, le=1000, description="Events past a week's lateness that close it.")
    correction_weeks: int = Field(8, ge=0, le=26, description="How many closed weeks a late event may still amend.")
    future_tolerance_hours: float = Field(
        24, ge=0, description="An event booked later than now plus this is refused."
    )
    idle_grace_minutes: float = Field(
        60, gt=0, description="Silence after which an idle partition's week may close."
    )
    branch_hold_share: float = Field(
        0.1,
        ge=0,
        le=1,
        description="A branch below this share of its usual count holds an unproven week; 0 for never.",
    )
    branch_hold_min_events: int = Field(
        20, ge=1, description="Usual weekly count below which a branch is not watched."
    )
    largest_amount: int = Field(
        10**13,
        ge=1,
        le=10**14,
        description="Base currency that one movement, or one side of a summary, may come to; above it a person "
        "releases it.",
    )
    no_rate_hold_share: float = Field(
        0.01, ge=0, le=1, description="More of a week's events than this share without an exchange rate hold it."
    )
    checkpoint_seconds: float = Field(5, gt=0, description="Longest time between two checkpoints.")
    checkpoint_events: int = Field(500_000, ge=1, description="Most events between two checkpoints.")

    policy_file: Path | None = Field(
        None, description="Presets (JSON) until one is applied; else the shipped policy."
    )
    leaver_model: str = Field(
        "default", description="Learned score: `default` (shipped), `none`, or a file that `ebbwatch train` wrote."
    )
    recover_after_weeks: int = Field(4, ge=1, description="Quiet weeks after which an alert is recovered.")
    reopen_within_weeks: int = Field(13, ge=0, description="A return within these weeks reopens the same alert.")
    end_after_weeks: int = Field(13, ge=1, description="Quiet weeks after which an alert nobody touched ends.")
    gone_after_weeks: int = Field(26, ge=1, description="Weeks without any payment after which a client is gone.")
    alerts_from: str = Field(
        "auto",
        description="First week whose alerts are news, such as `2026-W02`: of older ones only what still stands is "
        "told. `auto`: those more than a quarter old when first judged are history.",
    )
    hours_a_prompt: float = Field(
        0.5, ge=0, le=100, description="Hours of staff that a prompt takes, for previews."
    )
    hours_an_alarm: float = Field(
        2.5, ge=0, le=100, description="Hours of staff that an alarm takes, for previews."
    )

    branch_weekly_alerts: int = Field(
        0, ge=0, description="New alerts a branch takes in a week, the most at stake first; 0 for no limit."
    )

    case_quorum: int = Field(2, ge=1, description="Members a task force needs for a review, the lead among them.")
    relapse_weeks: int = Field(26, ge=0, description="An alert within these weeks of a case's end reopens it.")
    authority_file: Path | None = Field(
        None,
        description="The bank's rules (JSON), see bank-rules.md; the shipped ones when not set.",
    )
    margin_bps: int = Field(
        10, ge=1, le=10_000, description="Income on turnover, in basis points: of income at risk and break-even."
    )
    holidays: str = Field("HK", description="Country (ISO 3166) of the public holidays; weekends and these rest.")
    holdout_share: float = Field(
        0, ge=0, lt=1, description="Share of low-value alerts that get standard care, for a causal save rate."
    )
    holdout_below: int | None = Field(
        None,
        ge=0,
        description="Value at risk a year, in base currency, below which an alert may be held out; no default.",
    )

    public_url: str | None = Field(
        None, description="Address people reach the desk at; needed for sign-in by an identity provider."
    )
    desk_session_hours: float = Field(10, gt=0, le=24, description="After so long everybody signs in again.")
    oidc_issuer: str | None = Field(
        None, description="OpenID provider that people sign in with; local accounts when not set."
    )
    oidc_client_id: str | None = Field(None, description="Client id at that provider; needed with an issuer.")
    oidc_client_secret: SecretStr | None = Field(None, description="Client secret, where the provider gave one.")
    oidc_role_claim: str = Field("role", description="Claim of the ID token that holds the role.")
    oidc_branch_claim: str = Field("branch", description="Claim that holds the branch of a branch role.")

    notice_schemes: str = Field(
        "dingtalk,json,jsons,mailto,mailtos,wecombot,workflows",
        description="Kinds of addresses that people may be told at (Apprise URL schemes), with commas between.",
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least level that is logged."
    )

    simulated_clients: int = Field(300, ge=1, description="Clients of the simulated bank.")
    simulated_branches: int = Field(6, ge=1, description="Branches of the simulated bank.")
    simulated_history_weeks: int = Field(
        130, ge=1, description="Weeks it publishes at full speed before going live."
    )
    simulated_week_seconds: float = Field(20, gt=0, description="Seconds between two live weeks.")
    simulated_partitions: int = Field(
        4, ge=1, description="Partitions of corebank.activity on the embedded broker."
    )
    simulated_seed: int = Field(20261, ge=0, description="Seed of the simulated bank.")

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is not an IANA time zone such as Asia/Hong_Kong") from None
        return name

    @field_validator("base_currency")
    @classmethod
    def _currency_exists(cls, code: str) -> str:
        try:
            minor_digits(code)
        except NotMoney as error:
            raise ValueError(str(error)) from None
        return code

    @field_validator("alerts_from")
    @classmethod
    def _is_auto_or_a_week(cls, text: str) -> str:
        if text != "auto":
            try:
                parse_week(text)
            except NotAWeek as error:
                raise ValueError(f"{error}, nor is it auto") from None
        return text

    @field_validator("notice_schemes")
    @classmethod
    def _schemes_are_words(cls, text: str) -> str:
        if not re.fullmatch(r"[a-z0-9]{1,32}(,[a-z0-9]{1,32})*", text):
            raise ValueError("schemes are small letters and digits, with commas and nothing else between them")
        return text

    @property
    def first_news_week(self) -> Week | None:
        """The first week whose alerts are news; None where their age decides."""
        return None if self.alerts_from == "auto" else parse_week(self.alerts_from)

    @property
    def schemes(self) -> frozenset[str]:
        """The kinds of addresses that people may be told at."""
        return frozenset(self.notice_schemes.split(","))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def database(self) -> str:
        """The database URL, password and all; a SQLite file in `data_dir` where none is set."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.absolute() / 'ebbwatch.db'}"

    @property
    def kafka_security(self) -> dict[str, str]:
        """Security options that were set, by kafka-python's names."""
        options = {
            "security_protocol": self.kafka_security_protocol,
            "sasl_mechanism": self.kafka_sasl_mechanism,
            "sasl_plain_username": self.kafka_sasl_username,
            "sasl_plain_password": self.kafka_sasl_password and self.kafka_sasl_password.get_secret_value(),
            "ssl_cafile": self.kafka_ssl_cafile and str(self.kafka_ssl_cafile),
            "ssl_certfile": self.kafka_ssl_certfile and str(self.kafka_ssl_certfile),
            "ssl_keyfile": self.kafka_ssl_keyfile and str(self.kafka_ssl_keyfile),
        }
        return {name: value for name, value in options.items() if value}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        path = os.environ.get(CONFIG_FILE)
        file = (TomlConfigSettingsSource(settings_cls, Path(path)),) if path else ()
        return init_settings, env_settings, *file


def load_settings(**overrides: Any) -> Settings:
    """Read the environment and the file. Raises BadSetting: one line naming the setting and why."""
    _refuse_unknown()
    path = os.environ.get(CONFIG_FILE)
    if path and not Path(path).is_file():
        raise BadSetting(f"{CONFIG_FILE}: there is no file {path}")
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise BadSetting(f"{name}: {first['msg'].removeprefix('Value error, ')}") from None
    except ValueError as error:  # the TOML parser
        raise BadSetting(f"{CONFIG_FILE}: {path}: {error}") from None
    if settings.oidc_issuer and not (settings.oidc_client_id and settings.public_url):
        raise BadSetting("EBBWATCH_OIDC_ISSUER: needs EBBWATCH_OIDC_CLIENT_ID and EBBWATCH_PUBLIC_URL beside it")
    if settings.holdout_share and settings.holdout_below is None:
        raise BadSetting(
            "EBBWATCH_HOLDOUT_SHARE: needs EBBWATCH_HOLDOUT_BELOW beside it; `ebbwatch calibrate` names one"
        )
    if settings.jwks_url and not (settings.jwt_issuer and settings.jwt_audience):
        raise BadSetting("EBBWATCH_JWKS_URL: needs EBBWATCH_JWT_ISSUER and EBBWATCH_JWT_AUDIENCE beside it")
    return settings


def _refuse_unknown() -> None:
    """A misspelt variable would otherwise be a setting silently left at its default."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in os.environ:
        if name.startswith(PREFIX) and not name.startswith(_NOT_OURS) and name not in known:
            raise BadSetting(f"{name}: there is no such setting; see docs/settings.md")
