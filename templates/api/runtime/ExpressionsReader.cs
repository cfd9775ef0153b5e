// Reads a text from its beginning, without the blanks at its ends.
using System;
using System.Globalization;

namespace Odcpub.Runtime;

internal ref struct ExpressionsReader(string? text)
{
    public readonly ReadOnlySpan<char> All = text.AsSpan().Trim("\t\n\v\f\r ");
    private int at;
    private int read;

    public readonly bool AtEnd => at == All.Length;

    /// <summary>Whether this character comes next; it is passed.</summary>
    public bool Next(char wanted)
    {
        var found = at < All.Length && All[at] == wanted;
        if (found) at++;
        return found;
    }

    public void Sign() => _ = Next('-') || Next('+');

    /// <summary>Whether so many ASCII digits come next, as many as there are; they are passed.</summary>
    public bool Digits(int least, int most)
    {
        var start = at;
        while (at < All.Length && at - start < most && char.IsAsciiDigit(All[at])) at++;
        read = at - start;
        return read >= least;
    }

    /// <summary>2026-1-31, 2026/01/31 or 2026.1.31.</summary>
    public DateOnly? Date()
    {
        if (!Digits(4, 4)) return null;
        var year = Number;
        return Part("-/.") is { } month && Part("-/.") is { } day ? Moments.NewDate(year, month, day) : null;
    }

    /// <summary>9:30 or 09:30:15.5.</summary>
    public TimeOnly? Time()
    {
        if (!Digits(1, 2)) return null;
        var hour = Number;
        if (Part(":") is not { } minute) return null;
        if (AtEnd || All[at] != ':') return Moments.NewTime(hour, minute, 0);
        if (Part(":") is not { } second || Moments.NewTime(hour, minute, second) is not { } time) return null;
        if (!Next('.')) return time;
        if (!Digits(1, 6)) return null;
        return new TimeOnly(time.Ticks + Number * (long)Math.Pow(10, 7 - read));
    }

    private readonly int Number => int.Parse(All.Slice(at - read, read), NumberStyles.None, CultureInfo.InvariantCulture);

    // One digit or two behind one of these characters.
    private int? Part(string before)
    {
        if (AtEnd || !before.Contains(All[at])) return null;
        at++;
        return Digits(1, 2) ? Number : null;
    }
}
