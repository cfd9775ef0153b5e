// The documents of screens: the frame that all share, with a screen's own head and main part in it, put together when they
// are first asked for.
using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Net;
using System.Text;

namespace Odcpub.Runtime;

internal sealed class Pages(WebRoot files, Settings settings)
{
    internal const string Frame = "/index.html";
    private const int Kept = 100;
    private readonly ConcurrentDictionary<string, StaticContent> kept = new(StringComparer.Ordinal);

    /// <summary>The document of an address, and whether the app has a screen there.</summary>
    public (StaticContent Document, bool Found) At(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var screen = parts.Length == 0
            ? files.Screens.FirstOrDefault(one => one.IsList)
            : files.Screens.FirstOrDefault(one => one.Name == parts[0]);
        // A detail without a record stands for the list of its records.
        if (screen is not null && parts.Length == 1) screen = ListOf(screen) ?? screen;
        if (screen is not null) return (Document(screen, $"/_odc/screens/{screen.Name}.html"), true);
        return parts.Length == 0 ? (Document(null, "/_odc/no_screens.html"), true) : (Document(null, "/_odc/not_found.html"), false);
    }

    private Screen? ListOf(Screen screen) =>
        screen.IsList ? screen : files.Screens.FirstOrDefault(other => other.IsList && other.Entity == screen.Entity);

    private StaticContent Document(Screen? screen, string file)
    {
        // A frame with a thousand links is large: some documents are kept, not all.
        if (kept.Count > Kept) kept.Clear();
        return kept.GetOrAdd(file, _ => new StaticContent(Encoding.UTF8.GetBytes(Text(screen, file))));
    }

    // The places are comments, and addresses stand between quotes: neither comes out of a model's text, which is escaped.
    private string Text(Screen? screen, string file)
    {
        var own = Read(file).Split("<!--main-->\n", 2);
        var frame = Read(Frame);
        if (screen is not null && ListOf(screen) is { } list)
        {
            var link = $"<a href=\"/{list.Name}\"";
            frame = frame.Replace(link, $"{link} aria-current=\"{(list == screen ? "page" : "true")}\"");
        }
        return frame.Replace("<!--stage-->", Stage()).Replace("<!--head-->\n", own[0]).Replace("<!--main-->\n", own[1])
            .Replace("\"/_odc/~/", $"\"/_odc/{files.Version}/");
    }

    private string Read(string path) => Encoding.UTF8.GetString(files.Read(path)!);

    private string Stage()
    {
        if (settings.Stage is "" or "Production") return "";
        var title = settings.Revision.Length > 0 ? $" title=\"Revision {WebUtility.HtmlEncode(settings.Revision)}\"" : "";
        return $"<span class=\"badge\" id=\"stage\"{title}>{WebUtility.HtmlEncode(settings.Stage)}</span>";
    }
}
