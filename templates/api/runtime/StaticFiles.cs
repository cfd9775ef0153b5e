// Serves wwwroot from memory: each file read once, with a strong ETag, compressed when first asked for compressed.
// A path that is no file and has no extension is a page of the app: 404 where the app has no screen of that name, with a
// page that says so. What a page loads has the app's version in its address (/_odc/{version}/js/list.js): it is kept by
// browsers for good, and never answered by another version.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Odcpub.Runtime;

internal sealed class StaticContent(byte[] bytes)
{
    public byte[] Bytes { get; } = bytes;
    public string Tag { get; } = Convert.ToHexString(SHA256.HashData(bytes), 0, 12).ToLowerInvariant();
    public Lazy<byte[]> Compressed { get; } = new(() => Compress(bytes));

    private static byte[] Compress(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.SmallestSize)) gzip.Write(bytes);
        return memory.ToArray();
    }
}

public sealed class StaticFiles
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8", [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8", [".json"] = "application/json", [".map"] = "application/json", [".svg"] = "image/svg+xml",
        [".png"] = "image/png", [".ico"] = "image/x-icon", [".txt"] = "text/plain; charset=utf-8",
    };

    private const string Own = "/_odc/";
    private const int VersionLength = 16;
    private readonly WebRoot root = new();
    private readonly Pages pages;
    private readonly ConcurrentDictionary<string, StaticContent> contents = new(StringComparer.Ordinal);

    public StaticFiles(Settings settings) => pages = new Pages(root, settings);

    public async Task Serve(HttpContext context, string path)
    {
        var lasts = IsVersioned(path);
        var (content, type, found) = Find(lasts ? Unversioned(path) : path);
        var compressed = content.Bytes.Length > 500 && AcceptsGzip(context.Request);
        var tag = $"\"{content.Tag}{(compressed ? "-gz" : "")}\"";
        var headers = context.Response.Headers;
        headers.ETag = tag;
        headers.CacheControl = lasts ? "max-age=31536000, immutable" : "no-cache";
        headers.Vary = "Accept-Encoding";
        if (!found) context.Response.StatusCode = 404;
        else if (Matches(context.Request, tag))
        {
            context.Response.StatusCode = 304;
            return;
        }
        if (compressed) headers.ContentEncoding = "gzip";
        var bytes = compressed ? content.Compressed.Value : content.Bytes;
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes);
    }

    private static bool IsVersioned(string path) =>
        path.Length > Own.Length + VersionLength && path.StartsWith(Own, StringComparison.Ordinal)
        && path[Own.Length + VersionLength] == '/' && path.AsSpan(Own.Length, VersionLength).IndexOfAnyExcept("0123456789abcdef") < 0;

    private string Unversioned(string path)
    {
        if (path.AsSpan(Own.Length, VersionLength).SequenceEqual(root.Version)) return Own + path[(Own.Length + VersionLength + 1)..];
        throw new Problem(404, "This belongs to another version of the app. Load the page again.");
    }

    private (StaticContent Content, string Type, bool Found) Find(string path)
    {
        if (contents.TryGetValue(path, out var known)) return (known, TypeOf(path), true);
        if (path != Pages.Frame && root.Read(path) is { } bytes)
            return (contents.GetOrAdd(path, _ => new StaticContent(bytes)), TypeOf(path), true);
        var page = path == Pages.Frame || (!path.StartsWith("/_odc", StringComparison.Ordinal) && !Path.HasExtension(path));
        if (!page || !root.Has(Pages.Frame)) throw new Problem(404, "There is nothing at this address.");
        var (document, found) = pages.At(path == Pages.Frame ? "/" : path);
        return (document, Types[".html"], found);
    }

    private static string TypeOf(string path) => Types.GetValueOrDefault(Path.GetExtension(path), "application/octet-stream");

    private static bool Matches(HttpRequest request, string tag) =>
        request.Headers.IfNoneMatch.SelectMany(value => (value ?? "").Split(','))
            .Any(value => value.Trim() == "*" || value.Trim().Replace("W/", "") == tag);

    private static bool AcceptsGzip(HttpRequest request) =>
        request.Headers.AcceptEncoding.SelectMany(value => (value ?? "").Split(','))
            .Select(value => value.Replace(" ", ""))
            .Any(value => value is "gzip" || (value.StartsWith("gzip;", StringComparison.Ordinal) && !value.EndsWith("q=0", StringComparison.Ordinal)));
}
