// The files of wwwroot, and what app.json says of the app's screens. Only paths that were found by listing are ever opened,
// so no request can leave the folder. An image has the files of about twenty entities' screens in one file, a unit.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace Odcpub.Runtime;

internal sealed record Screen(string Name, bool IsList, string Entity, string Unit);

internal sealed class WebRoot
{
    private const string ScreensFolder = "/_odc/screens/";
    private readonly string root = Path.Combine(AppContext.BaseDirectory, "wwwroot");
    private readonly Lazy<HashSet<string>> paths;
    private readonly Lazy<(string Version, List<Screen> Screens)> app;

    public WebRoot()
    {
        paths = new(() => Directory.Exists(root)
            ? Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Select(file => "/" + Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/'))
                .ToHashSet(StringComparer.Ordinal)
            : []);
        app = new(() => Has("/_odc/app.json") ? App(File.ReadAllBytes(root + "/_odc/app.json")) : ("", []));
    }

    /// <summary>Tells what is served now from what an older or newer version of the app serves.</summary>
    public string Version => app.Value.Version;

    public IReadOnlyList<Screen> Screens => app.Value.Screens;

    public bool Has(string path) => paths.Value.Contains(path);

    /// <summary>The file's bytes; null where there is none.</summary>
    public byte[]? Read(string path)
    {
        if (Has(path)) return File.ReadAllBytes(root + path);
        if (!path.StartsWith(ScreensFolder, StringComparison.Ordinal)) return null;
        var name = path[ScreensFolder.Length..];
        var unit = Screens.Where(screen => name.StartsWith(screen.Name + ".", StringComparison.Ordinal))
            .Select(screen => $"{ScreensFolder}{screen.Unit}.json").FirstOrDefault();
        if (unit is null || !Has(unit)) return null;
        using var files = JsonDocument.Parse(File.ReadAllBytes(root + unit));
        return files.RootElement.TryGetProperty(name, out var text) ? Encoding.UTF8.GetBytes(text.GetString()!) : null;
    }

    private static (string Version, List<Screen> Screens) App(byte[] bytes)
    {
        using var app = JsonDocument.Parse(bytes);
        return (app.RootElement.GetProperty("version").GetString()!,
            app.RootElement.GetProperty("screens").EnumerateArray().Select(One).ToList());
    }

    private static Screen One(JsonElement screen)
    {
        string Text(string name) => screen.GetProperty(name).GetString()!;
        return new Screen(Text("name"), Text("kind") == "list", Text("entity"), Text("unit"));
    }
}
