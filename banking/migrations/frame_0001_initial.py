"""The tables every service has: business day, gates, register, movements, outbox, inbox, parking place, idempotency keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "frame_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = op.get_context().version_table_schema
    op.create_table('business_day',
    sa.Column('singleton', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('business_date', sa.Date(), nullable=False),
    sa.Column('closed', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint('singleton', name=op.f('ck_business_day_one_row')),
    sa.PrimaryKeyConstraint('singleton', name=op.f('pk_business_day')),
    schema=schema
    )
    op.create_table('day_statement',
    sa.Column('business_date', sa.Date(), nullable=False),
    sa.Column('postings', sa.BigInteger(), nullable=False),
    sa.Column('control_total_minor', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('business_date', name=op.f('pk_day_statement')),
    schema=schema
    )
    op.create_table('idempotency',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('answer', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_idempotency')),
    schema=schema
    )
    op.create_table('inbox',
    sa.Column('queue', sa.String(), nullable=False),
    sa.Column('message_id', sa.Uuid(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('queue', 'message_id', name=op.f('pk_inbox')),
    schema=schema
    )
    op.create_table('movement',
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('initiator', sa.String(), nullable=False),
    sa.Column('transaction_code', sa.String(), nullable=False),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('balance_after_minor', sa.BigInteger(), nullable=False),
    sa.Column('business_date', sa.Date(), nullable=False),
    sa.Column('value_date', sa.Date(), nullable=False),
    sa.Column('counter_outlet', sa.String(length=4), nullable=False),
    sa.Column('teller', sa.String(length=5), nullable=False),
    sa.Column('transaction_number', sa.String(length=11), nullable=True),
    sa.Column('correction', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('summary', sa.String(), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("state IN ('pending', 'posted', 'voided')", name=op.f('ck_movement_state')),
    sa.PrimaryKeyConstraint('posting_id', 'line', name=op.f('pk_movement')),
    schema=schema
    )
    op.create_index('ix_movement_pending', 'movement', ['created_at'], unique=False, schema=schema, postgresql_where=sa.text("state = 'pending'"))
    op.create_table('outbox',
    sa.Column('sequence', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('message_id', sa.Uuid(), nullable=False),
    sa.Column('routing_key', sa.String(), nullable=False),
    sa.Column('envelope', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.Column('retry_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('sequence', name=op.f('pk_outbox')),
    schema=schema,
    postgresql_with={'fillfactor': '70'}
    )
    op.create_index('ix_outbox_waiting', 'outbox', ['sequence'], unique=False, schema=schema, postgresql_where=sa.text('published_at IS NULL'))
    op.create_table('outlet_gate',
    sa.Column('outlet', sa.String(length=4), nullable=False),
    sa.Column('business_date', sa.Date(), nullable=False),
    sa.Column('is_open', sa.Boolean(), nullable=False),
    sa.Column('last_number', sa.Integer(), server_default='0', nullable=False),
    sa.Column('postings', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('control_total_minor', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('barred_tellers', sa.ARRAY(sa.String(length=5)), server_default=sa.text("'{}'"), nullable=False),
    sa.PrimaryKeyConstraint('outlet', name=op.f('pk_outlet_gate')),
    schema=schema,
    postgresql_with={'fillfactor': '50'}
    )
    op.create_table('parked',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('queue', sa.String(), nullable=False),
    sa.Column('message_id', sa.Uuid(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('envelope', sa.LargeBinary(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='1', nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_parked')),
    schema=schema
    )
    op.create_index('ix_parked_open', 'parked', ['received_at'], unique=False, schema=schema, postgresql_where=sa.text('resolved_at IS NULL'))
    op.create_table('register',
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('business_date', sa.Date(), nullable=True),
    sa.Column('outlet', sa.String(length=4), nullable=True),
    sa.Column('transaction_number', sa.String(length=11), nullable=True),
    sa.Column('code', sa.String(), nullable=True),
    sa.Column('teller', sa.String(length=5), nullable=True),
    sa.Column('second', sa.String(length=5), nullable=True),
    sa.Column('posts', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('control_total_minor', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("state IN ('intended', 'posted', 'voided')", name=op.f('ck_register_state')),
    sa.PrimaryKeyConstraint('posting_id', name=op.f('pk_register')),
    schema=schema
    )
    op.create_index('ix_register_intended', 'register', ['created_at'], unique=False, schema=schema, postgresql_where=sa.text("state = 'intended'"))
    op.create_index('uq_register_number', 'register', ['business_date', 'transaction_number'], unique=True, schema=schema, postgresql_where=sa.text('transaction_number IS NOT NULL'))
    op.create_table('used_approval',
    sa.Column('approval_id', sa.String(), nullable=False),
    sa.Column('approver', sa.String(length=5), nullable=False),
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('approval_id', name=op.f('pk_used_approval')),
    schema=schema
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"], unique=False, schema=schema, postgresql_using="brin")


def downgrade() -> None:
    schema = op.get_context().version_table_schema
    op.drop_index("ix_inbox_received_at", table_name="inbox", schema=schema, postgresql_using="brin")
    op.drop_table('used_approval', schema=schema)
    op.drop_index('uq_register_number', table_name='register', schema=schema, postgresql_where=sa.text('transaction_number IS NOT NULL'))
    op.drop_index('ix_register_intended', table_name='register', schema=schema, postgresql_where=sa.text("state = 'intended'"))
    op.drop_table('register', schema=schema)
    op.drop_index('ix_parked_open', table_name='parked', schema=schema, postgresql_where=sa.text('resolved_at IS NULL'))
    op.drop_table('parked', schema=schema)
    op.drop_table('outlet_gate', schema=schema)
    op.drop_index('ix_outbox_waiting', table_name='outbox', schema=schema, postgresql_where=sa.text('published_at IS NULL'))
    op.drop_table('outbox', schema=schema)
    op.drop_index('ix_movement_pending', table_name='movement', schema=schema, postgresql_where=sa.text("state = 'pending'"))
    op.drop_table('movement', schema=schema)
    op.drop_table('inbox', schema=schema)
    op.drop_table('idempotency', schema=schema)
    op.drop_table('day_statement', schema=schema)
    op.drop_table('business_day', schema=schema)
