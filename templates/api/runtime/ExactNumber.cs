// A decimal number of any size, read, compared and written without rounding.
using System;
using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Odcpub.Runtime;

/// <summary>unscaled × 10^-scale, with no zeros at the end of its decimals.</summary>
public readonly struct ExactNumber : IComparable<ExactNumber>
{
    private const int Longest = 100;
    private static readonly Regex Form =
        new(@"\A(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,3}))?\z", RegexOptions.CultureInvariant);

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

    public static bool TryParse(string text, out ExactNumber number)
    {
        number = default;
        var match = text.Length <= Longest ? Form.Match(text) : Match.Empty;
        if (!match.Success) return false;
        var exponent = match.Groups[4].Success ? int.Parse(match.Groups[4].Value, CultureInfo.InvariantCulture) : 0;
        var decimals = match.Groups[3].Value;
        var digits = BigInteger.Parse(match.Groups[2].Value + decimals, CultureInfo.InvariantCulture);
        var scale = decimals.Length - exponent;
        if (scale < 0) (digits, scale) = (digits * BigInteger.Pow(10, -scale), 0);
        number = new ExactNumber(match.Groups[1].Value == "-" ? -digits : digits, scale);
        return true;
    }

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
