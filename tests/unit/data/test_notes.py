"""Notes in comments, beside whatever else they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.data.notes import comment_text, noted
from odcpub.data.schema import Note, Referent

NAMES = st.sampled_from(["", "A", "Points"])
REFERENTS = st.sampled_from([None, Referent("A"), Referent("CurrencyCode", "5f5b7a53-6c0e")])


@given(st.builds(Note, REFERENTS, NAMES, NAMES, st.booleans(), words=st.text()))
def test_what_is_noted_is_read_again_and_words_stay(note: Note) -> None:
    if noted(note.words) != Note():
        return
    again = noted(comment_text(note))
    assert (again, again.words) == (note, note.words)


@pytest.mark.parametrize(
    ("comment", "note", "words"),
    [
        (None, Note(), ""),
        ("", Note(), ""),
        ("odcpub: refers=Customer", Note(Referent("Customer")), ""),
        ("odcpub: refers=Code@5f5b dropped=yes", Note(Referent("Code", "5f5b"), dropped=True), ""),
        ("Eve's\nodcpub: key=A name=B\nmore", Note(None, "A", "B"), "Eve's\nmore"),
        ("odcpub: installation=x", Note(), "odcpub: installation=x"),
        ("see odcpub: refers=Customer", Note(), "see odcpub: refers=Customer"),
    ],
)
def test_comments_as_people_leave_them(comment: str | None, note: Note, words: str) -> None:
    assert (noted(comment), noted(comment).words) == (note, words)
