// Functions of expressions that write values for people, in English. The empty text is no value: none gives one.
using System;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace Odcpub.Runtime;

/// <summary>A text without a value counts as the empty text; without one of the other arguments there is no value.</summary>
public static class Formats
{
    private const int LongestFilled = 10_000;
    private const int LongestEmail = 250;
    private static readonly CultureInfo English = CultureInfo.InvariantCulture;
    private static readonly Regex Email = new(@"\A[^@\s]+@[^@\s]+\.[^@\s]+\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    public static string? EmailAddressCreate(string? name, string? address)
    {
        if (string.IsNullOrEmpty(address) || string.IsNullOrEmpty(name)) return Texts.NullIfEmpty(address);
        var escaped = name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"\"{escaped}\" <{address}>";
    }

    /// <summary>True for the empty text.</summary>
    public static bool EmailAddressValidate(string? address) =>
        string.IsNullOrEmpty(address) || (Texts.Count(address) <= LongestEmail && Email.IsMatch(address));

    public static string? FormatCurrency(decimal? value, string? symbol, int? decimals, string? decimalSeparator, string? groupSeparator) =>
        value is { } number && decimals is { } count ? Written(number, 0, count, symbol, decimalSeparator, groupSeparator) : null;

    public static string? FormatDecimal(decimal? value, int? decimals, string? decimalSeparator, string? groupSeparator) =>
        FormatCurrency(value, null, decimals, decimalSeparator, groupSeparator);

    public static string? FormatPercent(decimal? value, int? decimals, string? decimalSeparator) =>
        value is { } number && decimals is { } count ? Written(number, 2, count, null, decimalSeparator, null) + "%" : null;

    public static string? FormatPhoneNumber(
        string? number, string? countryCode, string? countryCodeSeparator, int? areaLength, string? areaSeparator, int? groupLength, string? groupSeparator)
    {
        if (areaLength is not { } area || groupLength is not { } group) return null;
        var digits = string.Concat((number ?? "").Where(char.IsAsciiDigit));
        if (digits.Length == 0) return null;
        area = Math.Clamp(area, 0, digits.Length);
        var rest = digits[area..];
        var written = new StringBuilder(countryCode);
        if (written.Length > 0) written.Append(countryCodeSeparator);
        written.Append(digits, 0, area);
        if (area > 0 && rest.Length > 0) written.Append(areaSeparator);
        return written.AppendJoin(groupSeparator, group < 1 ? [rest] : rest.Chunk(group).Select(one => new string(one))).ToString();
    }

    public static string? FormatText(string? value, int? minLength, int? maxLength, bool? leftPadding, string? character)
    {
        if (minLength is not { } least || maxLength is not { } most || leftPadding is not { } left) return null;
        var text = value ?? "";
        var missing = Math.Min(least, LongestFilled) - Texts.Count(text);
        if (missing > 0 && character != null && Texts.Count(character) == 1)
        {
            var filling = new StringBuilder().Insert(0, character, missing).ToString();
            text = left ? filling + text : text + filling;
        }
        var count = Texts.Count(text);
        if (most < 0 || count <= most) return Texts.NullIfEmpty(text);
        return left ? Texts.Substr(text, count - most, most) : Texts.Substr(text, 0, most);
    }

    /// <summary>d M y H h m s t stand for parts of the moment, a backslash before a character for the character.</summary>
    public static string? FormatDateTime(DateTimeOffset? dt, string? format)
    {
        if (dt?.UtcDateTime is not { } moment) return null;
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
        return Texts.NullIfEmpty(written.ToString());
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
    private static string Written(decimal number, int shift, int decimals, string? symbol, string? decimalSeparator, string? groupSeparator)
    {
        decimals = Math.Clamp(decimals, 0, Numbers.Decimals);
        var rounded = Numbers.Rounded(number, Math.Min(decimals + shift, Numbers.Decimals));
        var digits = Math.Abs(rounded).ToString($"F{decimals + shift}", English).Replace(".", "", StringComparison.Ordinal);
        digits = digits.TrimStart('0').PadLeft(decimals + 1, '0');
        var whole = digits[..^decimals];
        var written = new StringBuilder(rounded < 0 ? "-" : "").Append(symbol).Append(whole, 0, (whole.Length - 1) % 3 + 1);
        for (var at = (whole.Length - 1) % 3 + 1; at < whole.Length; at += 3) written.Append(groupSeparator).Append(whole, at, 3);
        if (decimals > 0) written.Append(decimalSeparator).Append(digits, whole.Length, decimals);
        return written.ToString();
    }
}
