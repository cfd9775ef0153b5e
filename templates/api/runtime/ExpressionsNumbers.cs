// Calculations of expressions. A Decimal has 8 decimals and at most 20 digits before the point; a result is rounded once,
// half away from zero, as PostgreSQL's numeric(28,8). C#'s own decimal rounds to 28 digits first, and half to even.
using System;
using System.Numerics;

namespace Odcpub.Runtime;

/// <summary>A number without a value gives none. ExpressionOverflowException where an operator's result is too great.</summary>
public static class Numbers
{
    internal const int Decimals = 8;
    internal const decimal Limit = 100_000_000_000_000_000_000m;
    private const decimal Half = 0.000_000_005m;
    private const ulong Unit = 100_000_000;
    private const int GreatestExponent = 10_000;
    // With a greater exponent a power of 2 has more than 20 digits, and one of a half is 0 with 8 decimals.
    private const int GreatestExponentOfTwo = 66;
    // Quotients below it have 9 decimals or more in C#.
    private const decimal QuotientLimit = Limit / 10;

    public static int? Add(int? a, int? b) => Integer((long?)a + b);
    public static long? Add(long? a, long? b) => LongInteger((Int128?)a + b);
    public static decimal? Add(decimal? a, decimal? b) => Decimal(a + b);

    public static int? Subtract(int? a, int? b) => Integer((long?)a - b);
    public static long? Subtract(long? a, long? b) => LongInteger((Int128?)a - b);
    public static decimal? Subtract(decimal? a, decimal? b) => Decimal(a - b);

    public static int? Negate(int? a) => Integer(-(long?)a);
    public static long? Negate(long? a) => LongInteger(-(Int128?)a);
    public static decimal? Negate(decimal? a) => -a;

    public static int? Multiply(int? a, int? b) => Integer((long?)a * b);
    public static long? Multiply(long? a, long? b) => LongInteger((Int128?)a * b);

    public static decimal? Multiply(decimal? a, decimal? b)
    {
        if (a is not { } x || b is not { } y) return null;
        // Twice 48 bits fit in the 96 of a decimal.
        var exact = Small(x) && Small(y);
        return exact ? Decimal(decimal.Round(x * y, Decimals, MidpointRounding.AwayFromZero)) : ExactProduct(x, y);
    }

    /// <summary>No value where b is 0.</summary>
    public static decimal? Divide(decimal? a, decimal? b)
    {
        if (a is not { } x || b is not { } y || y == 0) return null;
        var quotient = x / y;
        var rounded = decimal.Round(quotient, Decimals, MidpointRounding.AwayFromZero);
        // A half may be one only since C# has rounded already.
        var sure = Math.Abs(quotient) < QuotientLimit && Math.Abs(quotient - rounded) != Half;
        return sure ? rounded : ExactQuotient(x, y);
    }

    public static int? Abs(int? n) => n == int.MinValue ? null : n < 0 ? -n : n;
    public static long? Abs(long? n) => n == long.MinValue ? null : n < 0 ? -n : n;
    public static decimal? Abs(decimal? n) => n < 0 ? -n : n;

    public static int? Max(int? n, int? m) => n < m ? m : m is null ? null : n;
    public static long? Max(long? n, long? m) => n < m ? m : m is null ? null : n;
    public static decimal? Max(decimal? n, decimal? m) => n < m ? m : m is null ? null : n;

    public static int? Min(int? n, int? m) => n > m ? m : m is null ? null : n;
    public static long? Min(long? n, long? m) => n > m ? m : m is null ? null : n;
    public static decimal? Min(decimal? n, decimal? m) => n > m ? m : m is null ? null : n;

    /// <summary>What is left of n, with its sign. No value where m is 0.</summary>
    public static decimal? Mod(decimal? n, decimal? m) => m == 0 ? null : n % m;

    public static int? Sign(int? n) => n is { } number ? Math.Sign(number) : null;
    public static int? Sign(long? n) => n is { } number ? Math.Sign(number) : null;
    public static int? Sign(decimal? n) => n is { } number ? Math.Sign(number) : null;

    public static decimal? Trunc(decimal? n) => n is { } number ? decimal.Truncate(number) : null;

    public static decimal? Round(decimal? n, int? fractionalDigits = 0)
    {
        if (n is not { } number || fractionalDigits is not { } digits) return null;
        if (digits >= 0) return OrNull(Rounded(number, Math.Min(digits, Decimals)));
        if (digits < -20) return 0;
        var unit = (decimal)BigInteger.Pow(10, -digits);
        return OrNull(Rounded(number / unit, 0) * unit);
    }

    public static decimal? Sqrt(decimal? n)
    {
        if (n is not { } number || number < 0) return null;
        var square = Scaled(number) * Unit;
        var root = (UInt128)Math.Sqrt((double)square);
        if (root > 0) root = (root + square / root) / 2;
        while (root * root > square) root--;
        while ((root + 1) * (root + 1) <= square) root++;
        return Unscaled(square - root * root > root ? root + 1 : root, false);
    }

    /// <summary>n multiplied by itself m times; rounded at the end alone.</summary>
    public static decimal? Power(decimal? n, int? m)
    {
        if (n is not { } number || m is not { } exponent || exponent is < -GreatestExponent or > GreatestExponent) return null;
        if (number == 0) return exponent < 0 ? null : exponent == 0 ? 1 : 0;
        var (size, count) = (Math.Abs(number), Math.Abs(exponent));
        if (count > GreatestExponentOfTwo && size is >= 2 or <= 0.5m) return (size > 1) == (exponent > 0) ? null : 0;
        var (digits, unit) = (Scaled(number), (UInt128)Unit);
        while (unit > 1 && digits % 10 == 0) (digits, unit) = (digits / 10, unit / 10);
        var (over, under) = (BigInteger.Pow((BigInteger)digits, count), BigInteger.Pow((BigInteger)unit, count));
        if (exponent < 0) (over, under) = (under, over);
        var result = (over * Unit * 2 + under) / (under * 2);
        if (result >= (BigInteger)Limit * Unit) return null;
        return Unscaled((UInt128)result, number < 0 && int.IsOddInteger(exponent));
    }

    internal static decimal Rounded(decimal number, int decimals) => decimal.Round(number, decimals, MidpointRounding.AwayFromZero);

    /// <summary>No value for more than 20 digits before the point.</summary>
    internal static decimal? OrNull(decimal number) => Math.Abs(number) < Limit ? number : null;

    private static int? Integer(long? result) => result is null or (>= int.MinValue and <= int.MaxValue)
        ? (int?)result : throw ExpressionOverflowException.Integer();

    private static long? LongInteger(Int128? result) => result is null || (result >= long.MinValue && result <= long.MaxValue)
        ? (long?)result : throw ExpressionOverflowException.LongInteger();

    private static decimal? Decimal(decimal? result) => result is null or (> -Limit and < Limit)
        ? result : throw ExpressionOverflowException.Decimal();

    private static bool Small(decimal number)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        return bits[2] == 0 && (uint)bits[1] < 1 << 16;
    }

    private static decimal ExactProduct(decimal a, decimal b)
    {
        var (x, y) = (Scaled(a), Scaled(b));
        // With more bits than 128 the product has more digits than 20.
        if (UInt128.LeadingZeroCount(x) + UInt128.LeadingZeroCount(y) < 128) throw ExpressionOverflowException.Decimal();
        return Quotient(x * y, Unit, decimal.IsNegative(a) != decimal.IsNegative(b));
    }

    private static decimal ExactQuotient(decimal a, decimal b) =>
        Quotient(Scaled(a) * Unit, Scaled(b), decimal.IsNegative(a) != decimal.IsNegative(b));

    private static decimal Quotient(UInt128 over, UInt128 under, bool negative)
    {
        var (quotient, rest) = UInt128.DivRem(over, under);
        if (rest >= under - rest) quotient++;
        return quotient < (UInt128)Limit * Unit ? Unscaled(quotient, negative) : throw ExpressionOverflowException.Decimal();
    }

    // The digits of a number with 8 decimals, without its sign: below 10^28.
    private static UInt128 Scaled(decimal number)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(Rounded(number, Decimals), bits);
        var digits = new UInt128((uint)bits[2], (ulong)(uint)bits[1] << 32 | (uint)bits[0]);
        for (var scale = bits[3] >> 16 & 0xFF; scale < Decimals; scale++) digits *= 10;
        return digits;
    }

    private static decimal Unscaled(UInt128 digits, bool negative)
    {
        var (high, low) = ((ulong)(digits >> 64), (ulong)digits);
        return new decimal((int)low, (int)(low >> 32), (int)high, negative, Decimals);
    }
}
