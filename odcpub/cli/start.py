"""Where ``odcpub`` begins: Ctrl-C ends it without a traceback from here on, imports included. Does I/O.

Imports next to nothing before that is so. While a command runs, ``main`` takes Ctrl-C as the exception that it is.
"""

from __future__ import annotations

import os

from odcpub.cli.exit_codes import INTERRUPTED


def main() -> int:
    """The exit code of the command that the process was given."""
    try:
        import signal

        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as it is for a job in the background
            signal.signal(signal.SIGINT, _leave)
    except KeyboardInterrupt:
        _leave()
    from odcpub.cli.main import main as run

    return run()


def _leave(_signal: int = 0, _frame: object = None) -> None:
    """Ends the process at once: nothing has been begun, or all is done."""
    os.write(2, b"interrupted\n")
    os._exit(INTERRUPTED)
