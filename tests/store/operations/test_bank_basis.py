"""A database keeps what it was begun with."""

from __future__ import annotations

from store.operations import bank_basis
from store.unit_of_work import Store

YEN = {"EBBWATCH_BASE_CURRENCY": "JPY", "EBBWATCH_TIME_ZONE": "Asia/Tokyo"}


def test_the_first_settings_stay_and_others_are_told_apart(store: Store) -> None:
    dinar = {**YEN, "EBBWATCH_BASE_CURRENCY": "JOD"}
    for settings in (YEN, YEN, dinar):
        with store.write() as tx:
            bank_basis.begin_with(tx, settings)
    with store.read() as tx:
        assert bank_basis.find_differing(tx, YEN) == {}
        assert bank_basis.find_differing(tx, dinar) == {"EBBWATCH_BASE_CURRENCY": "JPY"}


def test_a_database_that_nobody_has_begun_differs_from_nothing(store: Store) -> None:
    with store.read() as tx:
        assert bank_basis.find_differing(tx, YEN) == {}
