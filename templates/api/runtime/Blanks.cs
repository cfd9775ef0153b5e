// What a text is that shows nothing: docs/model.md, "Blank texts". The same in rules.js and in the database's checks.
using System;
using System.Globalization;

namespace Odcpub.Runtime;

public static class Blanks
{
    /// <summary>Nothing but white space and characters that have no width.</summary>
    public static bool Only(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
            if (!char.IsWhiteSpace(character) && !Invisible(character)) return false;
        return true;
    }

    // Zero width space, the joiners, word joiner, the byte order mark, soft hyphen, the marks that set a direction.
    private static bool Invisible(char character) => character
        is '\u00AD' or '\u034F' or '\u061C' or '\u115F' or '\u1160' or '\u17B4' or '\u17B5' or (>= '\u180B' and <= '\u180F')
        or (>= '\u200B' and <= '\u200F') or (>= '\u202A' and <= '\u202E') or (>= '\u2060' and <= '\u206F')
        or '\u3164' or '\uFEFF' or '\uFFA0';
}
