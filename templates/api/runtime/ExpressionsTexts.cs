// Functions of expressions on texts, whose characters are code points. The empty text is no value: none gives one.
using System;
using System.Text;

namespace Odcpub.Runtime;

/// <summary>A text without a value counts as the empty text; without one of the other arguments there is no value.</summary>
public static class Texts
{
    private const int Most = 10_485_760;
    private static readonly char[] Blank = ['\t', '\n', '\v', '\f', '\r', ' '];

    /// <summary>The texts behind one another. Throws ExpressionOverflowException.</summary>
    public static string? Join(params string?[] texts)
    {
        var units = 0L;
        foreach (var text in texts) units += text?.Length ?? 0;
        Check(units);
        return Made(string.Concat(texts));
    }

    public static string? NullIfEmpty(string? text) => text is "" ? null : text;

    /// <summary>What a function made. Throws ExpressionOverflowException where it has too many characters.</summary>
    internal static string? Made(string? text) =>
        text is null || text.Length <= Most || Count(text) <= Most ? NullIfEmpty(text) : throw ExpressionOverflowException.Text();

    // No text of so many units has few enough characters: it need not be made first.
    private static void Check(long units)
    {
        if (units > 2L * Most) throw ExpressionOverflowException.Text();
    }

    /// <summary>Below 0, 0 or above it, by code points; no value where a side has none.</summary>
    public static int? Compare(string? a, string? b)
    {
        if (string.IsNullOrEmpty(a) || string.IsNullOrEmpty(b)) return null;
        var at = a.AsSpan().CommonPrefixLength(b);
        if (at == a.Length || at == b.Length) return a.Length - b.Length;
        var (one, other) = (a[at], b[at]);
        // Pairs stand for characters beyond all others, though their units have lower numbers than some.
        return char.IsSurrogate(one) == char.IsSurrogate(other) ? one - other : char.IsSurrogate(one) ? 1 : -1;
    }

    /// <summary>Whether the pattern stands for the whole text; % for any characters.</summary>
    public static bool Like(string? text, string? pattern)
    {
        var rest = text.AsSpan();
        var parts = (pattern ?? "").Split('%');
        if (parts.Length == 1) return rest.SequenceEqual(parts[0]);
        if (!rest.StartsWith(parts[0], StringComparison.Ordinal)) return false;
        rest = rest[parts[0].Length..];
        if (!rest.EndsWith(parts[^1], StringComparison.Ordinal)) return false;
        rest = rest[..^parts[^1].Length];
        foreach (var part in parts.AsSpan(1, parts.Length - 2))
        {
            var at = rest.IndexOf(part, StringComparison.Ordinal);
            if (at < 0) return false;
            rest = rest[(at + part.Length)..];
        }
        return true;
    }

    public static string? Chr(int? c) => c is > 0 && Rune.IsValid(c.Value) ? new Rune(c.Value).ToString() : null;

    public static string NewLine() => "\n";

    public static string GenerateGuid() => Guid.NewGuid().ToString();

    public static int Length(string? t) => Count(t ?? "");

    /// <summary>-1 for what is not there. With searchFromEnd a startIndex other than 0 is where the text ends.</summary>
    public static int? Index(string? text, string? search, int? startIndex = 0, bool? searchFromEnd = false, bool? ignoreCase = false)
    {
        if (startIndex is not { } start || searchFromEnd is not { } fromEnd || ignoreCase is not { } anyCase) return null;
        if (string.IsNullOrEmpty(text) || string.IsNullOrEmpty(search)) return -1;
        var (all, wanted) = anyCase ? (ToLower(text)!, ToLower(search)!) : (text, search);
        var border = Offset(all, start);
        var at = !fromEnd ? all.IndexOf(wanted, border, StringComparison.Ordinal)
            : (start == 0 ? all : all.AsSpan(0, border)).LastIndexOf(wanted, StringComparison.Ordinal);
        return at < 0 ? -1 : Count(all.AsSpan(0, at));
    }

    public static string? Replace(string? t, string? search, string? replace)
    {
        if (string.IsNullOrEmpty(t) || string.IsNullOrEmpty(search)) return NullIfEmpty(t);
        Check(t.Length + (long)t.AsSpan().Count(search) * ((replace?.Length ?? 0) - search.Length));
        return Made(t.Replace(search, replace, StringComparison.Ordinal));
    }

    /// <summary>Positions that the text does not have are left out.</summary>
    public static string? Substr(string? t, int? start, int? length)
    {
        if (string.IsNullOrEmpty(t) || start is not { } first || length is not { } count) return null;
        var (from, to) = (Offset(t, first), Offset(t, (long)first + Math.Max(count, 0)));
        return NullIfEmpty(t[from..to]);
    }

    public static string? Trim(string? t) => NullIfEmpty(t?.Trim(Blank));
    public static string? TrimStart(string? t) => NullIfEmpty(t?.TrimStart(Blank));
    public static string? TrimEnd(string? t) => NullIfEmpty(t?.TrimEnd(Blank));

    /// <summary>All letters that ToLower changes, and what it makes of each: what a database translates by.</summary>
    public static string Capitals => Tables.Lower.From;
    public static string CapitalsSmall => Tables.Lower.To;

    /// <summary>The same of ToUpper.</summary>
    public static string Smalls => Tables.Upper.From;
    public static string SmallsCapital => Tables.Upper.To;

    public static string? ToLower(string? t) => Ascii.IsValid(t) ? NullIfEmpty(t?.ToLowerInvariant()) : Mapped(t!, Letters.ToLower);
    public static string? ToUpper(string? t) => Ascii.IsValid(t) ? NullIfEmpty(t?.ToUpperInvariant()) : Mapped(t!, Letters.ToUpper);

    public static string? EncodeHtml(string? text)
    {
        var written = new StringBuilder(text?.Replace("\r\n", "\n", StringComparison.Ordinal));
        written.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("\"", "&quot;").Replace("'", "&#39;");
        return Made(written.Replace("\n", "<br/>").Replace("\r", "<br/>").ToString());
    }

    public static string? EncodeJavaScript(string? text)
    {
        var written = new StringBuilder();
        foreach (var unit in text ?? "")
            if (char.IsAsciiLetterOrDigit(unit) || unit is ' ' or '.' or ',' or '_' or '-') written.Append(unit);
            else written.Append("\\u").Append(((int)unit).ToString("x4"));
        return Made(written.ToString());
    }

    public static string? EncodeUrl(string? text)
    {
        var written = new StringBuilder();
        foreach (var unit in Encoding.UTF8.GetBytes(text ?? ""))
            if (char.IsAsciiLetterOrDigit((char)unit) || (char)unit is '-' or '.' or '_' or '~') written.Append((char)unit);
            else if (unit == ' ') written.Append('+');
            else written.Append('%').Append(unit.ToString("X2"));
        return Made(written.ToString());
    }

    /// <summary>How many characters: each pair of surrogates is one.</summary>
    internal static int Count(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        for (int at; (at = text.IndexOfAnyInRange('\uDC00', '\uDFFF')) >= 0; text = text[(at + 1)..]) count--;
        return count;
    }

    /// <summary>Where the character at a position begins; the nearest end for a position that the text does not have.</summary>
    internal static int Offset(string text, long position)
    {
        var first = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        if (first < 0 || position <= first) return (int)Math.Clamp(position, 0, text.Length);
        var at = first;
        for (var left = position - first; left > 0 && at < text.Length; left--) at += char.IsSurrogate(text[at]) ? 2 : 1;
        return at;
    }

    private static string Mapped(string text, Func<Rune, Rune> map)
    {
        var written = new StringBuilder(text.Length);
        Span<char> units = stackalloc char[2];
        foreach (var rune in text.EnumerateRunes()) written.Append(units[..map(rune).EncodeToUtf16(units)]);
        return written.ToString();
    }

    private static class Tables
    {
        public static readonly (string From, string To) Lower = Made(Letters.ToLower);
        public static readonly (string From, string To) Upper = Made(Letters.ToUpper);

        private static (string From, string To) Made(Func<Rune, Rune> map)
        {
            var (from, to) = (new StringBuilder(), new StringBuilder());
            for (var number = 1; number <= 0x10FFFF; number++)
            {
                if (!Rune.IsValid(number) || map(new Rune(number)) is var other && other.Value == number) continue;
                from.Append(new Rune(number));
                to.Append(map(new Rune(number)));
            }
            return (from.ToString(), to.ToString());
        }
    }

    private static class Letters
    {
        public static Rune ToLower(Rune letter) => Late(letter.Value) ? letter : Rune.ToLowerInvariant(letter);

        public static Rune ToUpper(Rune letter) => letter.Value switch
        {
            'ı' => new('I'),
            'ſ' => new('S'),
            // Greek letters with an iota below, whose capital form is two characters.
            (>= 0x1F80 and <= 0x1FAF) or 0x1FB3 or 0x1FC3 or 0x1FF3 => letter,
            var number => Late(number) ? letter : Rune.ToUpperInvariant(letter),
        };

        // Their other form came with Unicode 16 or 17: a newer .NET knows it, an older one and some browsers do not.
        private static bool Late(int letter) => letter
            is 0x019B or 0x0264 or 0x1C89 or 0x1C8A or (>= 0xA7CB and <= 0xA7CF) or (>= 0xA7D2 and <= 0xA7D5) or (>= 0xA7DA and <= 0xA7DC)
            or (>= 0x10D50 and <= 0x10D85) or (>= 0x16EA0 and <= 0x16ED3);
    }
}
