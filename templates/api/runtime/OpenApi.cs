// The OpenAPI 3.1 document, built from the descriptors when first asked for.
using System;
using System.Buffers;
using System.Linq;
using System.Text.Json;

namespace Odcpub.Runtime;

public sealed class OpenApiDocument(Catalog catalog)
{
    private readonly ArrayBufferWriter<byte> buffer = new();

    public byte[] Build()
    {
        using (var writer = new Utf8JsonWriter(buffer)) Document(writer);
        return buffer.WrittenSpan.ToArray();
    }

    private void Document(Utf8JsonWriter writer)
    {
        var entities = catalog.Names.OrderBy(name => name, StringComparer.Ordinal).Select(name => catalog.Find(name)!).ToList();
        writer.WriteStartObject();
        writer.WriteString("openapi", "3.1.0");
        writer.WriteStartObject("info");
        writer.WriteString("title", catalog.App.Name);
        writer.WriteString("description", catalog.App.Description);
        writer.WriteString("version", Environment.GetEnvironmentVariable("ODCPUB_REVISION") is { Length: > 0 } revision ? revision : "0");
        writer.WriteEndObject();
        writer.WriteStartObject("paths");
        foreach (var entity in entities) Paths(writer, entity);
        writer.WriteEndObject();
        writer.WriteStartObject("components");
        writer.WriteStartObject("schemas");
        foreach (var entity in entities) Schemas(writer, entity);
        Problems(writer);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Paths(Utf8JsonWriter writer, EntityDescriptor entity)
    {
        writer.WriteStartObject($"/api/{entity.Name}");
        Operation(writer, "get", entity, "List", "200", () => ListParameters(writer, entity));
        if (!entity.Static) Operation(writer, "post", entity, "Create", "201", body: true);
        writer.WriteEndObject();
        writer.WriteStartObject($"/api/{entity.Name}/{{Id}}");
        writer.WriteStartArray("parameters");
        Parameter(writer, "Id", "path", entity.Static ? "string" : "integer", "The record's identifier");
        writer.WriteEndArray();
        Operation(writer, "get", entity, "Read", "200");
        if (!entity.Static) Operation(writer, "patch", entity, "Change", "200", () => Parameter(writer, "If-Match", "header", "string", "ETag of what was read"), body: true);
        if (!entity.Static) Operation(writer, "delete", entity, "Delete", "204", () => Parameter(writer, "If-Match", "header", "string", "ETag of what was read"));
        writer.WriteEndObject();
    }

    private static void Operation(Utf8JsonWriter writer, string method, EntityDescriptor entity, string verb, string status, Action? parameters = null, bool body = false)
    {
        writer.WriteStartObject(method);
        writer.WriteString("operationId", verb + entity.Name.Replace(".", ""));
        writer.WriteStartArray("tags");
        writer.WriteStringValue(entity.Name);
        writer.WriteEndArray();
        if (parameters is not null)
        {
            writer.WriteStartArray("parameters");
            parameters();
            writer.WriteEndArray();
        }
        if (body) Content(writer, "requestBody", "application/json", $"{entity.Name}.Input", null);
        writer.WriteStartObject("responses");
        var schema = verb == "List" ? $"{entity.Name}.List" : status == "204" ? null : entity.Name;
        Content(writer, status, "application/json", schema, "Done");
        Content(writer, "default", "application/problem+json", "Problem", "Refused, told in words");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Content(Utf8JsonWriter writer, string name, string type, string? schema, string? description)
    {
        writer.WriteStartObject(name);
        if (description is not null) writer.WriteString("description", description);
        else writer.WriteBoolean("required", true);
        if (schema is not null)
        {
            writer.WriteStartObject("content");
            writer.WriteStartObject(type);
            writer.WriteStartObject("schema");
            writer.WriteString("$ref", $"#/components/schemas/{schema}");
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void ListParameters(Utf8JsonWriter writer, EntityDescriptor entity)
    {
        Parameter(writer, "search", "query", "string", "Text that is looked for, upper and lower case alike");
        Parameter(writer, "labels", "query", "boolean", "Only identifiers and labels, for pickers");
        Parameter(writer, "page", "query", "integer", "From 1");
        Parameter(writer, "size", "query", "integer", "1 to 200, 25 unless said");
        if (entity.Records is not null) return;
        Parameter(writer, "fields", "query", "string", "Attributes that the rows shall have, separated by commas; all unless said");
        Parameter(writer, "cut", "query", "integer", "Characters after which texts are cut, with an ellipsis behind; 1 to 10000, never unless said");
        Parameter(writer, "sort", "query", "string", "Attributes, separated by commas, - before one for descending");
        foreach (var attribute in entity.Attributes.Where(attribute => attribute.Type != AttributeType.BinaryData))
            Parameter(writer, $"filter.{attribute.Name}", "query", "string", $"{attribute.Label} is this; empty: has no value");
    }

    private static void Parameter(Utf8JsonWriter writer, string name, string place, string type, string description)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString("in", place);
        writer.WriteString("description", description);
        if (place == "path") writer.WriteBoolean("required", true);
        writer.WriteStartObject("schema");
        writer.WriteString("type", type);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Schemas(Utf8JsonWriter writer, EntityDescriptor entity)
    {
        writer.WriteStartObject(entity.Name);
        writer.WriteString("type", "object");
        if (entity.Description.Length > 0) writer.WriteString("description", entity.Description);
        writer.WriteStartObject("properties");
        Typed(writer, "Id", entity.Static ? "string" : "integer");
        foreach (var attribute in entity.Attributes) Property(writer, attribute, output: true);
        if (!entity.Static) Typed(writer, "$labels", "object");
        writer.WriteEndObject();
        writer.WriteEndObject();
        if (!entity.Static) Input(writer, entity);
        List(writer, entity);
    }

    private static void Input(Utf8JsonWriter writer, EntityDescriptor entity)
    {
        writer.WriteStartObject($"{entity.Name}.Input");
        writer.WriteString("type", "object");
        writer.WriteBoolean("additionalProperties", false);
        writer.WriteStartObject("properties");
        foreach (var attribute in entity.Attributes) Property(writer, attribute, output: false);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void List(Utf8JsonWriter writer, EntityDescriptor entity)
    {
        writer.WriteStartObject($"{entity.Name}.List");
        writer.WriteString("type", "object");
        writer.WriteStartObject("properties");
        writer.WriteStartObject("items");
        writer.WriteString("type", "array");
        writer.WriteStartObject("items");
        writer.WriteString("$ref", $"#/components/schemas/{entity.Name}");
        writer.WriteEndObject();
        writer.WriteEndObject();
        foreach (var name in new[] { "total", "page", "size" }) Typed(writer, name, "integer");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Property(Utf8JsonWriter writer, AttributeDescriptor attribute, bool output)
    {
        writer.WriteStartObject(attribute.Name);
        writer.WriteStartArray("type");
        foreach (var type in JsonTypes(attribute, output)) writer.WriteStringValue(type);
        if (!attribute.Mandatory) writer.WriteStringValue("null");
        writer.WriteEndArray();
        if (Format(attribute) is { } format) writer.WriteString("format", format);
        if (attribute.Description.Length > 0) writer.WriteString("description", attribute.Description);
        if (attribute.Length >= 0) writer.WriteNumber("maxLength", attribute.Length);
        if (attribute.MinLength >= 0) writer.WriteNumber("minLength", attribute.MinLength);
        if (attribute.Pattern is { } pattern) writer.WriteString("pattern", $"^(?:{pattern})$");
        if (attribute.Minimum is { } minimum) Raw(writer, "minimum", minimum);
        if (attribute.Maximum is { } maximum) Raw(writer, "maximum", maximum);
        writer.WriteEndObject();
    }

    private static void Raw(Utf8JsonWriter writer, string name, string number)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(number);
    }

    private static string[] JsonTypes(AttributeDescriptor attribute, bool output) => attribute.Type switch
    {
        AttributeType.Integer => ["integer"],
        AttributeType.Boolean => ["boolean"],
        AttributeType.Identifier => attribute.TargetStatic ? ["string"] : output ? ["integer"] : ["integer", "string"],
        AttributeType.BinaryData => [output ? "object" : "string"],
        AttributeType.LongInteger or AttributeType.Decimal or AttributeType.Currency => output ? ["string"] : ["string", "number"],
        _ => ["string"],
    };

    private static string? Format(AttributeDescriptor attribute) => attribute.Type switch
    {
        AttributeType.Integer => "int32",
        AttributeType.Identifier => attribute.TargetStatic ? null : "int64",
        AttributeType.Date => "date",
        AttributeType.Time => "time",
        AttributeType.DateTime => "date-time",
        AttributeType.Email => "email",
        AttributeType.LongInteger or AttributeType.Decimal or AttributeType.Currency => "decimal",
        _ => null,
    };

    private static void Typed(Utf8JsonWriter writer, string name, string type)
    {
        writer.WriteStartObject(name);
        writer.WriteString("type", type);
        writer.WriteEndObject();
    }

    private static void Problems(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("Problem");
        writer.WriteString("type", "object");
        writer.WriteStartObject("properties");
        foreach (var name in new[] { "type", "title", "detail" }) Typed(writer, name, "string");
        Typed(writer, "status", "integer");
        Typed(writer, "errors", "object");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
