// A file as it is given: in JSON, by its bytes alone or with name and type; as the body of a request of its own.
using System;
using System.Collections.Generic;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Odcpub.Runtime;

/// <summary>A file that is written. Bytes: byte[], or Content where they are many.</summary>
public sealed record GivenFile(object Bytes, string? Name, string Type)
{
    public long Size => Bytes is Content content ? content.Length : ((byte[])Bytes).LongLength;
}

public static class Files
{
    /// <summary>Null and the file, or no value; else the sentence that refuses it.</summary>
    public static string? Read(AttributeDescriptor attribute, Given given, out object? value)
    {
        value = null;
        if (given.Members is { } members) return Object(attribute, members, out value);
        if (given.Kind != JsonValueKind.Null)
        {
            if (Decoded(given) is not { } bytes) return $"{attribute.Label} must be base64 text.";
            var file = new GivenFile(bytes, null, MediaTypes.Unknown);
            value = file.Size > 0 ? file : null; // empty text is no value
        }
        return value is null && attribute.Mandatory ? Words.Missing(attribute) : null;
    }

    /// <summary>A file that is a request's whole body.</summary>
    public static GivenFile Read(HttpRequest request, Chunks body) =>
        new(Content.Whole(body), NameOf(request), TypeOf(request.ContentType));

    /// <summary>Refuses what is no file's bytes, before they are read.</summary>
    public static void CheckHead(HttpRequest request)
    {
        _ = NameOf(request);
        if (request.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true)
            throw new Problem(415, "Send the file's bytes as the body, as they are, and not as a form.");
    }

    private static string? Object(AttributeDescriptor attribute, List<KeyValuePair<string, Given>> members, out object? value)
    {
        value = null;
        var given = new Dictionary<string, Given>(members, StringComparer.Ordinal);
        foreach (var name in given.Keys)
            if (name is not ("data" or "name" or "type" or "size")) return $"{attribute.Label} has data, name, type and size, and no {name}.";
        if (!given.TryGetValue("data", out var data)) return $"{attribute.Label} needs its data, as base64 text.";
        if (Decoded(data) is not { } bytes) return $"The data of {attribute.Label} must be base64 text.";
        foreach (var name in new[] { "name", "type" })
            if (given.TryGetValue(name, out var text) && text.Kind != JsonValueKind.Null && (text.Kind != JsonValueKind.String || text.Text is null))
                return $"The {name} of {attribute.Label} must be text, and not a long one.";
        var file = new GivenFile(bytes, FileNames.Clean(given.GetValueOrDefault("name").Text), MediaTypes.Clean(given.GetValueOrDefault("type").Text));
        if (given.TryGetValue("size", out var size) && size.Kind != JsonValueKind.Null && size.Text != $"{file.Size}")
            return $"The data of {attribute.Label} has {Words.Count(file.Size, "byte", "bytes")}, and size says otherwise.";
        value = file;
        return null;
    }

    private static object? Decoded(Given given)
    {
        if (given.Kind != JsonValueKind.String) return null;
        if (given.Content is { } content) return content.FromBase64() ? content : null;
        try { return given.Text is { } text ? Convert.FromBase64String(text) : null; }
        catch (FormatException) { return null; }
    }

    private static string? NameOf(HttpRequest request)
    {
        if (request.Headers.ContentDisposition.ToString() is not { Length: > 0 } header) return null;
        if (!ContentDispositionHeaderValue.TryParse(header, out var said))
            throw new Problem(400, "Content-Disposition can't be read. Write it like this: attachment; filename=\"photo.png\"");
        var name = said.FileNameStar.HasValue ? said.FileNameStar : HeaderUtilities.UnescapeAsQuotedString(said.FileName);
        return FileNames.Clean(name.Value);
    }

    // No file is a form: that is what programs say of any body unless they are told otherwise.
    private static string TypeOf(string? header) =>
        MediaTypes.Clean(header) is "application/x-www-form-urlencoded" ? MediaTypes.Unknown : MediaTypes.Clean(header);
}
