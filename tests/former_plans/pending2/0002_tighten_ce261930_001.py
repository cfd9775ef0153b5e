"""Deployment 2. Written by odcpub; plain `alembic upgrade head` runs it, too."""

import sqlalchemy as sa
from alembic import op

revision = '0002_tighten_ce261930_001'
down_revision = '0002_expand_ce261930'
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
def part_1(op) -> None:
    # no default for ticket.left
    op.execute(sa.DDL('ALTER TABLE "ticket" ALTER "left" DROP DEFAULT'))
