"""Exit codes that no error has. No I/O, and no imports: `start` reads it before Ctrl-C is taken care of."""

CLOSED_PIPE = 141
"""The output was closed, as by `head`: the code of every program that SIGPIPE ends."""
INTERRUPTED = 130
"""Ctrl-C, or the server was stopped under a command that waits."""
