"""What a field of a request may hold, said where the request is described. No I/O.

The server's checks (pydantic) read it, and so does OpenAPI; the command line, which imports this too, loads no library
for it.
"""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from odcpub.files import MAX_FILE, MAX_PLAN

LARGEST = 2**31 - 1
"""Of numbers: of revisions, and of what is passed over in a list."""
LONGEST_PATH, LONGEST_TEXT, LONGEST_SCRIPT = 4_096, 1_000_000, 100_000_000


class Within(NamedTuple):
    """Limits of a text's length and form, or of a whole number, in the words of pydantic's schemas; ``nul``: whether a
    text may hold the NUL character, which no store keeps (``odcpub.portal.checked``)."""

    max_length: int | None = None
    ge: int | None = None
    le: int | None = None
    pattern: str | None = None
    nul: bool = False

    def __get_pydantic_core_schema__(self, source: object, handler: Callable[[object], dict[str, Any]]) -> Any:
        limits = {name: value for name, value in self._asdict().items() if name != "nul" and value is not None}
        return handler(source) | limits


Text = Annotated[str, Within(max_length=LONGEST_TEXT)]
Name = Annotated[str, Within(max_length=LONGEST_PATH)]
Script = Annotated[str, Within(max_length=LONGEST_SCRIPT)]
PlanFile = Annotated[str, Within(max_length=MAX_PLAN, nul=True)]
"""The text of a plan's file, which is read and never stored: its reader says where a NUL is."""
Digest = Annotated[str, Within(pattern="^[0-9a-f]{64}$")]
"""A sha256 in hexadecimal."""
Content = Annotated[str, Within(max_length=4 * MAX_FILE // 3 + 4)]
"""A file's content in base64."""
Whole = Annotated[int, Within(ge=0, le=LARGEST)]
RevisionNumber = Annotated[int, Within(ge=1, le=LARGEST)]
