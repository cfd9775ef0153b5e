"""What the printer of C# looks up: methods of the runtime, signs, which values are null. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from odcpub.compiler.expressions.csharp_pieces import Binding
from odcpub.compiler.literals import csharp_type
from odcpub.compiler.marked import CSharp
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import rules
from odcpub.model.expressions.catalog import FUNCTIONS, GROUPS
from odcpub.model.expressions.tree import Binary, Call, Convert, Expression, Extent, Literal, Operator

_CLASSES = {
    "Text": "Texts",
    "Numbers": "Numbers",
    "Date and time": "Moments",
    "Conversion": "Conversions",
    "Format": "Formats",
    "Others": "Texts",
}
"""Group of functions → class of the runtime."""
METHODS = {
    function.name: csharp_type(f"{_CLASSES[group]}.{function.name}")
    for group, functions in GROUPS.items()
    for function in functions
}
NULLS = frozenset({rules.NO_VALUE, "NullBinary", "NullDate", "NullIdentifier", "NullTextIdentifier"})
SURE = frozenset(name for name in FUNCTIONS if name.endswith("Validate")) | {"GenerateGuid", "Length"}
"""Functions that always have a value."""
CALCULATIONS = {
    Operator.PLUS: CSharp.code("Numbers.Add"),
    Operator.MINUS: CSharp.code("Numbers.Subtract"),
    Operator.TIMES: CSharp.code("Numbers.Multiply"),
    Operator.OVER: CSharp.code("Numbers.Divide"),
}
SIGNS = {
    Operator.OR: (CSharp.code("||"), Binding.OR),
    Operator.AND: (CSharp.code("&&"), Binding.AND),
    Operator.EQUAL: (CSharp.code("=="), Binding.EQUALITY),
    Operator.DIFFERENT: (CSharp.code("!="), Binding.EQUALITY),
    Operator.LESS: (CSharp.code("<"), Binding.RELATIONAL),
    Operator.GREATER: (CSharp.code(">"), Binding.RELATIONAL),
    Operator.AT_MOST: (CSharp.code("<="), Binding.RELATIONAL),
    Operator.AT_LEAST: (CSharp.code(">="), Binding.RELATIONAL),
}
EXTENTS = {Extent.LENGTH: CSharp.code("Count"), Extent.EMPTY: CSharp.code("IsEmpty")}
SAME_TEXT = frozenset({Basic.INTEGER, Basic.LONG_INTEGER, Basic.BOOLEAN, Basic.IDENTIFIER})
"""Types whose values C# turns into the text that we do."""
TO_TEXT = {
    Basic.INTEGER: "IntegerToText",
    Basic.LONG_INTEGER: "LongIntegerToText",
    Basic.DECIMAL: "DecimalToText",
    Basic.CURRENCY: "DecimalToText",
    Basic.BOOLEAN: "BooleanToText",
    Basic.DATE: "DateToText",
    Basic.TIME: "TimeToText",
    Basic.DATE_TIME: "DateTimeToText",
    Basic.IDENTIFIER: "IdentifierToText",
}


def operands(node: Expression) -> Iterator[Expression]:
    """The operands of a join and of the joins in it, without their conversions to Text: each is converted by itself."""
    if isinstance(node, Binary) and node.operator is Operator.PLUS and node.type.basic is Basic.TEXT:
        yield from operands(node.left)
        yield from operands(node.right)
    elif isinstance(node, Convert) and rules.is_text(node.type):
        yield from operands(node.operand)
    else:
        yield node


def groups(given: Iterable[Expression]) -> Iterator[list[Expression]]:
    """Operands of a join: each text of any length by itself, the others together."""
    group: list[Expression] = []
    for one in given:
        if not rules.is_text(one.type) or isinstance(one, Literal):
            group.append(one)
            continue
        if group:
            yield group
        yield [one]
        group = []
    if group:
        yield group


def is_null(node: Expression) -> bool:
    """Whether it is C#'s null; no list is."""
    if isinstance(node, Convert):
        return is_null(node.operand)
    if node.type.many:
        return False
    return (isinstance(node, Literal) and node.value is None) or (isinstance(node, Call) and node.function in NULLS)


def is_class(type_: DataType) -> bool:
    """Whether C#'s type is one of references, which null fits as it is."""
    return type_.many or type_.basic in (Basic.STRUCTURE, Basic.BINARY_DATA, Basic.IDENTIFIER) or rules.is_text(type_)
