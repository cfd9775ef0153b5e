// A calculation in an expression whose result its type cannot hold.
using System;

namespace Odcpub.Runtime;

/// <summary>Its message is a sentence for the app's user.</summary>
public sealed class ExpressionOverflowException : Exception
{
    private ExpressionOverflowException(string message) : base(message) { }

    internal static ExpressionOverflowException Integer() =>
        new($"A calculation gives a number that an Integer cannot hold: it goes from {int.MinValue} to {int.MaxValue}.");

    internal static ExpressionOverflowException LongInteger() =>
        new($"A calculation gives a number that a Long Integer cannot hold: it goes from {long.MinValue} to {long.MaxValue}.");

    internal static ExpressionOverflowException Decimal() =>
        new("A calculation gives a number with more than 20 digits before the point.");
}
