// Writes answers as JSON and reads request bodies strictly.
using System;
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
    // So many names that are no attribute's are told; a body of millions is not worth its memory.
    private const int MostMembers = 5_000;

    // A file has four.
    private const int MostInside = 10;

    // So many values, with those in lists and structures, an action can be given.
    private const int MostValues = 100_000;

    // A text from here on stays where it is in the body.
    private const int Large = 8_192;

    /// <summary>Writes a whole answer at once, so that an error on the way never leaves half of one.</summary>
    public static async Task Write(HttpContext context, int status, string type, Action<Utf8JsonWriter> write)
    {
        using var answer = new Answer(context);
        write(answer.Writer);
        await answer.Send(status, type);
    }

    public static Task Write(HttpContext context, Action<Utf8JsonWriter> write, int status = 200) =>
        Write(context, status, "application/json", write);

    /// <summary>The body of a request that says that it is JSON.</summary>
    public static async Task<Chunks> ReadBody(HttpContext context)
    {
        CheckContentType(context.Request);
        return await Body.Read(context);
    }

    /// <summary>A body's members in order. Refuses malformed JSON and members given twice. <paramref name="deep"/>: lists,
    /// and what is in objects at any depth, are read too.</summary>
    public static List<KeyValuePair<string, Given>> ReadObject(Chunks body, bool deep = false)
    {
        try
        {
            return Members(body, new Extent(deep));
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

    // How much is read.
    private sealed class Extent(bool deep)
    {
        private int values;

        public bool Deep { get; } = deep;

        public void Count()
        {
            if (++values > MostValues) throw new Problem(400, $"The body has more than {MostValues} values.");
        }
    }

    private static List<KeyValuePair<string, Given>> Members(Chunks body, Extent extent)
    {
        var reader = new Utf8JsonReader(body.Sequence());
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw new Problem(400, "The body must be a JSON object.");
        var members = Members(ref reader, body, extent, inside: false);
        while (reader.Read()) { } // what follows the object is refused
        return members;
    }

    private static List<KeyValuePair<string, Given>> Members(ref Utf8JsonReader reader, Chunks body, Extent extent, bool inside)
    {
        var most = inside && !extent.Deep ? MostInside : MostMembers;
        var members = new List<KeyValuePair<string, Given>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!seen.Add(name)) throw new Problem(400, $"{name} is given twice.");
            if (members.Count == most) throw new Problem(400, $"{(inside ? "An object in the body" : "The body")} has more than {most} members.");
            reader.Read();
            members.Add(new(name, Value(ref reader, body, extent, inside)));
        }
        return members;
    }

    private static List<Given> Items(ref Utf8JsonReader reader, Chunks body, Extent extent)
    {
        var items = new List<Given>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(Value(ref reader, body, extent, inside: true));
        return items;
    }

    private static Given Value(ref Utf8JsonReader reader, Chunks body, Extent extent, bool inside)
    {
        extent.Count();
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                var length = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
                return length < Large ? new Given(JsonValueKind.String, Text(ref reader))
                    : new Given(JsonValueKind.String, null, new Content(body, reader.TokenStartIndex + 1, length, reader.ValueIsEscaped));
            case JsonTokenType.Number:
                return new Given(JsonValueKind.Number, Number(ref reader));
            case JsonTokenType.StartObject when !inside || extent.Deep:
                return new Given(JsonValueKind.Object, Members: Members(ref reader, body, extent, inside: true));
            case JsonTokenType.StartArray when extent.Deep:
                return new Given(JsonValueKind.Array, Items: Items(ref reader, body, extent));
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                reader.Skip();
                return new Given(JsonValueKind.Object);
            case JsonTokenType.True:
                return new Given(JsonValueKind.True);
            case JsonTokenType.False:
                return new Given(JsonValueKind.False);
            default:
                return new Given(JsonValueKind.Null);
        }
    }

    // A number that long is none of any type.
    private static string Number(ref Utf8JsonReader reader)
    {
        var length = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        if (length > Large) return "?";
        Span<byte> digits = stackalloc byte[(int)length];
        if (reader.HasValueSequence) System.Buffers.BuffersExtensions.CopyTo(reader.ValueSequence, digits);
        else reader.ValueSpan.CopyTo(digits);
        return System.Text.Encoding.ASCII.GetString(digits);
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        try { return reader.GetString(); }
        catch (InvalidOperationException) { return null; } // half of a surrogate pair
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

/// <summary>A member's value as it was given. Text: a number's or a string's, null where that is not valid Unicode;
/// Content instead where it is large. Members: of an object, Items: of a list, where these are read.</summary>
public readonly record struct Given(
    JsonValueKind Kind, string? Text = null, Content? Content = null, List<KeyValuePair<string, Given>>? Members = null,
    List<Given>? Items = null);
