"""Built-in functions on numbers. A calculated number has 8 decimals, rounded half away from zero. No I/O."""

from __future__ import annotations

from odcpub.model.expressions import tree
from odcpub.model.expressions.functions import Function, InQueries, Parameter
from odcpub.model.expressions.python import numbers

_n = Parameter("n")
_D = (tree.DECIMAL,)
_TRANSLATED = InQueries.TRANSLATED

NUMBERS = (
    Function(
        "Abs",
        (_n,),
        None,
        "The number without its sign.",
        edges="No value where the type cannot hold it: Abs of the least Integer.",
        examples=(("Abs(-2.5)", "2.5"), ("Abs(3)", "3")),
        in_queries=_TRANSLATED,
        python=numbers.absolute,
    ),
    Function(
        "Max",
        (_n, Parameter("m")),
        None,
        "The greater of two numbers.",
        examples=(("Max(1, 2.5)", "2.5"),),
        in_queries=_TRANSLATED,
        python=numbers.greater,
    ),
    Function(
        "Min",
        (_n, Parameter("m")),
        None,
        "The lesser of two numbers.",
        examples=(("Min(1, 2.5)", "1.0"),),
        in_queries=_TRANSLATED,
        python=numbers.lesser,
    ),
    Function(
        "Mod",
        (Parameter("n", _D), Parameter("m", _D)),
        tree.DECIMAL,
        "What is left of n after taking m away as often as it fits; the sign is that of n.",
        edges="No value for m = 0.",
        examples=(("Mod(7, 3)", "1.0"), ("Mod(-7, 3)", "-1.0"), ("Mod(5.5, 2)", "1.5")),
        in_queries=_TRANSLATED,
        python=numbers.remainder,
    ),
    Function(
        "Power",
        (Parameter("n", _D), Parameter("m", (tree.INTEGER,))),
        tree.DECIMAL,
        "n multiplied by itself, m times; a negative m divides 1 by it.",
        edges="The result alone is rounded. No value where it has more than 20 digits before the point, for 0 with a "
        "negative m, and for an m below -10,000 or above 10,000. Power(0, 0) is 1. ODC takes a Decimal as m.",
        examples=(("Power(2, 10)", "1024.0"), ("Power(2, -2)", "0.25"), ("Power(1.1, 2)", "1.21")),
        python=numbers.power,
    ),
    Function(
        "Round",
        (Parameter("n", _D), Parameter("fractionalDigits", (tree.INTEGER,), 0)),
        tree.DECIMAL,
        "The number rounded to so many decimals, half away from zero.",
        edges="Negative fractionalDigits round before the point; more than 8 change nothing. "
        "No value where the result has more than 20 digits before the point.",
        examples=(
            ("Round(2.5)", "3.0"),
            ("Round(-2.5)", "-3.0"),
            ("Round(2.345, 2)", "2.35"),
            ("Round(1250, -2)", "1300.0"),
        ),
        in_queries=_TRANSLATED,
        python=numbers.to_digits,
    ),
    Function(
        "Sign",
        (_n,),
        tree.INTEGER,
        "-1, 0 or 1.",
        examples=(("Sign(-2.5)", "-1"), ("Sign(0)", "0")),
        in_queries=_TRANSLATED,
        python=numbers.sign,
    ),
    Function(
        "Sqrt",
        (Parameter("n", _D),),
        tree.DECIMAL,
        "The square root.",
        edges="No value for a negative number.",
        examples=(("Sqrt(9)", "3.0"), ("Sqrt(2)", "1.41421356")),
        in_queries=_TRANSLATED,
        python=numbers.root,
    ),
    Function(
        "Trunc",
        (Parameter("n", _D),),
        tree.DECIMAL,
        "The number without its decimals.",
        examples=(("Trunc(2.9)", "2.0"), ("Trunc(-2.9)", "-2.0")),
        in_queries=_TRANSLATED,
        python=numbers.whole,
    ),
)
