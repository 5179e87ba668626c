"""What acts know of the bank, from the settings."""

from __future__ import annotations

from acts.bank import Bank, BankRules
from acts.rules_file import RulesFile, load_rules
from casework.alerts.episodes import EpisodeRules
from casework.alerts.income import Margins
from casework.cases.case_lifecycle import CaseRules
from casework.policies.staff_hours import StaffHours
from detector.policies.policy import Policy, load_policy
from detector.policies.presets import default_policy
from schemas.errors import BadSetting, EbbwatchError
from schemas.money import minor_digits
from schemas.weeks import WeekCalendar
from services.judging.holiday_calendar import festivals_of, public_holidays
from services.settings import Settings


def bank_of(settings: Settings, calendar: WeekCalendar) -> Bank:
    """Raises BadSetting, as `bank_rules` does, and for a policy file that cannot be used."""
    return Bank(calendar, settings.base_currency, bank_rules(settings), policy_of(settings))


def bank_rules(settings: Settings) -> BankRules:
    """Raises BadSetting for a country without known holidays, and a file that holds no rules."""
    file = _rules_file(settings)
    return BankRules(
        cases=_case_rules(settings, file.cases),
        authority=file.authority,
        deadlines=file.deadlines,
        retention=file.retention,
        snooze=file.snooze,
        margins=margins_of(settings),
        holidays=public_holidays(settings.holidays),
        holdout_share=settings.holdout_share,
        notice_schemes=settings.schemes,
        episodes=episode_rules(settings),
        festivals=festivals_of(settings.holidays),
        staff_hours=StaffHours(settings.hours_a_prompt, settings.hours_an_alarm),
        branch_weekly_alerts=settings.branch_weekly_alerts,
        holdout_below_minor=(settings.holdout_below or 0) * 10 ** minor_digits(settings.base_currency),
    )


def margins_of(settings: Settings) -> Margins:
    """What turnover brings the bank. Raises BadSetting for a file that holds no rules."""
    return Margins(settings.margin_bps, tuple(sorted(_rules_file(settings).margins.items())))


def episode_rules(settings: Settings) -> EpisodeRules:
    return EpisodeRules(
        quiet_weeks_to_recover=settings.recover_after_weeks,
        reopen_weeks=settings.reopen_within_weeks,
        quiet_weeks_to_end=settings.end_after_weeks,
        silent_weeks_to_be_gone=settings.gone_after_weeks,
    )


def policy_of(settings: Settings) -> Policy:
    """The policy of the settings, or the shipped one. Raises BadSetting where the file cannot be used."""
    if settings.policy_file is None:
        return default_policy(settings.base_currency)
    try:
        policy = load_policy(settings.policy_file.read_bytes())
    except (OSError, EbbwatchError) as error:
        raise BadSetting(f"EBBWATCH_POLICY_FILE: {settings.policy_file}: {error}") from None
    digits = minor_digits(settings.base_currency)
    if policy.minor_digits != digits:
        raise BadSetting(
            f"EBBWATCH_POLICY_FILE: minor_digits is {policy.minor_digits}, {settings.base_currency} has {digits}"
        )
    return policy


def _case_rules(settings: Settings, file: CaseRules) -> CaseRules:
    """A setting that was made wins over the file."""
    made = settings.model_fields_set
    return CaseRules(
        settings.case_quorum if "case_quorum" in made else file.quorum,
        settings.relapse_weeks if "relapse_weeks" in made else file.relapse_weeks,
    )


def _rules_file(settings: Settings) -> RulesFile:
    if settings.authority_file is None:
        return RulesFile()
    try:
        return load_rules(settings.authority_file.read_bytes())
    except (OSError, BadSetting) as error:
        raise BadSetting(f"EBBWATCH_AUTHORITY_FILE: {settings.authority_file}: {error}") from None
