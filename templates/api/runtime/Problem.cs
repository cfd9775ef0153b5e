// Refusals: an exception a handler throws, and its answer as problem details (RFC 9457).
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Odcpub.Runtime;

/// <summary>A request that is refused, told in words; Errors are sentences by attribute.</summary>
public sealed class Problem(int status, string detail) : Exception(detail)
{
    public const string Type = "application/problem+json";

    private static readonly Dictionary<int, string> Titles = new()
    {
        [400] = "The request can't be understood", [403] = "Not allowed from there", [404] = "Not found", [405] = "Not allowed",
        [408] = "Too slow", [409] = "Conflict", [412] = "Changed by somebody else", [413] = "Too large",
        [414] = "The address is too long", [415] = "Unsupported content type", [421] = "Another host is meant",
        [422] = "Some values are not accepted", [431] = "The headers are too many", [500] = "Something went wrong",
        [503] = "Not available at the moment", [504] = "Not confirmed", [507] = "No room left",
    };

    public int Status { get; } = status;

    /// <summary>Where the status alone doesn't tell it.</summary>
    public string? Title { get; init; }

    /// <summary>Of an action's refusal, for programs; of a fault, under which the log tells of it.</summary>
    public string? Code { get; init; }
    public string? Trace { get; init; }
    public IReadOnlyDictionary<string, List<string>>? Errors { get; init; }
    public string? Allow { get; init; }

    /// <summary>Whether waiting is of no use: somebody has to change something first.</summary>
    public bool Lasting { get; init; }

    /// <summary>Seconds after which the same request may succeed.</summary>
    public int RetryAfter { get; init; } = 2;

    public static Problem Refused(Dictionary<string, List<string>> errors, int status = 422)
    {
        var first = errors.OrderBy(pair => pair.Key, StringComparer.Ordinal).First().Value[0];
        var detail = errors.Count == 1 ? first : $"{errors.Count} values are not accepted.";
        return new Problem(status, detail) { Errors = errors };
    }

    public static Problem Refused(string attribute, string sentence, int status = 422) =>
        Refused(new Dictionary<string, List<string>> { [attribute] = [sentence] }, status);

    public Task Write(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        if (Allow is not null) response.Headers.Allow = Allow;
        if (Status == 503) response.Headers.RetryAfter = RetryAfter.ToString(CultureInfo.InvariantCulture);
        return Json.Write(context, Status, Type, WriteTo);
    }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "about:blank");
        writer.WriteString("title", Title ?? Titles.GetValueOrDefault(Status, "Refused"));
        writer.WriteNumber("status", Status);
        writer.WriteString("detail", Message);
        if (Code is not null) writer.WriteString("code", Code);
        if (Trace is not null) writer.WriteString("trace", Trace);
        if (Lasting) writer.WriteBoolean("lasting", true);
        if (Errors is not null) WriteErrors(writer);
        writer.WriteEndObject();
    }

    private void WriteErrors(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("errors");
        foreach (var (attribute, sentences) in Errors!)
        {
            writer.WriteStartArray(attribute);
            foreach (var sentence in sentences) writer.WriteStringValue(sentence);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }
}
