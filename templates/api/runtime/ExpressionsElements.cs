// Elements of lists in expressions.
using System.Collections.Immutable;

namespace Odcpub.Runtime;

public static class Elements
{
    /// <summary>Counted from 0. Throws ExpressionIndexException.</summary>
    public static T At<T>(ImmutableList<T> list, int? index) =>
        index is { } at && at >= 0 && at < list.Count ? list[at] : throw ExpressionIndexException.Of(list.Count, index);
}
