// A decimal number of any size, read, compared and written without rounding.
using System;
using System.Globalization;
using System.Numerics;

namespace Odcpub.Runtime;

/// <summary>unscaled × 10^-scale, with no zeros at the end of its decimals.</summary>
public readonly struct ExactNumber : IComparable<ExactNumber>
{
    private const int Longest = 100;
    private readonly BigInteger unscaled;
    private readonly int scale;

    private ExactNumber(BigInteger unscaled, int scale)
    {
        while (scale > 0 && unscaled % 10 == 0) (unscaled, scale) = (unscaled / 10, scale - 1);
        (this.unscaled, this.scale) = (unscaled, scale);
    }

    /// <summary>Digits after the point.</summary>
    public int Decimals => scale;

    /// <summary>Digits before the point; none for 0.5.</summary>
    public int IntegerDigits
    {
        get
        {
            var whole = BigInteger.Abs(unscaled) / BigInteger.Pow(10, scale);
            return whole.IsZero ? 0 : whole.ToString(CultureInfo.InvariantCulture).Length;
        }
    }

    /// <summary>-12.50, 1e3 and the like: a sign or none, digits, decimals, an exponent of three digits at most.</summary>
    public static bool TryParse(string text, out ExactNumber number)
    {
        number = default;
        if (text.Length is 0 or > Longest) return false;
        var start = text[0] == '-' ? 1 : 0;
        var whole = Digits(text, start);
        var end = start + whole;
        var decimals = end < text.Length && text[end] == '.' ? Digits(text, end + 1) : 0;
        var point = end;
        if (decimals > 0) end += decimals + 1;
        if (whole == 0 || !TryExponent(text.AsSpan(end), out var exponent)) return false;
        Span<char> digits = stackalloc char[Longest];
        text.AsSpan(start, whole).CopyTo(digits);
        if (decimals > 0) text.AsSpan(point + 1, decimals).CopyTo(digits[whole..]);
        var unscaled = Whole(digits[..(whole + decimals)]);
        var scale = decimals - exponent;
        if (scale < 0) (unscaled, scale) = (unscaled * BigInteger.Pow(10, -scale), 0);
        number = new ExactNumber(start == 1 ? -unscaled : unscaled, scale);
        return true;
    }

    private static int Digits(string text, int from)
    {
        var at = from;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return at - from;
    }

    private static bool TryExponent(ReadOnlySpan<char> text, out int exponent)
    {
        exponent = 0;
        if (text.Length == 0) return true;
        if (text[0] is not ('e' or 'E')) return false;
        var digits = text[1..];
        if (digits.Length > 0 && digits[0] is '+' or '-') digits = digits[1..];
        if (digits.Length is 0 or > 3 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out exponent)) return false;
        if (text[1] == '-') exponent = -exponent;
        return true;
    }

    private static BigInteger Whole(ReadOnlySpan<char> digits) => digits.Length <= 18
        ? long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture)
        : BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    public static ExactNumber Parse(string text) =>
        TryParse(text, out var number) ? number : throw new FormatException($"{text} is not a number");

    public int CompareTo(ExactNumber other)
    {
        var common = Math.Max(scale, other.scale);
        return (unscaled * BigInteger.Pow(10, common - scale))
            .CompareTo(other.unscaled * BigInteger.Pow(10, common - other.scale));
    }

    public override string ToString()
    {
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var sign = unscaled.Sign < 0 ? "-" : "";
        return scale == 0 ? sign + digits : $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }
}
