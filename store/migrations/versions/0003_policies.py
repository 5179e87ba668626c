"""policies in the database, and what each judging was made from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.tables.columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("ledger_history", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "amendments",
                sa.Integer(),
                nullable=True,
                comment="of the shard, up to which it held; null where that was not yet noted",
            )
        )
    op.create_table(
        "policy",
        sa.Column("version", sa.String(length=200), nullable=False, comment="name and hash of the content"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="as detector.policies.policy.dump_policy writes it"),
        sa.Column("revision", sa.Integer(), nullable=False, comment="1, up with every application"),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("proposed_by", sa.String(length=200), nullable=True, comment="null: it came with the settings"),
        sa.Column("proposed_at", store.tables.columns.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy")),
        comment="never changed but in its revision",
    )
    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.create_index("ix_policy_list", ["proposed_at", "version"], unique=False)
    op.create_table(
        "policy_preview",
        sa.Column("preview_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.String(length=200), nullable=False),
        sa.Column(
            "beside",
            sa.String(length=200),
            nullable=False,
            comment="the version in force that it was seen beside",
        ),
        sa.Column("last_week", sa.Integer(), nullable=False, comment="of the weeks that were replayed"),
        sa.Column("seen_by", sa.String(length=200), nullable=False),
        sa.Column("seen_at", store.tables.columns.Instant(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False, comment="schemas.http_policies.PreviewBody"),
        sa.ForeignKeyConstraint(["version"], ["policy.version"], name=op.f("fk_policy_preview_version")),
        sa.PrimaryKeyConstraint("preview_id", name=op.f("pk_policy_preview")),
    )
    with op.batch_alter_table("policy_preview", schema=None) as batch_op:
        batch_op.create_index("ix_policy_preview_seen", ["version", "seen_by", "seen_at"], unique=False)
    op.create_table(
        "policy_application",
        sa.Column("place", _SERIAL, nullable=False, comment="order of applying: of one week the last one counts"),
        sa.Column("version", sa.String(length=200), nullable=False),
        sa.Column("from_week", sa.Integer(), nullable=False, comment="first week that it judges"),
        sa.Column("applied_by", sa.String(length=200), nullable=True, comment="null: the settings did"),
        sa.Column("applied_at", store.tables.columns.Instant(timezone=True), nullable=False),
        sa.Column("preview_id", sa.String(length=36), nullable=True, comment="what it was seen with"),
        sa.ForeignKeyConstraint(
            ["preview_id"], ["policy_preview.preview_id"], name=op.f("fk_policy_application_preview_id")
        ),
        sa.ForeignKeyConstraint(["version"], ["policy.version"], name=op.f("fk_policy_application_version")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_policy_application")),
    )
    with op.batch_alter_table("policy_application", schema=None) as batch_op:
        batch_op.create_index("ix_policy_application_week", ["from_week", "place"], unique=False)
    op.create_table(
        "judged_week",
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("week", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False, comment="of the shard's week"),
        sa.Column("amendments", sa.Integer(), nullable=False, comment="of the shard, when it was judged"),
        sa.Column("policy_version", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("shard", "week", "revision", name=op.f("pk_judged_week")),
        comment="what each judging was made from, so that it can be done again",
    )


def downgrade() -> None:
    op.drop_table("judged_week")
    with op.batch_alter_table("policy_application", schema=None) as batch_op:
        batch_op.drop_index("ix_policy_application_week")
    op.drop_table("policy_application")
    with op.batch_alter_table("policy_preview", schema=None) as batch_op:
        batch_op.drop_index("ix_policy_preview_seen")
    op.drop_table("policy_preview")
    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.drop_index("ix_policy_list")
    op.drop_table("policy")
    with op.batch_alter_table("ledger_history", schema=None) as batch_op:
        batch_op.drop_column("amendments")
