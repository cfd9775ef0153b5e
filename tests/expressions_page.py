"""Writes the reference of functions into docs/expressions.md: ``python -m tests.expressions_page``."""

from __future__ import annotations

from pathlib import Path

from tests.expressions_reference import reference

PAGE = Path(__file__).parents[1] / "docs" / "expressions.md"
BEGINS = "### Text\n"


def page() -> str:
    """The page as it should be: what people wrote, and the reference as the table has it now."""
    return PAGE.read_text().partition(BEGINS)[0] + reference()


if __name__ == "__main__":
    PAGE.write_text(page())
