"""What waits in the outbox is told by a narrow table beside it; the wide rows are written once."""

import sqlalchemy as sa
from alembic import op

revision = "frame_0004"
down_revision = "frame_0003"
branch_labels = None
depends_on = None

TOLD_APART = "attempts, problem, retry_at"


def upgrade() -> None:
    schema = op.get_context().version_table_schema
    op.create_table('outbox_waiting',
    sa.Column('sequence', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.Column('retry_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('sequence', name=op.f('pk_outbox_waiting')),
    schema=schema
    )
    op.execute(
        f"INSERT INTO {schema}.outbox_waiting (sequence, {TOLD_APART}) SELECT sequence, {TOLD_APART} FROM {schema}.outbox "
        "WHERE published_at IS NULL"
    )
    op.drop_index('ix_outbox_waiting', table_name='outbox', schema=schema)
    for name in ('published_at', 'attempts', 'problem', 'retry_at'):
        op.drop_column('outbox', name, schema=schema)
    op.create_index('ix_outbox_created_at', 'outbox', ['created_at'], unique=False, schema=schema, postgresql_using='brin')
    op.execute(f"ALTER TABLE {schema}.outbox RESET (fillfactor)")


def downgrade() -> None:
    schema = op.get_context().version_table_schema
    op.execute(f"ALTER TABLE {schema}.outbox SET (fillfactor = 70)")
    op.drop_index('ix_outbox_created_at', table_name='outbox', schema=schema)
    op.add_column('outbox', sa.Column('published_at', sa.DateTime(timezone=True), nullable=True), schema=schema)
    op.add_column('outbox', sa.Column('attempts', sa.Integer(), server_default='0', nullable=False), schema=schema)
    op.add_column('outbox', sa.Column('problem', sa.Text(), nullable=True), schema=schema)
    op.add_column('outbox', sa.Column('retry_at', sa.DateTime(timezone=True), nullable=True), schema=schema)
    op.execute(
        f"UPDATE {schema}.outbox SET (published_at, {TOLD_APART}) = (CASE WHEN waits.sequence IS NULL THEN each.created_at END, "
        "coalesce(waits.attempts, 0), waits.problem, waits.retry_at) "
        f"FROM {schema}.outbox AS each LEFT JOIN {schema}.outbox_waiting AS waits USING (sequence) WHERE each.sequence = outbox.sequence"
    )
    op.create_index('ix_outbox_waiting', 'outbox', ['sequence'], unique=False, schema=schema, postgresql_where=sa.text('published_at IS NULL'))
    op.drop_table('outbox_waiting', schema=schema)
