"""Built-in functions on dates and times. Moments are UTC, with microseconds, of the years 1 to 9999. No I/O."""

from __future__ import annotations

from collections.abc import Callable

from odcpub.model.elements import DataType
from odcpub.model.expressions import tree
from odcpub.model.expressions.functions import Function, InQueries, Parameter
from odcpub.model.expressions.python import dates

_DT = (tree.DATE_TIME,)
_CLOCK = (tree.DATE_TIME, tree.TIME)
_I = (tree.INTEGER,)
_TRANSLATED = InQueries.TRANSLATED
_OUT = "No value beyond the years 1 to 9999."
_dt = Parameter("dt", _DT)
_dt1, _dt2 = Parameter("dt1", _DT), Parameter("dt2", _DT)


def _add(unit: str, python: Callable[[str, int], str | None], example: str, result: str, edges: str = "") -> Function:
    return Function(
        f"Add{unit}",
        (_dt, Parameter("n", _I)),
        tree.DATE_TIME,
        f"The moment so many {unit.lower()} later; a negative n goes back.",
        edges=f"{edges} {_OUT}".strip(),
        examples=((example, result),),
        in_queries=_TRANSLATED,
        python=python,
    )


def _part(
    name: str, python: Callable[[str], int], meaning: str, example: str, result: str, *, clock: bool = False
) -> Function:
    return Function(
        name,
        (Parameter("dt", _CLOCK if clock else _DT),),
        tree.INTEGER,
        meaning,
        examples=((example, result),),
        in_queries=_TRANSLATED,
        python=python,
    )


def _between(unit: str, seconds: int, type_: DataType, example: str, result: str) -> Function:
    return Function(
        f"Diff{unit}",
        (_dt1, _dt2),
        type_,
        f"{unit} from dt1 to dt2, each cut to its {unit.lower()[:-1]} first; negative where dt2 is before dt1.",
        examples=((example, result),),
        in_queries=_TRANSLATED,
        python=dates.between(seconds),
    )


_MONTH_END = "A day that the month does not have becomes its last one."

DATES = (
    _add("Days", dates.add("days"), "AddDays(#2026-01-31#, 1)", "#2026-02-01 00:00:00#"),
    _add("Hours", dates.add("hours"), "AddHours(#2026-01-31 23:30:00#, 1)", "#2026-02-01 00:30:00#"),
    _add("Minutes", dates.add("minutes"), "AddMinutes(#2026-01-31 23:30:00#, -30)", "#2026-01-31 23:00:00#"),
    _add("Months", dates.add_months, "AddMonths(#2026-01-31#, 1)", "#2026-02-28 00:00:00#", _MONTH_END),
    _add("Seconds", dates.add("seconds"), "AddSeconds(#2026-01-31 23:59:59#, 1)", "#2026-02-01 00:00:00#"),
    _add("Years", dates.add_years, "AddYears(#2024-02-29#, 1)", "#2025-02-28 00:00:00#", _MONTH_END),
    Function(
        "BuildDateTime",
        (Parameter("d", (tree.DATE,)), Parameter("t", (tree.TIME,))),
        tree.DATE_TIME,
        "The moment of a day and a time.",
        examples=(("BuildDateTime(#2026-01-31#, #10:30:00#)", "#2026-01-31 10:30:00#"),),
        in_queries=_TRANSLATED,
        python=dates.build,
    ),
    Function(
        "CurrDate",
        (),
        tree.DATE,
        "Today, in UTC.",
        edges="CurrDate, CurrTime and CurrDateTime stand still while one action, query or page is computed.",
    ),
    Function("CurrDateTime", (), tree.DATE_TIME, "Now."),
    Function("CurrTime", (), tree.TIME, "The time of day, in UTC."),
    _part("Day", dates.day, "The day of the month, from 1.", "Day(#2026-01-31#)", "31"),
    _part("DayOfWeek", dates.day_of_week, "The day of the week: Sunday is 0.", "DayOfWeek(#2026-01-31#)", "6"),
    Function(
        "DiffDays",
        (_dt1, _dt2),
        tree.INTEGER,
        "Calendar days from dt1 to dt2, whatever their times; negative where dt2 is before dt1.",
        examples=(("DiffDays(#2026-01-31 23:59:00#, #2026-02-01 00:01:00#)", "1"),),
        in_queries=_TRANSLATED,
        python=dates.days_between,
    ),
    _between("Hours", 3600, tree.INTEGER, "DiffHours(#2026-01-31 10:59:00#, #2026-01-31 12:00:00#)", "2"),
    _between("Minutes", 60, tree.LONG_INTEGER, "DiffMinutes(#2026-01-31 10:00:59#, #2026-01-31 10:00:00#)", "0"),
    _between("Seconds", 1, tree.LONG_INTEGER, "DiffSeconds(#2026-01-31 10:00:00#, #2026-01-31 10:01:00#)", "60"),
    _part("Hour", dates.hour, "The hour, 0 to 23.", "Hour(#10:30:15#)", "10", clock=True),
    _part("Minute", dates.minute, "The minute, 0 to 59.", "Minute(#10:30:15#)", "30", clock=True),
    _part("Month", dates.month, "The month, 1 to 12.", "Month(#2026-01-31#)", "1"),
    Function(
        "NewDate",
        (Parameter("y", _I), Parameter("m", _I), Parameter("d", _I)),
        tree.DATE,
        "The date of three numbers.",
        edges="No value where there is no such date.",
        examples=(("NewDate(2026, 1, 31)", "#2026-01-31#"), ("NewDate(2026, 2, 30)", "NullDate()")),
        python=dates.new_date,
    ),
    Function(
        "NewDateTime",
        tuple(Parameter(name, _I) for name in ("y", "mo", "d", "h", "mi", "s")),
        tree.DATE_TIME,
        "The moment of six numbers.",
        edges="No value where there is no such moment.",
        examples=(("NewDateTime(2026, 1, 31, 10, 30, 0)", "#2026-01-31 10:30:00#"),),
        python=dates.new_date_time,
    ),
    Function(
        "NewTime",
        (Parameter("h", _I), Parameter("m", _I), Parameter("s", _I)),
        tree.TIME,
        "The time of three numbers.",
        edges="No value where there is no such time.",
        examples=(("NewTime(10, 30, 0)", "#10:30:00#"), ("Hour(NewTime(24, 0, 0))", "Hour(NullDate())")),
        python=dates.new_time,
    ),
    _part("Second", dates.second, "The whole second, 0 to 59.", "Second(#10:30:15#)", "15", clock=True),
    _part("Year", dates.year, "The year.", "Year(#2026-01-31#)", "2026"),
)
