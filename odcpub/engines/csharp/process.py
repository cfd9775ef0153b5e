"""The compile server's process: JSON lines in and out. Does I/O.

It ends with its parent because its standard input ends then. The kernel's parent-death signal is not used: it comes
when the *thread* that started the process ends, and a server's threads come and go.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from typing import Any

from odcpub.engines.csharp.parts import Parts
from odcpub.errors import EngineError

LONGEST = 300.0
"""Seconds that one request may take; far more than thousands of entities need."""
INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
"""All that the process gets of the server's environment: it compiles what authors wrote, and nothing else in there is
its business, a secret least of all."""
ENVIRONMENT = {
    "DOTNET_gcServer": "0",
    "DOTNET_EnableDiagnostics": "0",
    "DOTNET_NOLOGO": "1",
    "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
    "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
}


class Died(EngineError):
    """The compile server ended by itself."""


class DriverProcess:
    """One compile server; not for several threads at once."""

    def __init__(self, parts: Parts) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (lives as long as the process)
        root = str(parts.toolchain.root)
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        try:
            self._process = subprocess.Popen(
                parts.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=inherited | ENVIRONMENT | {"DOTNET_ROOT": root},
                start_new_session=True,
            )
        except OSError as error:
            self._errors.close()
            raise EngineError(
                f"{parts.command[0]}: cannot be started: {error.strerror}", "see: odcpub doctor"
            ) from None
        try:
            self.ask({"references": [str(path) for path in parts.references]})
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, request: Mapping[str, object]) -> dict[str, Any]:
        """Sends a request and waits for its answer; raises ``Died`` when there is none."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None  # noqa: S101  (both are pipes)
        watch = threading.Timer(LONGEST, self._process.kill)
        watch.daemon = True
        watch.start()
        try:
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
            answer = stdout.readline()
        except OSError:
            answer = b""
        finally:
            watch.cancel()
        if not answer.endswith(b"\n"):
            raise self._died()
        found: dict[str, Any] = json.loads(answer)
        return found

    def close(self) -> None:
        """Ends the process: politely, then not."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _died(self) -> Died:
        self._process.kill()
        code = self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read()[-4000:].decode(errors="replace").strip().splitlines()
        why = f"signal {-code}" if code < 0 else f"exit code {code}"
        said = f": {lines[0].strip()[:300]}" if lines else ""
        return Died(f"compile server: ended while it worked: {why}{said}", "is there enough memory? see: odcpub doctor")
