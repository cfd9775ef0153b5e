"""Deployment 2. Written by odcpub; plain `alembic upgrade head` runs it, too."""

import sqlalchemy as sa
from alembic import op

revision = '0002_tighten_ce261930_009'
down_revision = '0002_tighten_ce261930_001'
branch_labels = None
depends_on = None
plan = 'ce261930c126c41b58f5bce71e724ec3'
base = 'd37ad248c862704be6e552a8be9bc70c'
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
def part_2(op) -> None:
    # change ticket.subject from character varying(100) to character varying(20)
    # limit ticket by "subject" ~ '[^[:space:]\x85             \u2028\u2029  　]'
    # ticket.due is mandatory
    # ticket.subject is mandatory
    op.execute(sa.DDL('ALTER TABLE "ticket" DROP CONSTRAINT IF EXISTS "ticket__subject__fits_f602d798", ADD CONSTRAINT "ticket__subject__fits_f602d798" CHECK (NOT (char_length("subject") > 20)) NOT VALID, DROP CONSTRAINT IF EXISTS "ticket__subject__filled_46daf2ee", ADD CONSTRAINT "ticket__subject__filled_46daf2ee" CHECK ("subject" ~ \'[^[:space:]\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000]\') NOT VALID, DROP CONSTRAINT IF EXISTS "ticket__due__present_458a4770", ADD CONSTRAINT "ticket__due__present_458a4770" CHECK ("due" IS NOT NULL) NOT VALID, DROP CONSTRAINT IF EXISTS "ticket__subject__present_a9491f4c", ADD CONSTRAINT "ticket__subject__present_a9491f4c" CHECK ("subject" IS NOT NULL) NOT VALID'))


@parts.append
def part_3(op) -> None:
    # ticket.by refers to customer, on delete SET NULL
    op.execute(sa.DDL('ALTER TABLE "ticket" DROP CONSTRAINT IF EXISTS "ticket__by__fk_b1c946b9", ADD CONSTRAINT "ticket__by__fk_b1c946b9" FOREIGN KEY ("by") REFERENCES "customer" ("id") ON DELETE SET NULL NOT VALID'))


@parts.append
def part_4(op) -> None:
    # change ticket.subject from character varying(100) to character varying(20)
    # check all rows of ticket for ticket__by__fk_b1c946b9
    # check all rows of ticket for ticket__subject__filled_46daf2ee
    # ticket.due is mandatory
    # ticket.subject is mandatory
    op.execute(sa.DDL('ALTER TABLE "ticket" VALIDATE CONSTRAINT "ticket__subject__fits_f602d798", VALIDATE CONSTRAINT "ticket__by__fk_b1c946b9", VALIDATE CONSTRAINT "ticket__subject__filled_46daf2ee", VALIDATE CONSTRAINT "ticket__due__present_458a4770", VALIDATE CONSTRAINT "ticket__subject__present_a9491f4c"'))


@parts.append
def part_5(op) -> None:
    # change ticket.subject from character varying(100) to character varying(20)
    # ticket.due is mandatory
    # ticket.subject is mandatory
    op.execute(sa.DDL('ALTER TABLE "ticket" ALTER "subject" TYPE character varying(20), ALTER "due" SET NOT NULL, ALTER "subject" SET NOT NULL'))
    op.execute(sa.DDL('ALTER TABLE "ticket" DROP CONSTRAINT IF EXISTS "ticket__subject__fits_f602d798", DROP CONSTRAINT IF EXISTS "ticket__due__present_458a4770", DROP CONSTRAINT IF EXISTS "ticket__subject__present_a9491f4c"'))


@parts.append
def part_6(op) -> None:
    with op.get_context().autocommit_block():
        # unique index on ticket (subject)
        op.execute(sa.DDL("SET lock_timeout = '60s'"))
        op.drop_index(q('ticket__subject__ux_a9491f4c'), q('ticket'), if_exists=True, postgresql_concurrently=True)
        op.create_index(q('ticket__subject__ux_a9491f4c'), q('ticket'), [q('subject')], unique=True, postgresql_concurrently=True)
        op.execute(sa.DDL("SET lock_timeout = '1s'"))


@parts.append
def part_7(op) -> None:
    with op.get_context().autocommit_block():
        # drop index ticket__points__ux_c54a061d
        op.execute(sa.DDL("SET lock_timeout = '60s'"))
        op.drop_index(q('ticket__points__ux_c54a061d'), q('ticket'), if_exists=True, postgresql_concurrently=True)
        op.execute(sa.DDL("SET lock_timeout = '1s'"))


@parts.append
def part_8(op) -> None:
    # drop constraint ticket__by__fk_46e384de of ticket
    op.execute(sa.DDL('ALTER TABLE "ticket" DROP CONSTRAINT IF EXISTS "ticket__by__fk_46e384de"'))


@parts.append
def part_9(op) -> None:
    # earlier versions have gone
    op.execute(sa.DDL("DELETE FROM odcpub_schema WHERE target <> 'schema-c94c21aa69b382e25db72997806ca935'"))
