"""Every service keeps a copy of the rights the administrator has set."""

import sqlalchemy as sa
from alembic import op

revision = "frame_0002"
down_revision = "frame_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = op.get_context().version_table_schema
    op.create_table('right_version',
    sa.Column('singleton', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('singleton', name=op.f('ck_right_version_one_row')),
    sa.PrimaryKeyConstraint('singleton', name=op.f('pk_right_version')),
    schema=schema
    )
    op.create_table('right_rule',
    sa.Column('transaction_code', sa.String(), nullable=False),
    sa.Column('level', sa.String(length=1), nullable=False),
    sa.Column('settlement', sa.String(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('allowed', sa.Boolean(), nullable=True),
    sa.Column('dual', sa.String(), nullable=True),
    sa.Column('limit_minor', sa.BigInteger(), nullable=True),
    sa.Column('above', sa.String(), nullable=True),
    sa.CheckConstraint("level IN ('A', 'B', 'C')", name=op.f('ck_right_rule_level')),
    sa.CheckConstraint("settlement IN ('', 'cash', 'transfer')", name=op.f('ck_right_rule_settlement')),
    sa.PrimaryKeyConstraint('transaction_code', 'level', 'settlement', 'currency', name=op.f('pk_right_rule')),
    schema=schema
    )


def downgrade() -> None:
    schema = op.get_context().version_table_schema
    op.drop_table('right_rule', schema=schema)
    op.drop_table('right_version', schema=schema)
