// Serves wwwroot from memory: each file read once, with a strong ETag, compressed when first asked for compressed.
// A path that is no file and has no extension is a page of the app and gets index.html: 404 where the app has no screen
// of that name, since that is what the page then says.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Odcpub.Runtime;

public sealed class StaticFiles
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8", [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8", [".json"] = "application/json", [".svg"] = "image/svg+xml",
        [".png"] = "image/png", [".ico"] = "image/x-icon", [".txt"] = "text/plain; charset=utf-8",
    };

    private const string Index = "/index.html";

    private sealed class Content(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;
        public string Tag { get; } = Convert.ToHexString(SHA256.HashData(bytes), 0, 12).ToLowerInvariant();
        public Lazy<byte[]> Compressed { get; } = new(() => Compress(bytes));
    }

    private readonly string root = Path.Combine(AppContext.BaseDirectory, "wwwroot");
    private readonly ConcurrentDictionary<string, Content> contents = new(StringComparer.Ordinal);
    private readonly Lazy<HashSet<string>> paths;
    private readonly Lazy<HashSet<string>> screens;

    public StaticFiles()
    {
        paths = new(() => Directory.Exists(root)
            ? Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Select(file => "/" + Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/'))
                .ToHashSet(StringComparer.Ordinal)
            : []);
        screens = new(() => Screens(root + "/_odc/app.json").Append("").ToHashSet(StringComparer.Ordinal));
    }

    // Only paths that were found by listing are ever opened, so no request can leave the folder.
    public async Task Serve(HttpContext context, string path)
    {
        var file = paths.Value.Contains(path) ? path : Page(path);
        var content = contents.GetOrAdd(file, _ => new Content(File.ReadAllBytes(root + file)));
        var compressed = content.Bytes.Length > 500 && AcceptsGzip(context.Request);
        var tag = $"\"{content.Tag}{(compressed ? "-gz" : "")}\"";
        var headers = context.Response.Headers;
        headers.ETag = tag;
        headers.CacheControl = "no-cache";
        headers.Vary = "Accept-Encoding";
        if (file == Index && path != Index && !screens.Value.Contains(path.Split('/')[1])) context.Response.StatusCode = 404;
        else if (Matches(context.Request, tag))
        {
            context.Response.StatusCode = 304;
            return;
        }
        if (compressed) headers.ContentEncoding = "gzip";
        var bytes = compressed ? content.Compressed.Value : content.Bytes;
        context.Response.ContentType = Types.GetValueOrDefault(Path.GetExtension(file), "application/octet-stream");
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes);
    }

    private string Page(string path)
    {
        var page = !path.StartsWith("/_odc", StringComparison.Ordinal) && !Path.HasExtension(path);
        if (page && paths.Value.Contains(Index)) return Index;
        throw new Problem(404, "There is nothing at this address.");
    }

    private static IEnumerable<string> Screens(string file)
    {
        if (!File.Exists(file)) return [];
        using var app = JsonDocument.Parse(File.ReadAllBytes(file));
        return app.RootElement.GetProperty("screens").EnumerateArray().Select(screen => screen.GetProperty("name").GetString()!).ToList();
    }

    private static bool Matches(HttpRequest request, string tag) =>
        request.Headers.IfNoneMatch.SelectMany(value => (value ?? "").Split(','))
            .Any(value => value.Trim() == "*" || value.Trim().Replace("W/", "") == tag);

    private static bool AcceptsGzip(HttpRequest request) =>
        request.Headers.AcceptEncoding.SelectMany(value => (value ?? "").Split(','))
            .Select(value => value.Replace(" ", ""))
            .Any(value => value is "gzip" || (value.StartsWith("gzip;", StringComparison.Ordinal) && !value.EndsWith("q=0", StringComparison.Ordinal)));

    private static byte[] Compress(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.SmallestSize)) gzip.Write(bytes);
        return memory.ToArray();
    }
}
