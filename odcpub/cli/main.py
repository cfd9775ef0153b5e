"""``odcpub``: arguments to commands, errors to messages and exit codes. Imports a command's module when it runs.

Exit codes: 0 done; 1 the model or the plan is refused; 2 usage; 3 an engine failed; 130 interrupted; 141 the output was
closed.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from odcpub.cli.arguments import WrongUsage, make_parser

if TYPE_CHECKING:
    from odcpub.errors import OdcpubError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    _open_outputs()
    try:
        options = make_parser().parse_args(given)
    except WrongUsage as wrong:
        return _tell_usage(wrong, "--json" in given)
    from odcpub.cli.exit_codes import CLOSED_PIPE, INTERRUPTED
    from odcpub.cli.printing import warn
    from odcpub.errors import OdcpubError, system_failure

    try:
        with _interruptible():
            _check_text(given)
            return command(options.run)(options)
    except OdcpubError as error:
        return _told(error, options.json)
    except KeyboardInterrupt:
        warn("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except OSError as error:
        return _told(system_failure(error, "this machine"), options.json)


def _told(error: OdcpubError, as_json: bool) -> int:
    """Tells an error, and is its exit code, which is all there is where the output takes nothing (a full disk)."""
    from odcpub.cli.progress import tell_problem

    try:
        tell_problem(error, as_json)
    except OSError:
        output = sys.stdout if as_json else sys.stderr
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())  # or Python tries once more at the end
    return error.exit_code


def _open_outputs() -> None:
    """What a closed output would get goes nowhere, as with ``>&-``; otherwise the next file opened takes its number."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - to the end


def command(run: str) -> Callable[[argparse.Namespace], int]:
    """The function of a command, ``module:function`` of ``odcpub.cli.commands``; it returns the exit code."""
    module, _, name = run.partition(":")
    function: Callable[[argparse.Namespace], int] = getattr(import_module(f"odcpub.cli.commands.{module}"), name)
    return function


def _check_text(arguments: Sequence[str]) -> None:
    """Refuses an argument that is not UTF-8 text: it could be neither sent nor shown."""
    from odcpub.errors import UsageError

    for one in arguments:
        try:
            one.encode()
        except UnicodeEncodeError:
            shown = one.encode(errors="surrogateescape").decode(errors="replace")
            raise UsageError(f"{shown}: is not UTF-8 text", "write it in UTF-8") from None


@contextmanager
def _interruptible() -> Iterator[None]:
    """Within it Ctrl-C is an exception, so that a half-done command can be undone, or say what goes on."""
    before = signal.getsignal(signal.SIGINT)
    try:
        if before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _tell_usage(wrong: WrongUsage, as_json: bool) -> int:
    """Prints it as argparse does, which ends the command; for programs, like every other error."""
    from odcpub.escaping import escaped

    if not as_json:
        argparse.ArgumentParser.error(wrong.parser, escaped(wrong.message))
    from odcpub.errors import UsageError

    usage = " ".join(wrong.parser.format_usage().split())
    return _told(UsageError(f"{wrong.parser.prog}: {wrong.message}", usage), as_json)
