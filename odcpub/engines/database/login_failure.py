"""What libpq tells of a login that failed, which is text alone. No I/O."""

from __future__ import annotations

NOT_LET_IN = "no pg_hba.conf entry"


def decisive(text: str) -> str:
    """Of several attempts the one that tells why: where TLS is not demanded libpq tries with and without it, and one of
    them is often refused for that alone. All of the text where every attempt is, or none."""
    attempts: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if "failed: " in line or not attempts:
            attempts.append(line)
        else:
            attempts[-1] += f"\n{line}"
    others = [one for one in attempts if NOT_LET_IN not in one]
    return others[-1] if others and len(others) < len(attempts) else text


def told(text: str) -> str:
    """As one line: the last attempt's cause, and the server's DETAIL of it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["it does not answer"]
    last = max((at for at, line in enumerate(lines) if "failed: " in line), default=len(lines) - 1)
    details = [line.partition(":")[2].strip() for line in lines[last + 1 :] if line.startswith("DETAIL:")]
    return ": ".join([lines[last], *details])
