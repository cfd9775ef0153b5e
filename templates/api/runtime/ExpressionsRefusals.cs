// What an expression cannot compute with the values that it meets.
using System;

namespace Odcpub.Runtime;

/// <summary>Its message is a sentence for the app's user.</summary>
public abstract class ExpressionException(string message, string code) : Refusal(message, code);

/// <summary>An index that has no value, or where its list has no element.</summary>
public sealed class ExpressionIndexException : ExpressionException
{
    private ExpressionIndexException(string message) : base(message, "Index") { }

    internal static ExpressionIndexException Of(int? index) =>
        new($"The list has no element {(index is { } at ? $"{at}." : "without an index.")}");
}

/// <summary>A calculation whose result its type cannot hold.</summary>
public sealed class ExpressionOverflowException : ExpressionException
{
    private ExpressionOverflowException(string message) : base(message, "Overflow") { }

    internal static ExpressionOverflowException Integer() =>
        new($"A calculation gives a number that an Integer cannot hold: it goes from {int.MinValue} to {int.MaxValue}.");

    internal static ExpressionOverflowException LongInteger() =>
        new($"A calculation gives a number that a Long Integer cannot hold: it goes from {long.MinValue} to {long.MaxValue}.");

    internal static ExpressionOverflowException Decimal() =>
        new("A calculation gives a number with more than 20 digits before the point.");

    internal static ExpressionOverflowException List(int most) => new($"A list cannot hold more than {most} elements.");

    internal static ExpressionOverflowException Text() => new("A calculation gives a text of more than 10485760 characters.");

    /// <summary>Of a calculation in the database, by the name of its function there: int4mul, int84pl, numeric_int8 (which
    /// ends a sum), numeric_add.</summary>
    internal static ExpressionOverflowException Of(string? routine) =>
        routine?.Contains("int8", StringComparison.Ordinal) == true || routine?.StartsWith("int48", StringComparison.Ordinal) == true ? LongInteger()
        : routine?.StartsWith("int4", StringComparison.Ordinal) == true ? Integer() : Decimal();
}
