"""Only what odcpub itself writes is a migration script: everything else would be executed by the server."""

from __future__ import annotations

import pytest
from hypothesis import given

from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.plan import plan_migration
from odcpub.data.script import cut, parts_of, plan_parts, script_text
from odcpub.data.script_check import foreign_line
from odcpub.data.target import target_schema
from odcpub.model.elements import Asset, Basic, Entity, Index, Kind, Record, StaticEntity
from tests.former_plans import NUMBERS, pending
from tests.helpdesk_asset import attribute
from tests.tries import tries
from tests.unit.data.test_script import TEXTS

OLDER = '''"""Deployment 2, tighten. Written by odcpub; plain `alembic upgrade head` runs it, too."""

import sqlalchemy as sa
from alembic import op

revision = '0002_tighten'
down_revision = None
branch_labels = None
depends_on = None
plan = 'ce261930c126c41b58f5bce71e724ec3'


def upgrade(op=op) -> None:
    with op.get_context().autocommit_block():
        # thing.name is mandatory
        op.alter_column('thing', 'name', nullable=False)
        op.drop_constraint('c', 'thing', if_exists=True)
        op.create_foreign_key('f', 'thing', 'other', ['by'], ['id'], ondelete='SET NULL')
        op.execute(sa.DDL("DELETE FROM odcpub_schema WHERE target <> 'x'"))


def downgrade() -> None:
    raise NotImplementedError("nothing is taken back: deploy the revision you want instead")
'''
"""As the first versions wrote them: no parts, and names without ``q``."""


def app(label: str, default: str, *, tight: bool) -> Asset:
    name = attribute("Name", Basic.TEXT, length=9 if tight else 10, default=default, mandatory=tight)
    entity = Entity("T", "T", (name,), (Index("I", "I", ("Name",), tight),) if tight else ())
    statics = (StaticEntity("S", "S", (Record(label or "-", label, 1),)),)
    return Asset(Kind.APP, "A", "k", static_entities=statics, entities=(entity,))


def scripts(old: Asset | None, new: Asset) -> list[str]:
    made = plan_parts(plan_migration(target_schema(old) if old else None, target_schema(new), asset=new))
    return [script_text(made, file, 7, None) for phase in (EXPAND, TIGHTEN) for file in made.files(phase)]


@tries(50)
@given(TEXTS, TEXTS)
def test_what_odcpub_writes_is_a_script(label: str, default: str) -> None:
    before = app(label, default, tight=False)
    for script in (*scripts(None, before), *scripts(before, app(label, default, tight=True))):
        assert not foreign_line(script)


def test_both_halves_of_a_script_that_was_cut_are_scripts() -> None:
    script = next(
        one for one in scripts(app("a", "b", tight=False), app("a", "b", tight=True)) if len(parts_of(one)) > 1
    )
    assert [foreign_line(half) for half in cut(script, parts_of(script)[0])] == ["", ""]


@pytest.mark.parametrize("number", NUMBERS)
def test_what_a_former_version_wrote_is_a_script(number: int) -> None:
    assert [foreign_line(one.read_text()) for one in pending(number)] == ["" for _ in pending(number)]


def test_what_the_first_versions_wrote_is_a_script() -> None:
    assert not foreign_line(OLDER)


(SCRIPT,) = scripts(None, app("a", "b", tight=False))
PART = f"{SCRIPT}\n\n@parts.append\ndef part_9"
HOSTILE = {
    "import os": f"{SCRIPT}\nimport os\n",
    "import sqlalchemy as sa, os": SCRIPT.replace("import sqlalchemy as sa", "import sqlalchemy as sa, os"),
    "from os import system as op": SCRIPT.replace("from alembic import op", "from os import system as op"),
    "print(1)": f"{SCRIPT}\nprint(1)\n",
    "sa = open": f"{SCRIPT}\nsa = open\n",
    "revision = open('x')": f"{SCRIPT}\nrevision = open('x')\n",
    "revision = base = 'x'": f"{SCRIPT}\nrevision = base = 'x'\n",
    "def q(name):": SCRIPT.replace("return sa.quoted_name(name, quote=True)", "return open(name)"),
    "def downgrade() -> None:": SCRIPT.replace("raise NotImplementedError(", "print("),
    "def part_9(op, x=open('y')) -> None:": f"{PART}(op, x=open('y')) -> None:\n    pass\n",
    "def part_9(op) -> None:": f"{SCRIPT}\n\n@print\n@parts.append\ndef part_9(op) -> None:\n    pass\n",
    "def upgrade(op=print) -> None:": SCRIPT.replace("def upgrade(op=op)", "def upgrade(op=print)"),
    "op.get_bind().engine": f"{SCRIPT}    op.get_bind().engine\n",
    "op.invoke('x')": f"{SCRIPT}    op.invoke('x')\n",
    "op.bulk_insert('x', [])": f"{SCRIPT}    op.bulk_insert('x', [])\n",
    "open('x')": f"{SCRIPT}    op.execute(sa.DDL(open('x')))\n",
    "sa.create_engine('x')": f"{SCRIPT}    op.execute(sa.create_engine('x'))\n",
    "sa.util.compat": f"{SCRIPT}    op.execute(sa.util.compat)\n",
    "{'a': 1}": f"{SCRIPT}    op.create_table('t', **{{'a': 1}})\n",
    "f'{open(1)}'": f"{SCRIPT}    op.execute(f'{{open(1)}}')\n",
    "*sa.__dict__": f"{SCRIPT}    op.execute(*sa.__dict__)\n",
    "q(open('x'))": f"{SCRIPT}    op.drop_index(q(open('x')))\n",
    "lambda: 1": f"{SCRIPT}    op.create_index(q('i'), q('t'), [lambda: 1])\n",
    "with open('x'):": f"{SCRIPT}    with open('x'):\n        op.execute(sa.DDL('x'))\n",
    "import os  # within": f"{SCRIPT}    with op.get_context().autocommit_block():\n        import os  # within\n",
    "for one in parts:": f"{SCRIPT}    for one in parts:\n        op.execute(one)\n",
    "'''a": f"{SCRIPT}    op.execute(sa.DDL('''a\n\n@parts.append\ndef part_9(op):\n    open(1)'''))\n",
}


@pytest.mark.parametrize("said", HOSTILE)
def test_nothing_else_is_a_script(said: str) -> None:
    _, _, source = foreign_line(HOSTILE[said]).partition(": ")
    assert said.startswith(source)
    assert source


def test_the_line_is_told() -> None:
    assert foreign_line(f"{SCRIPT}\n\nimport os") == f"line {SCRIPT.count(chr(10)) + 3}: import os"


@pytest.mark.parametrize("text", ["revision = ", "\0", "(" * 10_000, "-" * 100_000 + "1", "\ud800"])
def test_what_is_not_python_is_no_script(text: str) -> None:
    assert "is not Python" in foreign_line(text)
