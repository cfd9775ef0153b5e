"""What a server loads late, while it already works."""

from __future__ import annotations

import subprocess
import sys

AT_ONCE = """
import sys, threading
import sqlalchemy
from odcpub.data.script import sql_text
from odcpub.late import load_alembic
sys.setswitchinterval(1e-5)
together, loaded = threading.Barrier(2), []

def warm():
    together.wait()
    load_alembic()

def migrate():
    together.wait()
    loaded.append(sql_text("def upgrade(op): op.execute('SELECT 1')"))

threads = [threading.Thread(target=one) for one in (warm, migrate)]
for one in threads: one.start()
for one in threads: one.join()
assert loaded
"""


def test_two_threads_that_need_alembic_at_once_have_it_whole() -> None:
    """A server that comes back resumes an operation while it warms up."""
    for _ in range(3):
        subprocess.run([sys.executable, "-c", AT_ONCE], check=True)
