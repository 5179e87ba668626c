"""A bank of 50,000 clients with two years of weeks, 200,000 alerts and 20,000 cases, to measure figures on.

All of the alerts and cases lie within the last year, which is what is asked for when nothing is said.
"""

from __future__ import annotations

import sqlalchemy as sa

from store.unit_of_work import Store
from tests.store.checkpoints import AT, W

CLIENTS, BRANCHES, WEEKS = 50_000, 100, 120
_TABLES = "client, shard, ledger, alert, alert_opening, audit, client_case, case_alert, case_task, remedy"

# Week by week, as the ledger grows: a client's weeks lie far apart.
_FILL = (
    """INSERT INTO client (client_id, name, kind, branch_id, tier, placeholder, shard, first_week, last_week,
        closed_on)
    SELECT 'C' || n, 'Client ' || n, 'company', 'B' || n % :branches, 'B', false, n % 8, :week - :weeks,
        CASE WHEN n % 50 = 0 THEN :week - 1 - n % 13 END,
        CASE WHEN n % 50 = 0 THEN CAST(:at AS date) - 7 * (n % 13) - 7 END
    FROM generate_series(0, :clients - 1) AS n""",
    """INSERT INTO shard (shard, next_to_close, newest_events_s, amendments, accepted, duplicates, late,
        dead_letters, advanced_at)
    SELECT n, :week, '', 0, 0, 0, 0, 0, :at FROM generate_series(0, 7) AS n""",
    """INSERT INTO ledger (client_id, week, shard, debit_minor, credit_minor, debit_count, credit_count, revision)
    SELECT 'C' || n, w, n % 8, 1000000 + 7919 * n % 9973 * (50 + w % 13), 900000 + n, 4, 4, 1
    FROM generate_series(:week - :weeks, :week - 1) AS w, generate_series(0, :clients - 1) AS n""",
    """INSERT INTO alert (alert_id, client_id, direction, revision, state, grade, opened_week, last_week,
        quiet_weeks, value_at_risk_minor, touched, outcome)
    SELECT gen_random_uuid(), 'C' || n % :clients, CASE WHEN n % 10 = 0 THEN 'rise' ELSE 'fall' END, 2,
        'closed', 1 + n % 2, :week - 1 - n * 7 % 52, :week - 1 - n * 7 % 52, 0, 10000 * (n % 997), true,
        (ARRAY['true_diversion', 'true_decline', 'false_alarm', 'new_normal', 'recovered'])[1 + n % 5]
    FROM generate_series(0, 4 * :clients - 1) AS n""",
    """INSERT INTO alert_opening (alert_id, policy_version, grade, value_at_risk_minor, lot)
    SELECT alert_id, 'standard-' || opened_week % 3, grade, value_at_risk_minor, abs(hashtext(alert_id)) % 10000
    FROM alert""",
    """INSERT INTO audit (at, actor, role, action, kind, key)
    SELECT CAST(:at AS timestamptz) + make_interval(days => 9 + n * 5 - 7 * (:week - opened_week)), 'staff-17',
        'branch_staff', 'alert.acknowledge', 'alert', alert_id
    FROM generate_series(0, 2) AS n, alert""",
    """INSERT INTO client_case (case_id, client_id, revision, state, origin, alarm, lead, opened_at, opened_week,
        closed_at, closed_week, times_reopened, truth, retention, cause)
    SELECT gen_random_uuid(), 'C' || n, 4, CASE WHEN n % 4 = 0 THEN 'plan' ELSE 'closed' END, 'alert', true,
        'manager', CAST(:at AS timestamptz) - make_interval(weeks => n % 50), :week - 1 - n % 50,
        CASE WHEN n % 4 > 0 THEN CAST(:at AS timestamptz) END, CASE WHEN n % 4 > 0 THEN :week - 1 END, 0,
        CASE WHEN n % 4 > 0 THEN 'true_diversion' END,
        CASE n % 4 WHEN 1 THEN 'saved' WHEN 2 THEN 'partly_saved' WHEN 3 THEN 'lost' END,
        CASE WHEN n % 4 > 0 THEN 'fees' END
    FROM generate_series(0, 2 * :clients / 5 - 1) AS n""",
    """INSERT INTO case_alert (case_id, alert_id)
    SELECT case_id, alert_id FROM client_case JOIN alert USING (client_id) WHERE alert.opened_week % 2 = 0""",
    """INSERT INTO case_task (task_id, case_id, place, title, owner, due_on, kind, state, evidence, done_by,
        done_at)
    SELECT gen_random_uuid(), case_id, n, 'call', 'staff-17', CAST(:at AS date),
        CASE n WHEN 0 THEN 'contact' ELSE 'other' END, 'done', 'call', 'staff-17',
        opened_at + make_interval(days => 3)
    FROM client_case, generate_series(0, 2) AS n""",
    """INSERT INTO remedy (remedy_id, case_id, client_id, revision, type, state, owner, maker, terms_version,
        starts_on, ends_on, cost_minor, expected_effect_minor, fee_code, list_price_minor, concession_pct,
        volume_commitment_minor, break_even_minor, total_minor, route, ended_on, proposed_at)
    SELECT gen_random_uuid(), case_id, client_id, 3, 'fee_reduction',
        CASE n WHEN 0 THEN 'active' WHEN 1 THEN 'expired' ELSE 'revoked' END, 'staff-17', 'staff-17', 1,
        CAST(opened_at AS date), CAST(opened_at AS date) + 400, 0, 0, 'ACCT', 120000, 25, 0, 0, 400000,
        '[]', CASE n WHEN 2 THEN CAST(opened_at AS date) + 30 END, opened_at
    FROM client_case, generate_series(0, 2) AS n""",
)


def fill(store: Store) -> None:
    """PostgreSQL makes the rows itself: sent to it they would take minutes."""
    said = {"week": W, "weeks": WEEKS, "clients": CLIENTS, "branches": BRANCHES, "at": AT}
    with store.write() as tx:
        for statement in _FILL:
            text = sa.text(statement)
            tx.execute(text, {name: said[name] for name in text._bindparams})
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))


def empty(store: Store) -> None:
    """Let go of it all at once: the next test's row by row would take minutes."""
    with store.write() as tx:
        tx.execute(sa.text(f"TRUNCATE {_TABLES} CASCADE"))
