"""What commands print: the one place where texts reach a terminal, a line each, escaped. Does I/O: printing."""

from __future__ import annotations

import json
import sys
from typing import TextIO

from odcpub.escaping import escaped


def say(text: str = "", out: TextIO | None = None) -> None:
    """One line, whatever the text holds: what comes from data, models, logs and other servers cannot make a second
    one, nor anything that a terminal acts on."""
    print(escaped(text), file=out or sys.stdout)


def warn(text: str = "") -> None:
    """One line on stderr."""
    sys.stdout.flush()
    say(text, sys.stderr)


def as_json(data: object) -> None:
    """JSON in ASCII: everything else is an escape of JSON's own, and so is DEL."""
    print(json.dumps(data, indent=2).replace("\x7f", "\\u007f"))
