"""Exit codes that no error has. No I/O, and no imports: `start` reads it before Ctrl-C is taken care of."""

INTERRUPTED = 130
"""Ctrl-C, or the server was stopped under a command that waits."""
