"""Deployment 2. Written by odcpub; plain `alembic upgrade head` runs it, too."""

import sqlalchemy as sa
from alembic import op

revision = '0002_expand_ce261930'
down_revision = '0001_expand_780b8e4e'
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
def part_0(op) -> None:
    # rename index ticket__by__ref_00000000 to ticket__by__ref_a7e2d26e
    op.execute(sa.DDL('ALTER INDEX "ticket__by__ref_00000000" RENAME TO "ticket__by__ref_a7e2d26e"'))
    # rename index ticket__status__ref_00000000 to ticket__status__ref_073c1634
    op.execute(sa.DDL('ALTER INDEX "ticket__status__ref_00000000" RENAME TO "ticket__status__ref_073c1634"'))
    # create table note
    op.create_table(
        q('note'),
        sa.Column(q('id'), sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(q('of'), sa.BigInteger(), nullable=True, comment='odcpub: refers=Issue'),
        sa.PrimaryKeyConstraint('id', name=q('note__pk_a5614527')),
    )
    # write 2 records of status
    op.execute(sa.DDL('INSERT INTO "status" ("id", "label", "order", "is_active") VALUES (\'New\', \'Newest\', 1, true), (\'Other\', \'Other\', 3, true) ON CONFLICT ("id") DO UPDATE SET "label" = EXCLUDED."label", "order" = EXCLUDED."order", "is_active" = EXCLUDED."is_active"'))
    # ticket.size may be empty
    op.execute(sa.DDL('ALTER TABLE "ticket" ALTER "size" DROP NOT NULL'))
    # change ticket.points from integer to bigint
    op.execute(sa.DDL('ALTER TABLE "ticket" ALTER "points" TYPE bigint'))
    # add column ticket.due date
    op.add_column(q('ticket'), sa.Column(q('due'), sa.Date(), nullable=True))
    # add column ticket.photo$name text
    op.add_column(q('ticket'), sa.Column(q('photo$name'), sa.Text(), nullable=True))
    # add column ticket.photo$type text
    op.add_column(q('ticket'), sa.Column(q('photo$type'), sa.Text(), nullable=True))
    # add column ticket.photo bytea
    op.add_column(q('ticket'), sa.Column(q('photo'), sa.LargeBinary(), nullable=True))
    # set the default of customer.name
    op.execute(sa.DDL('ALTER TABLE "customer" ALTER "name" SET DEFAULT \'nobody\'::character varying'))
    # empty name and type of ticket.photo where its bytes alone change
    op.execute(sa.DDL('CREATE OR REPLACE FUNCTION odcpub_file_replaced() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n    RETURN jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], NULL, TG_ARGV[1], NULL));\nEND\n$$'))
    op.execute(sa.DDL('CREATE OR REPLACE TRIGGER "ticket__photo__file_edf582d3" BEFORE UPDATE OF "photo" ON "ticket" FOR EACH ROW WHEN (NEW."photo$type" IS NOT DISTINCT FROM OLD."photo$type") EXECUTE FUNCTION odcpub_file_replaced(\'photo$name\', \'photo$type\')'))
    # note that ticket.left was called Left and is dropped
    op.execute(sa.DDL('COMMENT ON COLUMN "ticket"."left" IS \'odcpub: key=Left dropped=yes\''))
    # deactivate Old of status
    op.execute(sa.DDL('UPDATE "status" SET "is_active" = false WHERE "id" IN (\'Old\')'))
    op.execute(sa.DDL('CREATE TABLE IF NOT EXISTS odcpub_schema (target text PRIMARY KEY)'))
    op.execute(sa.DDL("INSERT INTO odcpub_schema (target) VALUES ('schema-c94c21aa69b382e25db72997806ca935') ON CONFLICT DO NOTHING"))
