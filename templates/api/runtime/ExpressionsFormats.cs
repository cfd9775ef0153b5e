// Functions of expressions that write values for people, in English. The empty text is no value: none gives one.
using System;
using System.Globalization;
using System.Text;

namespace Odcpub.Runtime;

/// <summary>A text without a value counts as the empty text; without one of the other arguments there is no value.</summary>
public static class Formats
{
    private const int LongestFilled = 10_000;
    private const int LongestEmail = 250;
    private static readonly CultureInfo English = CultureInfo.InvariantCulture;

    public static string? EmailAddressCreate(string? name, string? address)
    {
        if (string.IsNullOrEmpty(address) || string.IsNullOrEmpty(name)) return Texts.NullIfEmpty(address);
        var escaped = name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return Texts.Made($"\"{escaped}\" <{address}>");
    }

    /// <summary>True for the empty text.</summary>
    public static bool EmailAddressValidate(string? address)
    {
        if (string.IsNullOrEmpty(address)) return true;
        var at = address.IndexOf('@', StringComparison.Ordinal);
        var domain = address.AsSpan(at + 1);
        if (at < 1 || domain.Length < 3 || domain.Contains('@') || !domain[1..^1].Contains('.')) return false;
        foreach (var sign in address) if (char.IsWhiteSpace(sign) || sign == '\uFEFF') return false;
        return Texts.Count(address) <= LongestEmail;
    }

    public static string? FormatCurrency(decimal? value, string? symbol, int? decimalDigits, string? decimalSeparator, string? groupSeparator) =>
        FormatDecimal(value, decimalDigits, decimalSeparator, groupSeparator) is { } number ? Texts.Join(symbol, number) : null;

    public static string? FormatDecimal(decimal? value, int? decimalDigits, string? decimalSeparator, string? groupSeparator) =>
        value is { } number && decimalDigits is { } digits ? Texts.Made(Written(number, 0, digits, decimalSeparator, groupSeparator)) : null;

    public static string? FormatPercent(decimal? value, int? decimalDigits, string? decimalSeparator) =>
        value is { } number && decimalDigits is { } digits ? Texts.Made(Written(number, 2, digits, decimalSeparator, null) + "%") : null;

    /// <summary>Three parts of the text, with a separator before each.</summary>
    public static string? FormatPhoneNumber(
        string? value, int? intCodeDigits, int? areaCodeDigits, int? phoneDigits, string? intSeparator, string? areaSeparator, string? phoneSeparator)
    {
        if (string.IsNullOrEmpty(value) || intCodeDigits is not { } first || areaCodeDigits is not { } second || phoneDigits is not { } third) return null;
        var area = Texts.Offset(value, first);
        var phone = Texts.Offset(value, Math.Max(first, 0L) + Math.Max(second, 0));
        var end = Texts.Offset(value, Math.Max(first, 0L) + Math.Max(second, 0) + Math.Max(third, 0));
        return Texts.Join(intSeparator, value[..area], areaSeparator, value[area..phone], phoneSeparator, value[phone..end]);
    }

    public static string? FormatText(string? value, int? minChars, int? maxChars, bool? leftPadding, string? paddingChar)
    {
        if (minChars is not { } least || maxChars is not { } most || leftPadding is not { } left) return null;
        var text = value ?? "";
        var missing = Math.Min(least, LongestFilled) - Texts.Count(text);
        if (missing > 0 && paddingChar != null && Texts.Count(paddingChar) == 1)
        {
            var filling = new StringBuilder().Insert(0, paddingChar, missing).ToString();
            text = left ? filling + text : text + filling;
        }
        var count = Texts.Count(text);
        if (most < 0 || count <= most) return Texts.Made(text);
        return left ? Texts.Substr(text, count - most, most) : Texts.Substr(text, 0, most);
    }

    /// <summary>d M y H h m s t stand for parts of the moment, a backslash before a character for the character.</summary>
    public static string? FormatDateTime(DateTimeOffset? value, string? format)
    {
        if (value?.UtcDateTime is not { } moment) return null;
        var written = new StringBuilder();
        var rest = (format ?? "").AsSpan();
        while (rest.Length > 0)
        {
            var length = Math.Min(rest.Length - rest.TrimStart(rest[0]).Length, Longest(rest[0]));
            if (length > 0) written.Append(Part(moment, rest[0], length));
            else if (rest[0] == '\\' && rest.Length > 1) (length, _) = (2, written.Append(rest[1]));
            else (length, _) = (1, written.Append(rest[0]));
            rest = rest[length..];
        }
        return Texts.Made(written.ToString());
    }

    // How often a letter of a format may stand in a row; 0 for what is no such letter.
    private static int Longest(char letter) => letter switch
    {
        'd' or 'M' or 'y' => 4,
        'H' or 'h' or 'm' or 's' or 't' => 2,
        _ => 0,
    };

    private static string Part(DateTime moment, char letter, int length) => (letter, length) switch
    {
        ('d', 3) => moment.ToString("ddd", English),
        ('d', 4) => moment.ToString("dddd", English),
        ('M', 3) => moment.ToString("MMM", English),
        ('M', 4) => moment.ToString("MMMM", English),
        ('y', 3) => Part(moment, 'y', 2) + Part(moment, 'y', 1),
        ('t', 1) => moment.Hour < 12 ? "A" : "P",
        ('t', _) => moment.Hour < 12 ? "AM" : "PM",
        _ => Number(moment, letter, length).ToString($"D{length}", English),
    };

    private static int Number(DateTime moment, char letter, int length) => letter switch
    {
        'd' => moment.Day,
        'M' => moment.Month,
        'y' => length == 4 ? moment.Year : moment.Year % 100,
        'H' => moment.Hour,
        'h' => (moment.Hour + 11) % 12 + 1,
        'm' => moment.Minute,
        _ => moment.Second,
    };

    // The number times ten to the power of shift, rounded to so many decimals, in groups of three digits.
    private static string Written(decimal number, int shift, int decimals, string? decimalSeparator, string? groupSeparator)
    {
        decimals = Math.Clamp(decimals, 0, Numbers.Decimals);
        var rounded = Numbers.Rounded(number, Math.Min(decimals + shift, Numbers.Decimals));
        var digits = Math.Abs(rounded).ToString($"F{decimals + shift}", English).Replace(".", "", StringComparison.Ordinal);
        digits = digits.TrimStart('0').PadLeft(decimals + 1, '0');
        var whole = digits[..^decimals];
        var written = new StringBuilder(rounded < 0 ? "-" : "").Append(whole, 0, (whole.Length - 1) % 3 + 1);
        for (var at = (whole.Length - 1) % 3 + 1; at < whole.Length; at += 3) written.Append(groupSeparator).Append(whole, at, 3);
        if (decimals > 0) written.Append(decimalSeparator).Append(digits, whole.Length, decimals);
        return written.ToString();
    }
}
