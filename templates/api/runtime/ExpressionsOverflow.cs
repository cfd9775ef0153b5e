// A calculation in an expression whose result its type cannot hold.
using System;

namespace Odcpub.Runtime;

/// <summary>Its message is a sentence for the app's user.</summary>
public sealed class ExpressionOverflowException : Exception
{
    private ExpressionOverflowException(string message) : base(message) { }

    internal static ExpressionOverflowException Integer() =>
        new($"A calculation gives a number beyond {int.MinValue} to {int.MaxValue}, which an Integer cannot hold.");

    internal static ExpressionOverflowException LongInteger() =>
        new($"A calculation gives a number beyond {long.MinValue} to {long.MaxValue}, which a Long Integer cannot hold.");

    internal static ExpressionOverflowException Decimal() =>
        new("A calculation gives a number with more than 20 digits before the point.");
}
