// From the database's text of a value to the one that is answered. The database writes moments and numbers quickest in
// its own form; sessions are such that it is ISO and UTC.
using System;
using System.Globalization;

namespace Odcpub.Runtime;

public static class Forms
{
    /// <summary>2026-01-31 12:30:00.5+00 → 2026-01-31T12:30:00.5Z; what is no date of these (infinity) stays.</summary>
    public static string Moment(string text)
    {
        if (text.Length < 22 || text[10] != ' ') return text;
        if (text.EndsWith("+00", StringComparison.Ordinal))
            return string.Create(text.Length - 2, text, (span, from) =>
            {
                from.AsSpan(0, span.Length - 1).CopyTo(span);
                (span[10], span[^1]) = ('T', 'Z');
            });
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment)
            ? moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture) : text;
    }

    /// <summary>12.50000000 → 12.5, 3.00 → 3.</summary>
    public static string Number(string text) => text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
}
