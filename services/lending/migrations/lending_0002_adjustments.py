"""adjustments"""

from alembic import op

revision = "lending_0002"
down_revision = "lending_0001"
branch_labels = None
depends_on = None

CHECKS = {
    ("loan", "ck_loan_held"): (
        "held_reverses IS NULL OR held_by IS NOT NULL",
        "(held_by IS NULL) = (held_reverses IS NULL)",
    ),
    ("loan_line", "ck_loan_line_kind"): (
        "kind IN ('release', 'repay_part', 'repay_full', 'correction', 'adjustment')",
        "kind IN ('release', 'repay_part', 'repay_full', 'correction')",
    ),
}


def _replace(position: int) -> None:
    for (table, name), conditions in CHECKS.items():
        op.drop_constraint(op.f(name), table, schema="lending")
        op.create_check_constraint(op.f(name), table, conditions[position], schema="lending")


def upgrade() -> None:
    _replace(0)


def downgrade() -> None:
    _replace(1)
