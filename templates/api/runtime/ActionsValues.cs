// Values of actions between their C# types and the forms that everything else knows: canonical text, files, JSON.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace Odcpub.Runtime;

public static class ActionValues
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>A value of the attribute's C# type, of one in canonical form; null for none.</summary>
    public static object? Typed(AttributeDescriptor attribute, object? canonical) => canonical switch
    {
        string text => Typed(attribute, text),
        GivenFile { Bytes: Content content } => Bytes(content),
        GivenFile file => file.Bytes,
        Content content => content.ToString(),
        _ => null,
    };

    private static object Typed(AttributeDescriptor attribute, string text) => attribute.Type switch
    {
        AttributeType.Integer => int.Parse(text, Plain),
        AttributeType.LongInteger => long.Parse(text, Plain),
        AttributeType.Identifier when !attribute.TargetStatic => long.Parse(text, Plain),
        AttributeType.Decimal or AttributeType.Currency => decimal.Parse(text, Plain),
        AttributeType.Boolean => text == "true",
        AttributeType.Date => DateOnly.Parse(text, Plain),
        AttributeType.Time => TimeOnly.Parse(text, Plain),
        AttributeType.DateTime => DateTimeOffset.Parse(text, Plain),
        _ => text,
    };

    /// <summary>The other way.</summary>
    public static object? Canonical(object? typed) => typed switch
    {
        null => null,
        string value => Values.Text(value),
        int value => Values.Text(value),
        long value => Values.Text(value),
        decimal value => Values.Text(value),
        bool value => Values.Text(value),
        DateOnly value => Values.Text(value),
        TimeOnly value => Values.Text(value),
        DateTimeOffset value => Values.Text(value),
        byte[] { Length: 0 } => null,
        byte[] value => new GivenFile(value, null, MediaTypes.Unknown),
        _ => throw new InvalidOperationException($"no attribute has the type {typed.GetType().Name}"),
    };

    /// <summary>As rows have it; a list is an array, a structure an object, bytes are base64.</summary>
    public static void Write(Utf8JsonWriter writer, AttributeDescriptor attribute, object? value)
    {
        if (attribute.List is null)
        {
            WriteOne(writer, attribute, value);
            return;
        }
        writer.WriteStartArray();
        foreach (var item in (IEnumerable?)value ?? Array.Empty<object>()) WriteOne(writer, attribute, item);
        writer.WriteEndArray();
    }

    public static void WriteObject(Utf8JsonWriter writer, AttributeDescriptor[] attributes, object?[] values, string? message = null)
    {
        writer.WriteStartObject();
        foreach (var (attribute, value) in attributes.Zip(values))
        {
            writer.WritePropertyName(attribute.Name);
            Write(writer, attribute, value);
        }
        if (!string.IsNullOrEmpty(message)) writer.WriteString("$message", message);
        writer.WriteEndObject();
    }

    private static void WriteOne(Utf8JsonWriter writer, AttributeDescriptor attribute, object? value)
    {
        switch (value)
        {
            case null or "":
                writer.WriteNullValue();
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case long id when attribute.IsReference:
                writer.WriteNumberValue(id);
                break;
            case byte[] bytes:
                writer.WriteBase64StringValue(bytes);
                break;
            case not null when attribute.Structure is { } structure:
                var described = structure();
                WriteObject(writer, described.Attributes, described.Parts(value));
                break;
            default:
                writer.WriteStringValue((string?)Canonical(value));
                break;
        }
    }

    private static byte[] Bytes(Content content)
    {
        using var from = content.Open();
        var bytes = new byte[from.Length];
        from.ReadExactly(bytes);
        return bytes;
    }
}
