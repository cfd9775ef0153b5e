// Reads one value of an attribute strictly: from JSON, or from text in an address or a default.
// A value is held as text in canonical form (the database casts it exactly), as a file, or as null for "no value".
using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Odcpub.Runtime;

public static class Values
{
    private const RegexOptions Plain = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;
    private static readonly Regex Email = new(@"\A[^@\s]+@[^@\s]+\.[^@\s]+\z", Plain);
    private static readonly Regex Moment = new(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})\z", Plain);
    private static readonly ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);
    private static readonly string[] TimeForms = ["HH:mm", "HH:mm:ss", "HH:mm:ss.FFFFFF"];

    /// <summary>Null and the value, or the sentence that refuses it.</summary>
    public static string? Read(AttributeDescriptor attribute, Given given, out object? value)
    {
        value = null;
        if (attribute.IsFile) return Files.Read(attribute, given, out value);
        switch (given.Kind)
        {
            case JsonValueKind.Null:
                return CheckMandatory(attribute, null);
            case JsonValueKind.True or JsonValueKind.False when attribute.Type == AttributeType.Boolean:
                value = given.Kind == JsonValueKind.True ? "true" : "false";
                return null;
            case JsonValueKind.Number when IsNumber(attribute):
                return ReadText(attribute, given.Text!, out value);
            case JsonValueKind.String when attribute.Type != AttributeType.Boolean:
                if (given.Content is { } content) return Large(attribute, content, out value);
                return given.Text is { } text ? ReadText(attribute, text, out value) : NotUnicode(attribute);
            default:
                return Shape(attribute);
        }
    }

    /// <summary>The same from text; empty text is no value.</summary>
    public static string? ReadText(AttributeDescriptor attribute, string text, out object? value)
    {
        value = null;
        if (text.Length == 0) return CheckMandatory(attribute, null);
        var sentence = attribute.Type switch
        {
            AttributeType.Integer or AttributeType.LongInteger or AttributeType.Decimal or AttributeType.Currency => Number(attribute, text, out value),
            AttributeType.Identifier => Identifier(attribute, text, out value),
            AttributeType.Boolean => Keep(text is "true" or "false" ? text : null, attribute, out value),
            AttributeType.Date => Keep(DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? text : null, attribute, out value),
            AttributeType.Time => Keep(TimeOnly.TryParseExact(text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? text : null, attribute, out value),
            AttributeType.DateTime => Keep(Utc(text), attribute, out value),
            _ => String(attribute, text, out value),
        };
        return sentence ?? CheckMandatory(attribute, value);
    }

    /// <summary>The same of a value that is a text in canonical form, a file, or null.</summary>
    public static string? Take(AttributeDescriptor attribute, object? given, out object? value)
    {
        if (given is string text) return ReadText(attribute, text, out value);
        value = given;
        return CheckMandatory(attribute, given);
    }

    /// <summary>What is left out gets its default: null and the value, or the sentence that refuses it.</summary>
    public static string? LeftOut(AttributeDescriptor attribute, DateTimeOffset now, string app, out object? value)
    {
        value = null;
        try
        {
            if (attribute.Computed is { } compute) return ReadText(attribute, compute(now, app) ?? "", out value);
        }
        catch (ExpressionException refusal)
        {
            return refusal.Message;
        }
        value = Default(attribute, now);
        return CheckMandatory(attribute, value);
    }

    private static string? Default(AttributeDescriptor attribute, DateTimeOffset now) => attribute.DefaultFunction switch
    {
        "CurrDate" => Text(DateOnly.FromDateTime(now.UtcDateTime)),
        "CurrTime" => Text(TimeOnly.FromDateTime(now.UtcDateTime)),
        "CurrDateTime" => Canonical(now),
        _ => attribute.Default is { } text && attribute.Type == AttributeType.DateTime ? Utc(text) ?? text : attribute.Default,
    };

    /// <summary>The moment, in the microseconds that a database keeps.</summary>
    public static DateTimeOffset Now()
    {
        var ticks = DateTime.UtcNow.Ticks;
        return new(ticks - ticks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
    }

    /// <summary>An expression's value as an attribute's text.</summary>
    public static string? Text(string? value) => value;

    public static string? Text(int? value) => value?.ToString(CultureInfo.InvariantCulture);

    public static string? Text(long? value) => value?.ToString(CultureInfo.InvariantCulture);

    public static string? Text(decimal? value) => value?.ToString("0.############################", CultureInfo.InvariantCulture);

    public static string? Text(bool? value) => value is { } truth ? (truth ? "true" : "false") : null;

    public static string? Text(DateOnly? value) => value?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string? Text(TimeOnly? value) => value?.ToString("HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);

    public static string? Text(DateTimeOffset? value) => value is { } moment ? Canonical(moment) : null;

    private static bool IsNumber(AttributeDescriptor attribute) => attribute.Type
        is AttributeType.Integer or AttributeType.LongInteger or AttributeType.Decimal or AttributeType.Currency
        || (attribute.IsReference && !attribute.TargetStatic);

    // What is mandatory of a list is that it has elements; these may have no value.
    private static bool NeedsValue(AttributeDescriptor attribute) => attribute.Mandatory && attribute.List is null;

    private static string? CheckMandatory(AttributeDescriptor attribute, object? value) =>
        NeedsValue(attribute) && (value is null || (value is string text && Blanks.Only(text)))
            ? Words.Missing(attribute) : null;

    private static string Shape(AttributeDescriptor attribute) => attribute.Type switch
    {
        AttributeType.Integer or AttributeType.LongInteger => $"{attribute.Label} must be a whole number.",
        AttributeType.Decimal or AttributeType.Currency => $"{attribute.Label} must be a number, such as 12.50.",
        AttributeType.Boolean => $"{attribute.Label} must be true or false.",
        AttributeType.Date => $"{attribute.Label} must be a date, such as 2026-01-31.",
        AttributeType.Time => $"{attribute.Label} must be a time, such as 12:30:00.",
        AttributeType.DateTime => $"{attribute.Label} must be a moment with its offset, such as 2026-01-31T12:30:00Z.",
        AttributeType.Identifier => $"{attribute.Label} must be an identifier.",
        _ => $"{attribute.Label} must be text.",
    };

    private static string? Keep(string? canonical, AttributeDescriptor attribute, out object? value)
    {
        value = canonical;
        return canonical is null ? Shape(attribute) : null;
    }

    private static string? Number(AttributeDescriptor attribute, string text, out object? value)
    {
        value = null;
        if (!ExactNumber.TryParse(text, out var number)) return Shape(attribute);
        var whole = attribute.Type is AttributeType.Integer or AttributeType.LongInteger;
        var sentence = whole ? Whole(attribute, number) : Digits(attribute, number);
        if (sentence is not null) return sentence;
        if ((attribute.Minimum is { } minimum && number.CompareTo(ExactNumber.Parse(minimum)) < 0)
            || (attribute.Maximum is { } maximum && number.CompareTo(ExactNumber.Parse(maximum)) > 0)) return Words.OutOfRange(attribute);
        value = number.ToString();
        return null;
    }

    private static string? Whole(AttributeDescriptor attribute, ExactNumber number)
    {
        if (number.Decimals > 0) return Shape(attribute);
        var fits = attribute.Type == AttributeType.Integer
            ? int.TryParse(number.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            : long.TryParse(number.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
        if (fits) return null;
        return attribute.Type == AttributeType.Integer
            ? $"{attribute.Label} must be between {int.MinValue} and {int.MaxValue}."
            : $"{attribute.Label} must be between {long.MinValue} and {long.MaxValue}.";
    }

    private static string? Digits(AttributeDescriptor attribute, ExactNumber number)
    {
        if (number.Decimals > attribute.Decimals)
            return attribute.Decimals == 0 ? $"{attribute.Label} must be a whole number."
                : $"{attribute.Label} can have {Words.Count(attribute.Decimals, "decimal", "decimals")} at most.";
        var before = attribute.Digits - attribute.Decimals;
        return number.IntegerDigits > before
            ? $"{attribute.Label} can have {Words.Count(before, "digit", "digits")} before the point at most." : null;
    }

    private static string? Identifier(AttributeDescriptor attribute, string text, out object? value)
    {
        if (attribute.TargetStatic)
        {
            value = text;
            return text.Contains('\0') ? Shape(attribute) : null;
        }
        value = null;
        if (!ExactNumber.TryParse(text, out var number) || Whole(Long, number) is not null) return Shape(attribute);
        value = number.ToString();
        return null;
    }

    private static readonly AttributeDescriptor Long = new() { Type = AttributeType.LongInteger };

    private static string? String(AttributeDescriptor attribute, string text, out object? value)
    {
        value = text;
        return Measured(attribute, text.EnumerateRunes().Count(), text.Contains('\0')) ?? Formed(attribute, () => text);
    }

    // The same rules for what is never in one piece.
    private static string? Large(AttributeDescriptor attribute, Content content, out object? value)
    {
        value = content;
        if (!attribute.IsText) return Shape(attribute);
        if (!content.Unescape()) return NotUnicode(attribute);
        var (length, nul, shows) = content.Look();
        if (length < 0) return NotUnicode(attribute);
        if (NeedsValue(attribute) && !shows) return Words.Missing(attribute);
        return Measured(attribute, length, nul) ?? Formed(attribute, content.ToString);
    }

    private static string NotUnicode(AttributeDescriptor attribute) => $"{attribute.Label} holds a character that is not valid Unicode.";

    private static string? Measured(AttributeDescriptor attribute, int length, bool nul)
    {
        if (nul) return $"{attribute.Label} holds a character that can't be stored (NUL).";
        if (attribute.Length >= 0 && length > attribute.Length)
            return $"{attribute.Label} can have {Words.Count(attribute.Length, "character", "characters")} at most; this has {length}.";
        return length < attribute.MinLength
            ? $"{attribute.Label} needs at least {Words.Count(attribute.MinLength, "character", "characters")}." : null;
    }

    private static string? Formed(AttributeDescriptor attribute, Func<string> text)
    {
        if (attribute.Type == AttributeType.Email && !Email.IsMatch(text()))
            return $"{attribute.Label} must be an e-mail address, such as name@example.com.";
        if (attribute.Pattern is { } pattern && !Pattern(pattern).IsMatch(text()))
            return $"{attribute.Label} doesn't have the expected form: {(attribute.Description.Length > 0 ? attribute.Description : pattern)}";
        return null;
    }

    // The model holds patterns in a subset that needs no backtracking, so no value can keep the matcher busy.
    private static Regex Pattern(string pattern) => Patterns.GetOrAdd(pattern, text => new Regex($@"\A(?:{text})\z", Plain));

    private static string? Utc(string text) =>
        Moment.IsMatch(text) && DateTimeOffset.TryParse(text.ToUpperInvariant(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? Canonical(moment) : null;

    private static string Canonical(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
