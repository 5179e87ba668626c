"""Which leaver model is in use, from the settings."""

from __future__ import annotations

import logging
from importlib.resources import files
from pathlib import Path

from detector.leaver.model import LeaverModel, UnusableModel, load_model
from schemas.errors import BadSetting
from services.settings import Settings

log = logging.getLogger(__name__)


def model_of(settings: Settings) -> LeaverModel | None:
    """The model of the settings, the shipped one, or none. Raises BadSetting where a file cannot be used."""
    if settings.leaver_model == "none":
        log.info("no leaver model: presets alone raise alerts")
        return None
    try:
        if settings.leaver_model == "default":
            raw = (files("detector.leaver") / "default_model.json").read_bytes()
        else:
            raw = Path(settings.leaver_model).read_bytes()
        model = load_model(raw)
    except (OSError, UnusableModel) as error:
        raise BadSetting(f"EBBWATCH_LEAVER_MODEL: {settings.leaver_model}: {error}") from None
    log.info("leaver model", extra={"model": settings.leaver_model, "version": model.version})
    return model
