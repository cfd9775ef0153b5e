"""Built-in functions on texts. Positions and lengths count characters (code points) from 0. No I/O."""

from __future__ import annotations

from odcpub.model.expressions import letters, tree
from odcpub.model.expressions.functions import Function, InQueries, Parameter
from odcpub.model.expressions.python import texts

_T = (tree.TEXT,)
_I = (tree.INTEGER,)
_B = (tree.BOOLEAN,)
_t = Parameter("t", _T)
_text = Parameter("text", _T)

TEXTS = (
    Function(
        "Chr",
        (Parameter("c", _I),),
        tree.TEXT,
        "The character of a code point.",
        edges="No value below 1, for 55296 to 57343 and beyond 1114111: those are no characters.",
        examples=(("Chr(65)", '"A"'), ("Chr(8364)", '"€"'), ("Chr(0)", '""')),
        python=texts.character,
    ),
    Function(
        "EncodeHtml",
        (_text,),
        tree.TEXT,
        "The text with & < > \" and ' as HTML writes them, and line ends as <br/>.",
        edges="A carriage return with its line feed is one line end.",
        examples=(
            ('EncodeHtml("a < b")', '"a &lt; b"'),
            ('EncodeHtml("it\'s")', '"it&#39;s"'),
            ('EncodeHtml("a" + NewLine() + "b")', '"a<br/>b"'),
        ),
        python=texts.for_html,
    ),
    Function(
        "EncodeJavaScript",
        (_text,),
        tree.TEXT,
        "The text as it stands within quotes in JavaScript.",
        edges="All but A to Z, a to z, digits, blanks and . , _ - becomes \\uXXXX, by UTF-16 units, with a to f small.",
        examples=(('EncodeJavaScript("it\'s")', '"it\\u0027s"'),),
        python=texts.for_script,
    ),
    Function(
        "EncodeUrl",
        (_text,),
        tree.TEXT,
        "The text as a part of an address: a blank as +, others as % and the bytes of UTF-8.",
        edges="A to Z, a to z, digits and - . _ ~ stay.",
        examples=(('EncodeUrl("a b&c")', '"a+b%26c"'), ('EncodeUrl("é")', '"%C3%A9"')),
        python=texts.for_address,
    ),
    Function(
        "Index",
        (
            _t,
            Parameter("search", _T),
            Parameter("startIndex", _I, 0),
            Parameter("searchFromEnd", _B, False),
            Parameter("ignoreCase", _B, False),
        ),
        tree.INTEGER,
        "Where the text has the other one for the first time, at startIndex or after it. With searchFromEnd for the "
        "last time; a startIndex other than 0 is then where the text ends.",
        edges="-1 where it is not there, and for an empty search. A startIndex below 0 counts as 0, and with "
        "searchFromEnd as a text without characters. ignoreCase compares what ToLower makes of both.",
        examples=(
            ('Index("banana", "an")', "1"),
            ('Index("banana", "an", 2)', "3"),
            ('Index("banana", "an", searchFromEnd: True)', "3"),
            ('Index("banana", "AN", ignoreCase: True)', "1"),
            ('Index("banana", "")', "-1"),
            ('Index("a", "a", 5)', "-1"),
            ('Index("banana", "an", 4, True)', "1"),
        ),
        in_queries=InQueries.TRANSLATED,
        python=texts.index,
    ),
    Function(
        "Length",
        (_t,),
        tree.INTEGER,
        "How many characters the text has.",
        examples=(('Length("häß")', "3"), ('Length("")', "0"), ('Length("😀")', "1")),
        in_queries=InQueries.TRANSLATED,
        python=texts.length,
    ),
    Function("NewLine", (), tree.TEXT, "A line feed.", examples=(("Length(NewLine())", "1"),), python=texts.line_feed),
    Function(
        "Replace",
        (_t, Parameter("search", _T), Parameter("replace", _T)),
        tree.TEXT,
        "The text with every occurrence of search replaced, from the left.",
        edges="Unchanged for an empty search.",
        examples=(
            ('Replace("banana", "an", "AN")', '"bANANa"'),
            ('Replace("aaa", "aa", "b")', '"ba"'),
            ('Replace("a", "", "b")', '"a"'),
        ),
        in_queries=InQueries.TRANSLATED,
        python=texts.replaced,
    ),
    Function(
        "Substr",
        (_t, Parameter("start", _I), Parameter("length", _I)),
        tree.TEXT,
        "The characters at the positions from start on, as many as length says.",
        edges="Positions that the text does not have are left out: Substr never fails.",
        examples=(
            ('Substr("banana", 1, 3)', '"ana"'),
            ('Substr("banana", 4, 9)', '"na"'),
            ('Substr("banana", -2, 3)', '"b"'),
            ('Substr("a", 0, -1)', '""'),
        ),
        in_queries=InQueries.TRANSLATED,
        python=texts.part,
    ),
    Function(
        "ToLower",
        (_t,),
        tree.TEXT,
        "The text in small letters, each character by itself.",
        edges="A character whose small form is not exactly one character stays, and so does a letter whose small form "
        "is newer than Unicode 15.",
        examples=(('ToLower("ÄBC")', '"äbc"'),),
        in_queries=InQueries.TRANSLATED,
        python=letters.lower,
    ),
    Function(
        "ToUpper",
        (_t,),
        tree.TEXT,
        "The text in capital letters, each character by itself.",
        edges="A character whose capital form is not exactly one character stays: ß. So does a letter whose capital "
        "form is newer than Unicode 15.",
        examples=(('ToUpper("äbß")', '"ÄBß"'),),
        in_queries=InQueries.TRANSLATED,
        python=letters.upper,
    ),
    Function(
        "Trim",
        (_t,),
        tree.TEXT,
        "The text without blanks, tabs and line ends (U+0009 to U+000D, U+0020) at both ends.",
        examples=(('Trim("  a b ")', '"a b"'),),
        in_queries=InQueries.TRANSLATED,
        python=texts.trimmed,
    ),
    Function(
        "TrimStart",
        (_t,),
        tree.TEXT,
        "As Trim, at the beginning.",
        examples=(('TrimStart("  a ")', '"a "'),),
        in_queries=InQueries.TRANSLATED,
        python=texts.trimmed_start,
    ),
    Function(
        "TrimEnd",
        (_t,),
        tree.TEXT,
        "As Trim, at the end.",
        examples=(('TrimEnd("  a ")', '"  a"'),),
        in_queries=InQueries.TRANSLATED,
        python=texts.trimmed_end,
    ),
)
