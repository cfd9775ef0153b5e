"""Annotations in comments, beside whatever else they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.data.annotations import comment_text, read_annotation
from odcpub.data.schema import Annotation, Referent

NAMES = st.sampled_from(["", "A", "Points"])
REFERENTS = st.sampled_from([None, Referent("A"), Referent("CurrencyCode", "5f5b7a53-6c0e")])


@given(st.builds(Annotation, REFERENTS, NAMES, NAMES, st.booleans(), words=st.text()))
def test_what_is_noted_is_read_again_and_words_stay(annotation: Annotation) -> None:
    if read_annotation(annotation.words) != Annotation():
        return
    again = read_annotation(comment_text(annotation))
    assert (again, again.words) == (annotation, annotation.words)


@pytest.mark.parametrize(
    ("comment", "annotation", "words"),
    [
        (None, Annotation(), ""),
        ("", Annotation(), ""),
        ("odcpub: refers=Customer", Annotation(Referent("Customer")), ""),
        ("odcpub: refers=Code@5f5b dropped=yes", Annotation(Referent("Code", "5f5b"), dropped=True), ""),
        ("Eve's\nodcpub: key=A name=B\nmore", Annotation(None, "A", "B"), "Eve's\nmore"),
        ("odcpub: installation=x", Annotation(), "odcpub: installation=x"),
        ("see odcpub: refers=Customer", Annotation(), "see odcpub: refers=Customer"),
    ],
)
def test_comments_as_people_leave_them(comment: str | None, annotation: Annotation, words: str) -> None:
    assert (read_annotation(comment), read_annotation(comment).words) == (annotation, words)
