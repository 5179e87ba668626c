"""What a case that was opened again says of its client: the weeks after the relapse, not those before it."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from schemas.weeks import parse_week
from store.tables.clients import client
from store.tables.ledger import shard, shard_week
from tests.api.conftest import CASE

PATH = f"/api/v1/cases/{CASE}"
OPENED = parse_week("2026-W03")
RELAPSED = OPENED + 20


def test_a_relapse_is_measured_from_its_reopening(two_branches, api) -> None:
    """Two hundred a week, after the case as much again; forty from the relapse on."""
    manager = api.a("branch_manager", "B1", "manager-b001")
    two_branches.case("C1")
    amounts = {OPENED + n: (100_00, 100_00) for n in range(-80, 21)}
    two_branches.volumes("C1", amounts | {RELAPSED + n: (20_00, 20_00) for n in range(1, 14)})
    with two_branches.store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "C1").values(first_week=OPENED - 80))
        tx.execute(sa.update(shard).values(next_to_close=RELAPSED + 14))
        tx.execute(sa.delete(shard_week))
    assert manager.get(PATH).json()["retention_proposals"][0]["share_pct"] == 100.0
    ending = {"truth": "true_diversion", "retention": "saved", "cause": "fees"}
    assert manager.post(f"{PATH}/close", json=ending).status_code == 200
    api.clock.now += timedelta(weeks=20)
    reopened = manager.post(f"{PATH}/transitions", json={"to": "reopened", "note": "the payroll left again"})
    assert reopened.status_code == 200
    first, second = reopened.json()["retention_proposals"]
    assert (first["before"], first["after"], first["share_pct"]) == ("200.00", "40.00", 20.0)
    assert second["proposal"] is None
