"""The C# compiler port on a warm compile server. Does I/O through its process."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from odcpub.compiler.drafts import Assembly
from odcpub.engines.csharp.failure import CompileFailed, Diagnostic, explain
from odcpub.engines.csharp.order import check_references
from odcpub.engines.csharp.parts import Parts
from odcpub.engines.csharp.process import Died, DriverProcess
from odcpub.engines.ports import Toolchain
from odcpub.errors import REPORT, EngineError


class RoslynCompiler:
    """Starts its compile server when first needed and again when it died; threads take turns.

    ``find`` gives the toolchain's parts, setting them up where they are missing; it is asked once, and again when their
    files have gone. ``strict``: every warning is an error.
    """

    def __init__(self, find: Callable[[], Parts], strict: bool = False) -> None:
        self._find = find
        self._strict = strict
        self._parts: Parts | None = None
        self._process: DriverProcess | None = None
        self._closed = False
        self._lock = threading.RLock()

    def toolchain(self) -> Toolchain:
        return self._have().toolchain

    def start(self) -> int:
        """Starts the compile server, which then warms itself up; its process id."""
        with self._lock:
            return self._running().pid

    def compile(self, assemblies: Sequence[Assembly], given: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """See the port. Images come in the order of ``assemblies``."""
        check_references(assemblies, given)
        if not assemblies:
            return {}
        answer = self._ask(_request(assemblies, given) | {"strict": self._strict})
        if "failure" in answer:
            raise EngineError(f"compile server: {answer['failure']}", REPORT)
        if answer["diagnostics"]:
            raise CompileFailed(explain(map(_diagnostic, answer["diagnostics"]), assemblies))
        return {one.name: base64.b64decode(answer["images"][one.name]) for one in assemblies}

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._drop()

    def _ask(self, request: Mapping[str, object]) -> dict[str, Any]:
        """A server that died is started again once for the same request: compiling has no effects."""
        with self._lock:
            try:
                return self._running().ask(request)
            except Died:
                self._drop()
            try:
                return self._running().ask(request)
            except Died:
                self._drop()
                raise

    def _running(self) -> DriverProcess:
        if self._closed:
            raise EngineError("compile server: has been stopped", "start the server again: odcpub status")
        parts = self._have()
        if self._process is None:
            self._process = DriverProcess(parts)
        return self._process

    def _have(self) -> Parts:
        with self._lock:
            if self._parts is None or _gone(self._parts):
                self._drop()
                self._parts = self._find()
            return self._parts

    def _drop(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None


def _gone(parts: Parts) -> bool:
    """Whether the cache was emptied or the SDK upgraded meanwhile; a look at few files, since every step of a publish
    asks. References of an SDK lie in a folder of its version."""
    made = (parts.toolchain.root, parts.toolchain.launcher, Path(parts.command[-1]), *parts.toolchain.libraries)
    needed = (*made, *parts.references[:1])
    return not all(file.exists() for file in needed)


def _diagnostic(answered: Mapping[str, Any]) -> Diagnostic:
    more = dict(answered)
    return Diagnostic(origin_line=more.pop("originLine"), **more)


def _request(assemblies: Sequence[Assembly], given: Mapping[str, bytes]) -> dict[str, object]:
    named = {name for assembly in assemblies for name in assembly.references}
    own = {assembly.name for assembly in assemblies}
    return {
        "assemblies": [_unit(assembly) for assembly in assemblies],
        "given": {name: base64.b64encode(given[name]).decode() for name in sorted(named - own)},
    }


def _unit(assembly: Assembly) -> dict[str, object]:
    return {
        "name": assembly.name,
        "executable": assembly.executable,
        "sources": [{"path": source.path, "text": source.text} for source in assembly.sources],
        "references": list(assembly.references),
    }
