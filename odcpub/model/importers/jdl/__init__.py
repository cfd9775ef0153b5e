"""JHipster's domain language (JDL) → a model: text in, files out. No I/O.

The way: ``tokens`` → ``parser`` (with ``cursor`` and ``options``) → ``tree`` → ``mapping`` (with ``attributes``,
``validations``, ``relations``) → elements → ``importers.emit``.
"""

from odcpub.model.importers.jdl.importing import Imported, import_jdl

__all__ = ["Imported", "import_jdl"]
