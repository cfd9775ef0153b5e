"""The store's own Alembic migrations, one line: 0001 → 0005 → 0003 → 0002 → 0004 → 0006 → 0008. Do I/O through the
connection that they are given.

The numbers are names. Those up to 0006 were given before their order was known, and databases hold them: they stay.
Each new migration has a higher number than the one before it.
"""
