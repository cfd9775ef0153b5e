// Log lines on stdout: time, level, message; one line an entry, and nothing in it that a terminal would act on,
// whatever the message holds.
using System;
using System.Globalization;
using System.Linq;
using System.Text;

namespace Odcpub.Runtime;

public static class Log
{
    public static void Info(string message) => Write("info", message);

    public static void Warning(string message) => Write("warning", message);

    /// <summary>An exception's types and messages; the innermost frames tell where, values never appear.</summary>
    public static void Error(string message, Exception error)
    {
        var frames = (error.StackTrace ?? "").Split('\n').Take(4).Select(line => line.Trim());
        Write("error", $"{message}: {error.GetType().Name}: {error.Message} | {string.Join(" | ", frames)}");
    }

    private static void Write(string level, string message)
    {
        var time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        Console.Out.WriteLine($"{time} {level} {string.Concat(message.EnumerateRunes().Select(Shown))}");
    }

    private static string Shown(Rune sign) => Rune.GetUnicodeCategory(sign) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator => $"\\u{sign.Value:x4}",
        _ => sign.ToString(),
    };
}
