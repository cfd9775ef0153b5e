"""Deployment 1. Written by odcpub; plain `alembic upgrade head` runs it, too."""

import sqlalchemy as sa
from alembic import op

revision = '0001_expand_780b8e4e'
down_revision = None
branch_labels = None
depends_on = None
plan = '780b8e4e29b9256fa154fedff666a11e'
base = 'empty'
parts = []


def q(name):
    """A name in quotes: what is a keyword differs from server to server."""
    return sa.quoted_name(name, quote=True)


def upgrade(op=op) -> None:
    for part in parts:
        part(op)


def downgrade() -> None:
    raise NotImplementedError("nothing is taken back: deploy the revision you want instead")


@parts.append
def part_0(op) -> None:
    # create table customer
    op.create_table(
        q('customer'),
        sa.Column(q('id'), sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(q('name'), sa.String(50), nullable=False, server_default=sa.literal_column("'O''Brien'::character varying")),
        sa.PrimaryKeyConstraint('id', name=q('customer__pk_a5614527')),
        sa.CheckConstraint(sa.literal_column('"name" ~ \'[^[:space:]\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000]\''), name=q('customer__name__filled_3dbc3ada')),
    )
    # create table ticket
    op.create_table(
        q('ticket'),
        sa.Column(q('id'), sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(q('subject'), sa.String(100), nullable=True),
        sa.Column(q('points'), sa.Integer(), nullable=True),
        sa.Column(q('size'), sa.Integer(), nullable=False),
        sa.Column(q('status'), sa.Text(), nullable=True, comment='odcpub: refers=Status'),
        sa.Column(q('by'), sa.BigInteger(), nullable=True, comment='odcpub: refers=Customer'),
        sa.Column(q('left'), sa.Integer(), nullable=True, server_default=sa.literal_column('5')),
        sa.PrimaryKeyConstraint('id', name=q('ticket__pk_a5614527')),
        sa.CheckConstraint(sa.literal_column('"subject" ~ \'^(?:[a-z]\\d*)$\''), name=q('ticket__subject__pattern_4308770c')),
    )
    # create table status
    op.create_table(
        q('status'),
        sa.Column(q('id'), sa.Text(), nullable=False),
        sa.Column(q('label'), sa.Text(), nullable=False),
        sa.Column(q('order'), sa.Integer(), nullable=False),
        sa.Column(q('is_active'), sa.Boolean(), nullable=False, server_default=sa.literal_column('true')),
        sa.PrimaryKeyConstraint('id', name=q('status__pk_a5614527')),
    )
    # write 2 records of status
    op.execute(sa.DDL('INSERT INTO "status" ("id", "label", "order", "is_active") VALUES (\'New\', \'it\'\'s new\', 1, true), (\'Old\', \'Old\', 2, true) ON CONFLICT ("id") DO UPDATE SET "label" = EXCLUDED."label", "order" = EXCLUDED."order", "is_active" = EXCLUDED."is_active"'))
    # ticket.by refers to customer, on delete NO ACTION
    op.execute(sa.DDL('ALTER TABLE "ticket" ADD CONSTRAINT "ticket__by__fk_46e384de" FOREIGN KEY ("by") REFERENCES "customer" ("id") ON DELETE NO ACTION'))
    # ticket.status refers to status, on delete NO ACTION
    op.execute(sa.DDL('ALTER TABLE "ticket" ADD CONSTRAINT "ticket__status__fk_8d571f08" FOREIGN KEY ("status") REFERENCES "status" ("id") ON DELETE NO ACTION'))
    # index on ticket (by)
    op.create_index(q('ticket__by__ref_a7e2d26e'), q('ticket'), [q('by')], unique=False)
    # unique index on ticket (points)
    op.create_index(q('ticket__points__ux_c54a061d'), q('ticket'), [q('points')], unique=True)
    # index on ticket (status)
    op.create_index(q('ticket__status__ref_073c1634'), q('ticket'), [q('status')], unique=False)
    op.execute(sa.DDL('CREATE TABLE IF NOT EXISTS odcpub_schema (target text PRIMARY KEY)'))
    op.execute(sa.DDL("INSERT INTO odcpub_schema (target) VALUES ('schema-5c08b185b1b32b81e6d87b02c851cd74') ON CONFLICT DO NOTHING"))
