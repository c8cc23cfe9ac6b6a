"""cheques that order movements of other services"""

import sqlalchemy as sa
from alembic import op

revision = 'savings_0009'
down_revision = 'savings_0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('cheque_movement',
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=4), nullable=False),
    sa.Column('number', sa.String(length=8), nullable=False),
    sa.Column('gives_back', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('posting_id', 'line', name=op.f('pk_cheque_movement')),
    schema='savings',
    info={'append_only': True}
    )
    op.drop_index('uq_cheque_event_use', table_name='cheque_event', schema='savings', postgresql_where=sa.text("action = 'use'"))
    op.create_index('ix_cheque_event_use', 'cheque_event', ['kind', 'number'], unique=False, schema='savings', postgresql_where=sa.text("action = 'use'"))


def downgrade() -> None:
    op.drop_index('ix_cheque_event_use', table_name='cheque_event', schema='savings', postgresql_where=sa.text("action = 'use'"))
    op.create_index('uq_cheque_event_use', 'cheque_event', ['kind', 'number'], unique=True, schema='savings', postgresql_where=sa.text("action = 'use'"))
    op.drop_table('cheque_movement', schema='savings')
