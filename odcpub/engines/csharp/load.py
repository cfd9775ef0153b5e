"""Compiles one C# file with Roslyn loaded into this Python process; the bootstrap's first compile. Does I/O.

Run in a process of its own (``python -m odcpub.engines.csharp.load``), since a .NET runtime never leaves a process:
arguments are DOTNET_ROOT, runtimeconfig.json, folder with Roslyn, C# file, the .dll to write, references.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any


def main(arguments: list[str]) -> int:
    root, config, roslyn, source, target, *references = arguments
    _start_runtime(
        root, config, [f"{roslyn}/Microsoft.CodeAnalysis.dll", f"{roslyn}/Microsoft.CodeAnalysis.CSharp.dll"]
    )
    image, errors = _compile(Path(source), Path(target).stem, references)
    if errors:
        sys.stderr.write("\n".join(errors) + "\n")
        return 1
    Path(target).write_bytes(image)
    return 0


def _start_runtime(root: str, config: str, assemblies: list[str]) -> None:
    import pythonnet
    from clr_loader import get_coreclr

    pythonnet.set_runtime(get_coreclr(runtime_config=config, dotnet_root=root))
    import clr

    for assembly in assemblies:
        clr.AddReference(assembly)


def _compile(source: Path, name: str, references: list[str]) -> tuple[bytes, list[str]]:
    # These modules exist only once the runtime has started.
    import System  # type: ignore[import-not-found]
    from Microsoft.CodeAnalysis import (  # type: ignore[import-not-found]
        MetadataReference,
        NullableContextOptions,
        OptimizationLevel,
        OutputKind,
        SyntaxTree,
    )
    from Microsoft.CodeAnalysis.CSharp import (  # type: ignore[import-not-found]
        CSharpCompilation,
        CSharpCompilationOptions,
        CSharpSyntaxTree,
    )

    trees = _list(SyntaxTree, [CSharpSyntaxTree.ParseText(source.read_text(), None, source.name)])
    given = _list(MetadataReference, [MetadataReference.CreateFromFile(reference) for reference in references])
    options = CSharpCompilationOptions(OutputKind.ConsoleApplication)
    options = options.WithOptimizationLevel(OptimizationLevel.Release).WithDeterministic(True)
    options = options.WithNullableContextOptions(NullableContextOptions.Enable)
    memory = System.IO.MemoryStream()
    result = CSharpCompilation.Create(name, trees, given, options).Emit(memory)
    errors = [str(one) for one in result.Diagnostics if str(one.Severity) == "Error"]
    return bytes(memory.ToArray()), [] if result.Success else errors


def _list(kind: Any, items: list[Any]) -> Any:
    from System.Collections.Generic import List  # type: ignore[import-not-found]

    made = List[kind]()
    for item in items:
        made.Add(item)
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
