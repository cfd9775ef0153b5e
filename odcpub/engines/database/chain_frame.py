"""What makes a folder of scripts one that plain Alembic runs: its files besides the scripts. No I/O."""

from __future__ import annotations

from odcpub.data.script import VERSION_TABLE
from odcpub.engines.database.session_settings import as_query

FRAME = {
    "alembic.ini": """\
# Plain Alembic runs this chain: ODCPUB_URL=postgresql://user:password@host/database ODCPUB_NAMESPACE=schema \\
#   alembic upgrade head
[alembic]
script_location = %(here)s
version_locations = %(here)s/versions
path_separator = os
""",
    "script.py.mako": """\
\"\"\"${message}\"\"\"

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
""",
    "env.py": f"""\
\"\"\"Runs the chain on the database that ODCPUB_URL names, in the schema that ODCPUB_NAMESPACE names.\"\"\"

import os

import sqlalchemy as sa
from alembic import context

url = sa.make_url(os.environ["ODCPUB_URL"]).set(drivername="postgresql+psycopg")
schema = os.environ.get("ODCPUB_NAMESPACE", "public")
engine = sa.create_engine(url, poolclass=sa.NullPool)
with engine.connect() as connection:
    # whatever this database or user says: the scripts are read as they were written
    connection.exec_driver_sql({as_query()!r})
    name = '"' + schema.replace('"', '""') + '"'
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {{name}}".replace("%", "%%"))
    connection.exec_driver_sql(f"SET search_path TO {{name}}".replace("%", "%%"))
    connection.commit()
    context.configure(connection=connection, version_table="{VERSION_TABLE}", transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
""",
}
"""Name → content."""
