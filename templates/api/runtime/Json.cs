// Writes answers as JSON and reads request bodies strictly.
using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Odcpub.Runtime;

public static class Json
{
    /// <summary>Writes a whole answer at once, so that an error on the way never leaves half of one.</summary>
    public static async Task Write(HttpContext context, int status, string type, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer)) write(writer);
        await Write(context, status, type, buffer.WrittenMemory);
    }

    public static async Task Write(HttpContext context, int status, string type, ReadOnlyMemory<byte> json)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = type;
        response.ContentLength = json.Length;
        if (!response.Headers.ContainsKey("Cache-Control")) response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(json);
    }

    public static Task Write(HttpContext context, Action<Utf8JsonWriter> write, int status = 200) =>
        Write(context, status, "application/json", write);

    /// <summary>The body's members in order. Refuses other content types, malformed JSON and members given twice.</summary>
    public static async Task<List<KeyValuePair<string, JsonElement>>> ReadObject(HttpContext context)
    {
        CheckContentType(context.Request);
        await CheckLength(context);
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            return Members(document.RootElement);
        }
        catch (JsonException error)
        {
            var place = error.LineNumber is null ? "" : $" (line {error.LineNumber + 1})";
            throw new Problem(400, $"The body is not valid JSON{place}.");
        }
        catch (InvalidOperationException)
        {
            throw new Problem(400, "The body holds a name that is not valid Unicode.");
        }
    }

    private static List<KeyValuePair<string, JsonElement>> Members(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new Problem(400, "The body must be a JSON object.");
        var members = new List<KeyValuePair<string, JsonElement>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in root.EnumerateObject())
        {
            if (!seen.Add(member.Name)) throw new Problem(400, $"{member.Name} is given twice.");
            members.Add(new(member.Name, member.Value.Clone()));
        }
        return members;
    }

    // A client that is still sending would see a reset instead of the answer, so what is not far too long is read.
    private static async Task CheckLength(HttpContext context)
    {
        if (context.Request.ContentLength is not > Application.LargestBody) return;
        if (context.Request.ContentLength <= 4 * Application.LargestBody)
        {
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        }
        throw new Problem(413, "The body is larger than 30 MB.");
    }

    private static void CheckContentType(HttpRequest request)
    {
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.MediaType.Equals("application/merge-patch+json", StringComparison.OrdinalIgnoreCase))
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase))) return;
        throw new Problem(415, "Send the values as application/json in UTF-8.");
    }
}
