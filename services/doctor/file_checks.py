"""The files that the settings name: policy, learned score, the bank's rules."""

from __future__ import annotations

from services.bank_rules import bank_rules, policy_of
from services.doctor.findings import Check
from services.judging.leaver_model import model_of
from services.settings import Settings


def file_checks(settings: Settings) -> list[Check]:
    return [
        Check("policy", lambda: f"{policy_of(settings).version} of {settings.policy_file or 'this release'}"),
        Check("model", lambda: _model(settings)),
        Check("authority", lambda: _authority(settings)),
    ]


def _model(settings: Settings) -> str:
    model = model_of(settings)
    return "no learned score is wanted" if model is None else f"{model.version} ({settings.leaver_model})"


def _authority(settings: Settings) -> str:
    bank_rules(settings)
    return f"the rules of {settings.authority_file or 'this release'}, the holidays of {settings.holidays}"
