// Plain sentences about values: articles, counts, the nearest name.
using System;
using System.Collections.Generic;
using System.Linq;

namespace Odcpub.Runtime;

public static class Words
{
    /// <summary>Characters of what stands for a row, wherever it is shown.</summary>
    public const int LongestLabel = 200;

    // What has a vowel for its first letter and none for its first sound: a user, a unit.
    private static readonly string[] NoVowels = ["eu", "one", "uni", "url", "us", "uti"];

    /// <summary>A text's first characters, and a sign where there are more.</summary>
    public static string Cut(string text, int characters)
    {
        if (text.Length <= characters) return text;
        var at = 0;
        for (; characters > 0 && at < text.Length; characters--) at += char.IsSurrogatePair(text, at) ? 2 : 1;
        return at < text.Length ? text[..at] + "\u2026" : text;
    }

    /// <summary>A label within a sentence: "Opened at" → "opened at", "URL" stays.</summary>
    public static string Inside(string label) =>
        label.Length > 1 && char.IsUpper(label[1]) ? label : label[..1].ToLowerInvariant() + label[1..];

    public static string WithArticle(string label)
    {
        var inside = Inside(label);
        var sounds = !NoVowels.Any(start => inside.StartsWith(start, StringComparison.OrdinalIgnoreCase));
        return (sounds && "aeiouAEIOU".Contains(inside[0]) ? "an " : "a ") + inside;
    }

    public static string Count(long count, string one, string many) => count == 1 ? $"1 {one}" : $"{count} {many}";

    public static string Missing(AttributeDescriptor attribute)
    {
        var choose = attribute.IsReference || attribute.Type == AttributeType.Boolean;
        return $"{(choose ? "Choose" : "Enter")} {WithArticle(attribute.Label)}.";
    }

    public static string OutOfRange(AttributeDescriptor attribute) => (attribute.Minimum, attribute.Maximum) switch
    {
        (not null, not null) => $"{attribute.Label} must be between {attribute.Minimum} and {attribute.Maximum}.",
        (not null, null) => $"{attribute.Label} must be at least {attribute.Minimum}.",
        _ => $"{attribute.Label} must be at most {attribute.Maximum}.",
    };

    /// <summary>" Did you mean Subject?" where a name is close enough, else nothing.</summary>
    public static string Suggestion(string wrong, IEnumerable<string> names)
    {
        if (wrong.Length > 100) return "";
        var nearest = names.Select(name => (name, distance: Distance(wrong, name)))
            .OrderBy(pair => pair.distance).ThenBy(pair => pair.name, StringComparer.Ordinal).FirstOrDefault();
        return nearest.name is not null && nearest.distance <= Math.Max(2, wrong.Length / 3)
            ? $" Did you mean {nearest.name}?" : "";
    }

    // Levenshtein's distance, upper and lower case alike.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var same = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]);
                var cost = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
                (diagonal, row[j]) = (row[j], cost);
            }
        }
        return row[^1];
    }
}
