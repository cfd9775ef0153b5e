// Elements of lists, in expressions and in the steps of actions. A list never changes and is never null.
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace Odcpub.Runtime;

public static class Elements
{
    private const int Most = 1_000_000;

    /// <summary>Counted from 0. Throws ExpressionIndexException.</summary>
    public static T At<T>(ImmutableList<T> list, int? index) =>
        list[Within(index, list.Count - 1)];

    /// <summary>A list of values that are each of its type or null.</summary>
    public static ImmutableList<T> Of<T>(IEnumerable<object?> values) => ImmutableList.CreateRange(values.Select(value => (T)value!));

    public static ImmutableList<T> Add<T>(ImmutableList<T> list, T value) => Room(list, 1).Add(value);

    public static ImmutableList<T> AddRange<T>(ImmutableList<T> list, ImmutableList<T> values) => Room(list, values.Count).AddRange(values);

    /// <summary>Before the element at the index; at the end where that is the length.</summary>
    public static ImmutableList<T> Insert<T>(ImmutableList<T> list, int? index, T value) =>
        Room(list, 1).Insert(Within(index, list.Count), value);

    public static ImmutableList<T> InsertRange<T>(ImmutableList<T> list, int? index, ImmutableList<T> values) =>
        Room(list, values.Count).InsertRange(Within(index, list.Count), values);

    public static ImmutableList<T> Remove<T>(ImmutableList<T> list, int? index) => list.RemoveAt(Within(index, list.Count - 1));

    /// <summary>Each value once, in the order of their first.</summary>
    public static ImmutableList<T> Distinct<T>(ImmutableList<T> list) => ImmutableList.CreateRange(Enumerable.Distinct(list));

    /// <summary>Sorted by the first comparison (of <see cref="Sorts"/>), equals by the next; equals of all keep their order.</summary>
    public static ImmutableList<T> Order<T>(ImmutableList<T> list, params Comparison<T>[] by) =>
        ImmutableList.CreateRange(list.Order(Comparer<T>.Create((left, right) =>
        {
            foreach (var compare in by)
                if (compare(left, right) is not 0 and var sign) return sign;
            return 0;
        })));

    // Added to itself, a list has soon more elements than there are numbers, and they take next to no memory.
    private static ImmutableList<T> Room<T>(ImmutableList<T> list, int more) =>
        list.Count + more <= Most || more == 0 ? list : throw ExpressionOverflowException.List(Most);

    private static int Within(int? index, int last) =>
        index is { } at && at >= 0 && at <= last ? at : throw ExpressionIndexException.Of(index);
}

/// <summary>Which of two values comes first: below 0 the left one. No value is last either way; texts go by code points.</summary>
public static class Sorts
{
    public static int Rising(string? left, string? right) => Missing(left, right) ?? Texts.Compare(left, right) ?? 0;

    public static int Falling(string? left, string? right) => Missing(left, right) ?? Texts.Compare(right, left) ?? 0;

    public static int Rising<T>(T? left, T? right) where T : struct, IComparable<T> =>
        Missing(left, right) ?? left!.Value.CompareTo(right!.Value);

    public static int Falling<T>(T? left, T? right) where T : struct, IComparable<T> =>
        Missing(left, right) ?? right!.Value.CompareTo(left!.Value);

    private static int? Missing<T>(T left, T right) => left is null ? (right is null ? 0 : 1) : right is null ? -1 : null;
}
