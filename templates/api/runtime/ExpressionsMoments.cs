// Functions of expressions on dates and times: moments in UTC with microseconds, in the years 1 to 9999.
using System;

namespace Odcpub.Runtime;

/// <summary>An argument without a value gives no value; so does a result that is no date.</summary>
public static class Moments
{
    public static DateTimeOffset Utc(int year, int month, int day, int hour = 0, int minute = 0, int second = 0, int microsecond = 0) =>
        new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero).AddTicks(microsecond * TimeSpan.TicksPerMicrosecond);

    public static DateTimeOffset? AddDays(DateTimeOffset? dt, int? n) => Add(dt, n, TimeSpan.TicksPerDay);
    public static DateTimeOffset? AddHours(DateTimeOffset? dt, int? n) => Add(dt, n, TimeSpan.TicksPerHour);
    public static DateTimeOffset? AddMinutes(DateTimeOffset? dt, int? n) => Add(dt, n, TimeSpan.TicksPerMinute);
    public static DateTimeOffset? AddSeconds(DateTimeOffset? dt, int? n) => Add(dt, n, TimeSpan.TicksPerSecond);
    public static DateTimeOffset? AddMonths(DateTimeOffset? dt, int? n) => AddMonths(dt, (long?)n);
    public static DateTimeOffset? AddYears(DateTimeOffset? dt, int? n) => AddMonths(dt, (long?)n * 12);

    public static DateTimeOffset? BuildDateTime(DateOnly? d, TimeOnly? t) =>
        d is { } day && t is { } time ? new DateTimeOffset(day, time, TimeSpan.Zero) : null;

    public static int? Year(DateTimeOffset? dt) => dt?.UtcDateTime.Year;
    public static int? Month(DateTimeOffset? dt) => dt?.UtcDateTime.Month;
    public static int? Day(DateTimeOffset? dt) => dt?.UtcDateTime.Day;
    public static int? Hour(DateTimeOffset? dt) => dt?.UtcDateTime.Hour;
    public static int? Hour(TimeOnly? dt) => dt?.Hour;
    public static int? Minute(DateTimeOffset? dt) => dt?.UtcDateTime.Minute;
    public static int? Minute(TimeOnly? dt) => dt?.Minute;
    public static int? Second(DateTimeOffset? dt) => dt?.UtcDateTime.Second;
    public static int? Second(TimeOnly? dt) => dt?.Second;

    /// <summary>Sunday is 0.</summary>
    public static int? DayOfWeek(DateTimeOffset? dt) => (int?)dt?.UtcDateTime.DayOfWeek;

    /// <summary>Calendar days, whatever their times.</summary>
    public static int? DiffDays(DateTimeOffset? dt1, DateTimeOffset? dt2) => Date(dt2) - Date(dt1);
    public static int? DiffHours(DateTimeOffset? dt1, DateTimeOffset? dt2) => (int?)Between(dt1, dt2, TimeSpan.TicksPerHour);
    public static long? DiffMinutes(DateTimeOffset? dt1, DateTimeOffset? dt2) => Between(dt1, dt2, TimeSpan.TicksPerMinute);
    public static long? DiffSeconds(DateTimeOffset? dt1, DateTimeOffset? dt2) => Between(dt1, dt2, TimeSpan.TicksPerSecond);

    public static DateOnly? NewDate(int? y, int? m, int? d) =>
        y is >= 1 and <= 9999 and { } year && m is >= 1 and <= 12 and { } month && d is >= 1 and { } day && day <= DateTime.DaysInMonth(year, month)
            ? new DateOnly(year, month, day) : null;

    public static TimeOnly? NewTime(int? h, int? m, int? s) =>
        h is >= 0 and <= 23 and { } hour && m is >= 0 and <= 59 and { } minute && s is >= 0 and <= 59 and { } second
            ? new TimeOnly(hour, minute, second) : null;

    public static DateTimeOffset? NewDateTime(int? y, int? mo, int? d, int? h, int? mi, int? s) => BuildDateTime(NewDate(y, mo, d), NewTime(h, mi, s));

    private static int? Date(DateTimeOffset? dt) => Conversions.DateTimeToDate(dt)?.DayNumber;

    // Each moment is cut to its unit first.
    private static long? Between(DateTimeOffset? dt1, DateTimeOffset? dt2, long unit) => dt2?.UtcTicks / unit - dt1?.UtcTicks / unit;

    private static DateTimeOffset? Add(DateTimeOffset? dt, int? n, long unit)
    {
        if (dt is not { } moment || n is not { } count) return null;
        var ticks = moment.UtcTicks + (Int128)count * unit;
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? At((long)ticks) : null;
    }

    // A day that the month does not have becomes its last one.
    private static DateTimeOffset? AddMonths(DateTimeOffset? dt, long? n)
    {
        if (dt?.UtcDateTime is not { } moment || n is not { } count) return null;
        var months = moment.Year * 12L + moment.Month - 1 + count;
        if (months is < 12 or >= 12 * 10_000) return null;
        var (year, month) = ((int)(months / 12), (int)(months % 12 + 1));
        var day = Math.Min(moment.Day, DateTime.DaysInMonth(year, month));
        return At(new DateTime(year, month, day).Ticks + moment.TimeOfDay.Ticks);
    }

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
