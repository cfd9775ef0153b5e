"""JHipster's built-in entities, which a file refers to and never declares. No I/O."""

from __future__ import annotations

from collections.abc import Mapping

from odcpub.model.elements import Attribute, Basic, DataType

_NAME = DataType(Basic.TEXT, length=50)


def _attribute(name: str, data_type: DataType, *, mandatory: bool = False) -> Attribute:
    return Attribute(name, name, data_type, mandatory)


# JDL's entity → (JDL's field, attribute, unique). Passwords and keys are a sign-in's own and stay away.
BUILT_IN: Mapping[str, tuple[tuple[str, Attribute, bool], ...]] = {
    "User": (
        ("login", _attribute("Login", _NAME, mandatory=True), True),
        ("firstName", _attribute("FirstName", _NAME), False),
        ("lastName", _attribute("LastName", _NAME), False),
        ("email", _attribute("Email", DataType(Basic.EMAIL)), True),
        ("imageUrl", _attribute("ImageUrl", DataType(Basic.TEXT, length=256)), False),
        ("activated", _attribute("Activated", DataType(Basic.BOOLEAN)), False),
        ("langKey", _attribute("LangKey", DataType(Basic.TEXT, length=10)), False),
    ),
    "Authority": (("name", _attribute("Name", _NAME, mandatory=True), True),),
}
