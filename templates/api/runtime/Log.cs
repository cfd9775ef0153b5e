// Log lines on stdout: time, level, message; one line an entry, and nothing in it that a terminal would act on,
// whatever the message holds.
using System;
using System.Diagnostics;
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

    /// <summary>" in CloseTicket at app.yaml:41" where an action was at fault, else nothing: its code says what it was printed of.</summary>
    public static string InModel(Exception error)
    {
        var frame = new StackTrace(error, fNeedFileInfo: true).GetFrames()
            .FirstOrDefault(one => one.GetFileName()?.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) == true);
        return frame is null ? "" : $" in {Action(frame)} at {frame.GetFileName()}:{frame.GetFileLineNumber()}";
    }

    // Each action is a class; what C# makes of its async methods and lambdas are classes within it.
    private static string? Action(StackFrame frame)
    {
        var type = frame.GetMethod()?.DeclaringType;
        while (type?.DeclaringType is { } outer) type = outer;
        return type?.Name;
    }

    private static void Write(string level, string message)
    {
        var time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        Console.Out.WriteLine($"{time} {level} {string.Concat(message.EnumerateRunes().Select(Shown))}");
    }

    private static string Shown(Rune sign) => Shows(sign) ? sign.ToString() : sign.IsBmp ? $"\\u{sign.Value:x4}" : $"\\U{sign.Value:x8}";

    // The numbers are fillers and selectors of variants, which show nothing though they are letters and marks.
    private static bool Shows(Rune sign) => sign.Value switch
    {
        0x034f or 0x115f or 0x1160 or 0x17b4 or 0x17b5 or (>= 0x180b and <= 0x180f) or 0x3164 or (>= 0xfe00 and <= 0xfe0f)
            or 0xffa0 or (>= 0xe0100 and <= 0xe01ef) => false,
        _ => Rune.GetUnicodeCategory(sign) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned),
    };
}
