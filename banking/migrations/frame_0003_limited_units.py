"""Every service keeps a copy of the units whose inter-branch position has reached a limit."""

import sqlalchemy as sa
from alembic import op

revision = "frame_0003"
down_revision = "frame_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = op.get_context().version_table_schema
    op.create_table('limited_version',
    sa.Column('singleton', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('singleton', name=op.f('ck_limited_version_one_row')),
    sa.PrimaryKeyConstraint('singleton', name=op.f('pk_limited_version')),
    schema=schema
    )
    op.create_table('limited_unit',
    sa.Column('unit', sa.String(length=4), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('stage', sa.String(), nullable=False),
    sa.Column('level', sa.String(length=1), nullable=False),
    sa.Column('limit_minor', sa.BigInteger(), nullable=False),
    sa.Column('position_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("stage IN ('approval', 'stop')", name=op.f('ck_limited_unit_stage')),
    sa.PrimaryKeyConstraint('unit', 'currency', name=op.f('pk_limited_unit')),
    schema=schema
    )


def downgrade() -> None:
    schema = op.get_context().version_table_schema
    op.drop_table('limited_unit', schema=schema)
    op.drop_table('limited_version', schema=schema)
