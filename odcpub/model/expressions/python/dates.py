"""Dates, times and moments in UTC, with microseconds, of the years 1 to 9999. No I/O.

Dates are ``2026-01-31``, times ``10:30:00.5`` and moments ``2026-01-31T10:30:00.5Z``: fractions without zeros at their
end.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta


def moment(text: str) -> datetime:
    """The moment of a Date Time, without a zone."""
    return datetime.fromisoformat(text.removesuffix("Z"))


def clock(text: str) -> time:
    """The time of day of a Date Time or a Time."""
    return moment(text).time() if "T" in text else time.fromisoformat(text)


def date_time(at: datetime) -> str:
    """The Date Time of a moment that is without a zone and in UTC."""
    return f"{_short(at.isoformat())}Z"


def time_of_day(at: time) -> str:
    return _short(at.isoformat())


def _short(text: str) -> str:
    return text.rstrip("0") if "." in text else text


def add(unit: str) -> Callable[[str, int], str | None]:
    """AddDays, AddHours, AddMinutes, AddSeconds: ``unit`` is an argument of timedelta."""

    def added(dt: str, n: int) -> str | None:
        try:
            return date_time(moment(dt) + timedelta(**{unit: n}))
        except OverflowError:
            return None

    return added


def add_months(dt: str, n: int) -> str | None:
    at = moment(dt)
    year, month = divmod(at.year * 12 + at.month - 1 + n, 12)
    if not MINYEAR <= year <= MAXYEAR:
        return None
    day = min(at.day, monthrange(year, month + 1)[1])
    return date_time(at.replace(year=year, month=month + 1, day=day))


def add_years(dt: str, n: int) -> str | None:
    return add_months(dt, 12 * n)


def build(d: str, t: str) -> str:
    return f"{d}T{t}Z"


def day(dt: str) -> int:
    return moment(dt).day


def day_of_week(dt: str) -> int:
    return moment(dt).isoweekday() % 7


def month(dt: str) -> int:
    return moment(dt).month


def year(dt: str) -> int:
    return moment(dt).year


def hour(dt: str) -> int:
    return clock(dt).hour


def minute(dt: str) -> int:
    return clock(dt).minute


def second(dt: str) -> int:
    return clock(dt).second


def days_between(dt1: str, dt2: str) -> int:
    return (moment(dt2).date() - moment(dt1).date()).days


def between(seconds: int) -> Callable[[str, str], int]:
    """DiffHours, DiffMinutes, DiffSeconds: units of so many seconds between two moments that are cut to their unit."""
    unit = timedelta(seconds=seconds)

    def counted(dt1: str, dt2: str) -> int:
        return (moment(dt2) - datetime.min) // unit - (moment(dt1) - datetime.min) // unit

    return counted


def new_date(y: int, m: int, d: int) -> str | None:
    try:
        return date(y, m, d).isoformat()
    except (ValueError, OverflowError):
        return None


def new_time(h: int, m: int, s: int) -> str | None:
    try:
        return time(h, m, s).isoformat()
    except (ValueError, OverflowError):
        return None


def new_date_time(y: int, mo: int, d: int, h: int, mi: int, s: int) -> str | None:
    day, at = new_date(y, mo, d), new_time(h, mi, s)
    return build(day, at) if day and at else None


def date_of(dt: str) -> str:
    return dt[:10]


def time_of(dt: str) -> str:
    return time_of_day(clock(dt))


def start_of(d: str) -> str:
    return f"{d}T00:00:00Z"
