"""An engine for each port that keeps all in this process's memory: for tests, and for people who write an engine.

They do what the port says and nothing else: no process, no network, no file. What is to go wrong is set by whoever uses
them.
"""

from odcpub.engines.memory.build import MemoryBuilder, MemoryCompiler
from odcpub.engines.memory.database import MemoryDatabase
from odcpub.engines.memory.registry import MemoryRegistry
from odcpub.engines.memory.runner import MemoryRunner

__all__ = ["MemoryBuilder", "MemoryCompiler", "MemoryDatabase", "MemoryRegistry", "MemoryRunner"]
