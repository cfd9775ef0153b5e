"""Names of the C# classes of structures and actions: the model's own, made safe. Pure, no I/O.

A class that is called like a type of the code would hide it. What would do so gets an underscore behind it, as does
what would then be called the same. An asset has no two elements of one name, whatever their kind.
"""

from __future__ import annotations

import re
from functools import lru_cache

from odcpub.compiler.expressions.csharp_pieces import RESERVED
from odcpub.compiler.literals import csharp_identifier
from odcpub.compiler.marked import CSharp

MEMBERS = frozenset({"Describe", "Described", "Descriptor", "Inputs", "Run"})
"""Members of classes of actions and structures."""
TAKEN = RESERVED | MEMBERS | {
    *("ActionDescriptor", "ActionRun", "Argument", "Assigned", "AttributeDescriptor", "AttributeType", "Func"),
    *("Refusal", "RowReader", "Sorts", "StructureDescriptor", "Task", "Values", "Odcpub", "System"),
}  # fmt: skip
"""Names that generated code has for something else."""


@lru_cache(maxsize=65_536)
def class_name(element: str) -> CSharp:
    """The class of a structure or action, or the short name of a library. Two names never give the same."""
    bare = element.rstrip("_")
    identifier = csharp_identifier(element)
    if bare in TAKEN or csharp_identifier(bare).startswith("@"):
        return CSharp.code("{}_", identifier)
    # Words of small letters alone may become C#'s own (CS8981), and are written as those that are.
    return CSharp.code("@{}", identifier) if re.fullmatch("[a-z]+", identifier) else identifier
