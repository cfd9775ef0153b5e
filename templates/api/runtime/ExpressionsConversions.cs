// Conversions of expressions. A text is read strictly, with blanks at its ends; what cannot be converted gives no value.
using System;
using System.Globalization;

namespace Odcpub.Runtime;

/// <summary>An argument without a value gives none.</summary>
public static class Conversions
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    public static int? BooleanToInteger(bool? b) => b is { } value ? value ? 1 : 0 : null;
    public static string? BooleanToText(bool? b) => b?.ToString();

    public static DateOnly? DateTimeToDate(DateTimeOffset? dt) => dt is { } moment ? DateOnly.FromDateTime(moment.UtcDateTime) : null;
    public static TimeOnly? DateTimeToTime(DateTimeOffset? dt) => dt is { } moment ? TimeOnly.FromDateTime(moment.UtcDateTime) : null;
    public static string? DateTimeToText(DateTimeOffset? dt) => dt?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", Plain);
    public static DateTimeOffset? DateToDateTime(DateOnly? d) => Moments.BuildDateTime(d, TimeOnly.MinValue);
    public static string? DateToText(DateOnly? d) => d?.ToString("yyyy-MM-dd", Plain);
    public static string? TimeToText(TimeOnly? t) => t?.ToString("HH:mm:ss.FFFFFF", Plain);

    public static bool? DecimalToBoolean(decimal? d) => d is { } number ? number != 0 : null;
    public static string? DecimalToText(decimal? d) => d?.ToString("0.############################", Plain);

    public static int? DecimalToInteger(decimal? d) =>
        d is { } number && Numbers.Rounded(number, 0) is >= int.MinValue and <= int.MaxValue and var whole ? (int)whole : null;

    public static long? DecimalToLongInteger(decimal? d) =>
        d is { } number && Numbers.Rounded(number, 0) is >= long.MinValue and <= long.MaxValue and var whole ? (long)whole : null;

    public static int? IdentifierToInteger(long? id) => LongIntegerToInteger(id);
    public static long? IdentifierToLongInteger(long? id) => id;
    public static string? IdentifierToText(long? id) => LongIntegerToText(id);
    public static string? IdentifierToText(string? id) => Texts.NullIfEmpty(id);

    public static bool? IntegerToBoolean(int? i) => i is { } number ? number != 0 : null;
    public static decimal? IntegerToDecimal(int? i) => i;
    public static long? IntegerToIdentifier(int? i) => i;
    public static string? IntegerToText(int? i) => i?.ToString(Plain);
    public static long? LongIntegerToIdentifier(long? l) => l;
    public static int? LongIntegerToInteger(long? l) => l is >= int.MinValue and <= int.MaxValue ? (int?)l : null;
    public static string? LongIntegerToText(long? l) => l?.ToString(Plain);

    public static string? TextToIdentifier(string? t) => Texts.NullIfEmpty(t);
    public static int? TextToInteger(string? t) => LongIntegerToInteger(TextToLongInteger(t));

    public static long? TextToLongInteger(string? t)
    {
        var text = new ExpressionsReader(t);
        text.Sign();
        return text.Digits(1, int.MaxValue) && text.AtEnd && long.TryParse(text.All, NumberStyles.AllowLeadingSign, Plain, out var number)
            ? number : null;
    }

    public static decimal? TextToDecimal(string? t)
    {
        var text = new ExpressionsReader(t);
        text.Sign();
        if (!text.Digits(1, int.MaxValue) || (text.Next('.') && !text.Digits(1, int.MaxValue)) || !text.AtEnd) return null;
        var digits = text.All.Contains('.') ? text.All.TrimEnd('0') : text.All;
        var point = digits.IndexOf('.') is >= 0 and var at ? at : digits.Length;
        if (digits[..point].TrimStart("+-0").Length > 20 || digits.Length - point - 1 > Numbers.Decimals) return null;
        return decimal.Parse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, Plain);
    }

    public static DateOnly? TextToDate(string? t)
    {
        var text = new ExpressionsReader(t);
        return text.Date() is { } day && text.AtEnd ? day : null;
    }

    public static TimeOnly? TextToTime(string? t)
    {
        var text = new ExpressionsReader(t);
        return text.Time() is { } time && text.AtEnd ? time : null;
    }

    public static DateTimeOffset? TextToDateTime(string? t)
    {
        var text = new ExpressionsReader(t);
        if (text.Date() is not { } day) return null;
        if (text.AtEnd) return DateToDateTime(day);
        if (!(text.Next(' ') || text.Next('T')) || text.Time() is not { } time) return null;
        text.Next('Z');
        return text.AtEnd ? Moments.BuildDateTime(day, time) : null;
    }

    public static bool DecimalToIntegerValidate(decimal? d) => DecimalToInteger(d) != null;
    public static bool DecimalToLongIntegerValidate(decimal? d) => DecimalToLongInteger(d) != null;
    public static bool LongIntegerToIntegerValidate(long? l) => LongIntegerToInteger(l) != null;
    public static bool TextToDateValidate(string? t) => TextToDate(t) != null;
    public static bool TextToDateTimeValidate(string? t) => TextToDateTime(t) != null;
    public static bool TextToDecimalValidate(string? t) => TextToDecimal(t) != null;
    public static bool TextToIntegerValidate(string? t) => TextToInteger(t) != null;
    public static bool TextToLongIntegerValidate(string? t) => TextToLongInteger(t) != null;
    public static bool TextToTimeValidate(string? t) => TextToTime(t) != null;
}
