"""balance behind every leg"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0002"
down_revision = "ledger_0001"
branch_labels = None
depends_on = None

RAISES = {"leg": "is_debit", "off_sheet_leg": "is_receive"}
WORK_OUT = """
    WITH counted AS (
        SELECT posting_id, line, row_number() OVER running AS entry,
               sum(CASE WHEN {raises} <> leg.red THEN amount_minor ELSE -amount_minor END) OVER (PARTITION BY account {order}) AS balance
        FROM ledger.{table} AS leg JOIN ledger.posting_set USING (posting_id)
        WINDOW running AS ({order})
    )
    UPDATE ledger.{table} AS leg SET entry = counted.entry, balance_after_minor = counted.balance
    FROM counted WHERE (leg.posting_id, leg.line) = (counted.posting_id, counted.line)
"""
ORDER = "ORDER BY leg.business_date, posted_at, posting_id, line"


def upgrade() -> None:
    for table, raises in RAISES.items():
        op.add_column(table, sa.Column("balance_after_minor", sa.BigInteger(), server_default="0", nullable=False), schema="ledger")
        op.add_column(table, sa.Column("entry", sa.BigInteger(), sa.Identity(always=False), nullable=False), schema="ledger")
        op.execute(WORK_OUT.format(table=table, raises=raises, order=ORDER))
        op.alter_column(table, "balance_after_minor", server_default=None, schema="ledger")
    op.drop_index("ix_leg_account", table_name="leg", schema="ledger")
    op.create_index("ix_leg_account", "leg", ["account", "business_date", "entry"], unique=False, schema="ledger")
    op.create_index("ix_leg_amount", "leg", ["business_date", "amount_minor"], unique=False, schema="ledger")
    op.create_index("ix_off_sheet_leg_account", "off_sheet_leg", ["account", "business_date", "entry"], unique=False, schema="ledger")
    op.create_index("ix_off_sheet_leg_date", "off_sheet_leg", ["business_date", "posting_id"], unique=False, schema="ledger")


def downgrade() -> None:
    op.drop_index("ix_off_sheet_leg_date", table_name="off_sheet_leg", schema="ledger")
    op.drop_index("ix_off_sheet_leg_account", table_name="off_sheet_leg", schema="ledger")
    op.drop_index("ix_leg_amount", table_name="leg", schema="ledger")
    op.drop_index("ix_leg_account", table_name="leg", schema="ledger")
    op.create_index("ix_leg_account", "leg", ["account", "business_date"], unique=False, schema="ledger")
    for table in RAISES:
        op.drop_column(table, "entry", schema="ledger")
        op.drop_column(table, "balance_after_minor", schema="ledger")
