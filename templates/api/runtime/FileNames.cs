// What a file is called and of which media type it is: taken from requests, given to whoever downloads it. Nothing that
// leads elsewhere, hides or has no end gets in, and nothing that a browser would execute gets out.
using System;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace Odcpub.Runtime;

public static class FileNames
{
    // In bytes of UTF-8, what file systems take; an ending is not cut unless it is longer than any that says something.
    private const int Longest = 255;
    private const int LongestEnding = 20;

    /// <summary>The last part of a path, without characters that control, that turn the direction of what is read or
    /// that show nothing; null where nothing is left.</summary>
    public static string? Clean(string? given)
    {
        if (given is null) return null;
        var shown = new StringBuilder();
        foreach (var rune in given[(given.LastIndexOfAny(['/', '\\']) + 1)..].EnumerateRunes())
            if (IsShown(rune)) shown.Append(rune);
        var name = shown.ToString().Trim();
        return name.Trim('.', ' ').Length == 0 || Blanks.Only(name) ? null : Cut(name);
    }

    /// <summary>Content-Disposition (RFC 6266): everybody reads the plain name, and who can the exact one.</summary>
    public static string Disposition(string? name)
    {
        if (name is null) return "attachment";
        var plain = string.Concat(name.EnumerateRunes().Select(rune => IsPlain(rune) ? rune.ToString() : "_"));
        return $"attachment; filename=\"{plain}\"" + (plain == name ? "" : $"; filename*=UTF-8''{Uri.EscapeDataString(name)}");
    }

    // Joiners within words and emoji stay, of all that has no width.
    private static bool IsShown(Rune rune) => rune.Value is 0x200C or 0x200D || Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    // Browsers take %41 in a plain name for A.
    private static bool IsPlain(Rune rune) => rune.Value is >= 0x20 and < 0x7F and not ('"' or '\\' or '%');

    private static string Cut(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) <= Longest) return name;
        var dot = name.LastIndexOf('.');
        var ending = dot > 0 && Encoding.UTF8.GetByteCount(name[dot..]) <= LongestEnding ? name[dot..] : "";
        var (kept, room) = (new StringBuilder(), Longest - Encoding.UTF8.GetByteCount(ending));
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune.Utf8SequenceLength > room) break;
            room -= rune.Utf8SequenceLength;
            kept.Append(rune);
        }
        return kept.ToString().TrimEnd() + ending;
    }
}

public static class MediaTypes
{
    /// <summary>Bytes of which nobody said what they are.</summary>
    public const string Unknown = "application/octet-stream";

    private const int Longest = 127;
    private static readonly Regex Form = new(@"\A[a-z0-9!#$%&'*+.^_`|~-]+/[a-z0-9!#$%&'*+.^_`|~-]+\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <summary>Type and subtype in small letters, without parameters; <see cref="Unknown"/> for what is none.</summary>
    public static string Clean(string? given)
    {
        if (given is null || given.Length > 1_000) return Unknown;
        var type = given.Split(';')[0].Trim().ToLowerInvariant();
        return type.Length <= Longest && Form.IsMatch(type) ? type : Unknown;
    }

    /// <summary>What is said of a download. A page runs scripts and styles of its own origin, attachment or not.</summary>
    public static string Served(string type) =>
        type == "text/css" || new[] { "javascript", "ecmascript", "jscript", "livescript" }.Any(type.Contains) ? Unknown : type;
}
