"""Computes expressions in C#: many at a time, compiled into one assembly with the runtime of apps and run once."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from odcpub.compiler.assemblies import APP, RUNTIME
from odcpub.compiler.drafts import Assembly, Source
from odcpub.compiler.expressions.csharp import value
from odcpub.compiler.expressions.csharp_pieces import Surroundings
from odcpub.compiler.literals import csharp_identifier, csharp_literal
from odcpub.compiler.marked import CSharp
from odcpub.compiler.runtime import runtime_assembly
from odcpub.engines.csharp.failure import CompileFailed
from odcpub.engines.csharp.host import host_files, library_files
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.model.elements import Basic, DataType, Scalar
from odcpub.model.expressions import rules
from odcpub.model.expressions.evaluate import Worth
from odcpub.model.expressions.tree import Expression, Kind, Literal, Name, children
from tests.expression_holders import HOLDING
from tests.expressions import Case
from tests.toolchain import toolchain_of_tests

NOW, APP_NAME = "2026-01-31T10:30:15.25Z", "Desk"
"""When and in which app they are computed."""
Outcome = Scalar | None


class InCSharp:
    """Expressions in C#. Keeps the compiled runtime and a folder of what runs."""

    def __init__(self, compiler: RoslynCompiler, folder: Path) -> None:
        self._compiler, self._folder = compiler, folder
        self._toolchain = compiler.toolchain()
        self._runtime = compiler.compile([runtime_assembly()], {})
        (folder / APP).mkdir()
        for file in (*host_files(self._toolchain), *library_files(self._toolchain)):
            (folder / file.path).write_bytes(file.content)
            (folder / file.path).chmod(file.mode)
        (folder / APP / f"{RUNTIME}.dll").write_bytes(self._runtime[RUNTIME])

    def computed(self, cases: Sequence[Case]) -> list[Outcome]:
        """What each case gives: a value as elements hold it, None, or OVERFLOW."""
        methods = [_method(number, case) for number, case in enumerate(cases)]
        lines = self.run("\n".join([_PROGRAM, *methods, _main(len(cases)), "}", *map(_class, HOLDING.members)]))
        return [_outcome(json.loads(line), case.expression.type) for line, case in zip(lines, cases, strict=True)]

    def run(self, program: str) -> list[str]:
        """The lines that a program prints."""
        main = Assembly(APP, (Source("cases.cs", program),), (RUNTIME,), executable=True)
        try:
            images = self._compiler.compile([main], self._runtime)
        except CompileFailed as error:
            lines = program.splitlines()
            pytest.fail("\n".join(f"{one}: {_line(lines, str(one))}" for one in error.problems[:10]))
        (self._folder / APP / f"{APP}.dll").write_bytes(images[APP])
        env = os.environ | {"DOTNET_ROOT": str(self._toolchain.root), "DOTNET_TieredCompilation": "1"}
        command = [self._folder / APP / APP]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
        return done.stdout.splitlines()


@contextmanager
def in_csharp(strict: bool = False) -> Iterator[InCSharp]:
    """``strict``: a warning of the C# compiler is an error."""
    parts = toolchain_of_tests()
    compiler = RoslynCompiler(lambda: parts, strict)
    with TemporaryDirectory() as folder:
        try:
            yield InCSharp(compiler, Path(folder))
        finally:
            compiler.close()


def surroundings() -> Surroundings:
    return Surroundings(named, HOLDING.statics, CSharp.code("now"), csharp_literal(APP_NAME))


def named(node: Name) -> CSharp:
    """Variables are local variables here, records their keys."""
    symbol = node.symbol
    return csharp_literal(symbol.key) if symbol.kind is Kind.RECORD else csharp_identifier(symbol.name)


def _method(number: int, case: Case) -> str:
    around = surroundings()
    lines = [f"    static {around.type_of(case.type)} E{number}()", "    {"]
    for name in _names(case.expression):
        declared = around.type_of(name.type)
        literal = _given(case.names[name.symbol.name], name.type)
        # Not a constant: the compiler knows nothing of a variable's value.
        lines.append(f"        {declared} {named(name)} = Given<{declared}>({literal});")
    return "\n".join([*lines, f"        return {value(case.expression, around)};", "    }"])


def _given(worth: Worth, type_: DataType) -> str:
    """A value as C# makes it."""
    declared = surroundings().type_of(type_)
    if type_.many:
        element = replace(type_, many=False)
        elements = ", ".join(_given(one, element) for one in worth or ())
        return f"ImmutableList.CreateRange(new {surroundings().type_of(element)}[] {{ {elements} }})"
    if worth is None:
        return "null"
    if type_.basic is not Basic.STRUCTURE:
        return str(value(Literal(worth, type_), surroundings()))
    members = HOLDING.members[type_.target]
    values = ", ".join(f"{name} = {_given(one, members[name].type)}" for name, one in worth.items())
    return f"new {str(declared).rstrip('?')} {{ {values} }}"


def _class(name: str) -> str:
    properties: list[str] = []
    for key, one in HOLDING.members[name].items():
        declared = surroundings().type_of(one.type)
        properties.append(f"    public {declared} {key} {{ get; init; }}{f' = {declared}.Empty;' * one.type.many}")
    return "\n".join([f"internal sealed class {name}", "{", *properties, "}"])


def _names(node: Expression) -> tuple[Name, ...]:
    found: dict[str, Name] = {}

    def look(one: Expression) -> None:
        if isinstance(one, Name) and one.symbol.kind is Kind.VARIABLE:
            found[one.symbol.name] = one
        for child in children(one):
            look(child)

    look(node)
    return tuple(found.values())


def _outcome(printed: object, type_: DataType) -> Outcome:
    if isinstance(printed, list):
        return printed[0]
    if printed is None or isinstance(printed, bool):
        return printed
    text = str(printed)
    if type_.basic in (Basic.INTEGER, Basic.LONG_INTEGER):
        return int(text)
    if type_.basic is Basic.IDENTIFIER and not isinstance(printed, str):
        return int(text)
    return Decimal(text) if rules.is_number(type_) else text


def _line(lines: Sequence[str], problem: str) -> str:
    return lines[int(problem.split(":")[1]) - 1].strip()


def _main(count: int) -> str:
    calls = "\n".join(f"        Show(() => E{number}());" for number in range(count))
    return f"    static void Main()\n    {{\n{calls}\n        Console.Out.Flush();\n    }}"


_PROGRAM = """#nullable enable
#pragma warning disable CS0464, CS0472, CS0652, CS1718, CS8073 // a comparison whose answer is known
using System;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Text.Encodings.Web;
using System.Text.Json;
using Odcpub.Runtime;

internal static class Program
{
    static readonly DateTimeOffset now = Moments.Utc(2026, 1, 31, 10, 30, 15, 250000);
    static T Given<T>(T value) => value;

    static Program() => Console.SetOut(new StreamWriter(Console.OpenStandardOutput()));

    static void Show(Func<object?> made)
    {
        object? shown;
        try { shown = made(); }
        catch (ExpressionOverflowException) { shown = new[] { "overflow" }; }
        catch (ExpressionIndexException) { shown = new[] { "out of range" }; }
        var invariant = CultureInfo.InvariantCulture;
        Console.WriteLine(JsonSerializer.Serialize(shown switch
        {
            decimal number => number.ToString(invariant),
            DateOnly day => day.ToString("yyyy-MM-dd", invariant),
            TimeOnly time => time.ToString("HH:mm:ss.FFFFFF", invariant),
            DateTimeOffset moment => moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFZ", invariant),
            _ => shown,
        }));
    }
"""
