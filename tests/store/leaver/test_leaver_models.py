"""A model that has judged can judge again, long after the file it came from has gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import pytest
import sqlalchemy as sa

from detector.leaver.model import LeaverModel, UnusableModel, load_model
from schemas.errors import NotFound
from store.leaver import leaver_models
from store.tables.leaver import leaver_model
from store.unit_of_work import Store

NOW, LATER = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 2, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def shipped() -> LeaverModel:
    return load_model((files("detector.leaver") / "default_model.json").read_bytes())


def test_a_model_comes_back_as_it_was_kept_and_is_kept_once(store: Store, shipped: LeaverModel) -> None:
    with store.write() as tx:
        assert leaver_models.save(tx, shipped, NOW) == NOW
        assert leaver_models.save(tx, shipped, LATER) == NOW
    with store.read() as tx:
        kept = leaver_models.get(tx, shipped.version)
        assert tx.scalars(sa.select(leaver_model.c.first_used)).all() == [NOW]
    assert (kept.version, kept.prompt_at, kept.alarm_at) == (shipped.version, shipped.prompt_at, shipped.alarm_at)
    assert kept.dump() == shipped.dump()


def test_a_model_with_other_limits_is_another_one(store: Store, shipped: LeaverModel) -> None:
    stricter = replace(shipped, prompt_at=0.9)
    with store.write() as tx:
        leaver_models.save(tx, shipped, NOW)
        leaver_models.save(tx, stricter, NOW)
        assert leaver_models.get(tx, stricter.version).prompt_at == 0.9


def test_what_is_not_there_or_of_no_use_any_more_is_told(store: Store, shipped: LeaverModel) -> None:
    with store.write() as tx:
        leaver_models.save(tx, shipped, NOW)
        tx.execute(sa.update(leaver_model).values(body="{}"))
    with store.read() as tx:
        with pytest.raises(NotFound):
            leaver_models.get(tx, "none")
        with pytest.raises(UnusableModel):
            leaver_models.get(tx, shipped.version)
