// What rows look like, for the OpenAPI document: as they are answered, as they are created, as they are changed. JSON
// Schema says what it can; the app's rules have the last word (422).
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;

namespace Odcpub.Runtime;

public static class OpenApiSchemas
{
    private const string Date = "(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
    private const string Time = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,6})?)?";
    private const string Base64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$";

    public static string Input(EntityDescriptor entity) => $"{entity.Name}.Input";

    public static string Changes(EntityDescriptor entity) => $"{entity.Name}.Changes";

    public static string Labels(EntityDescriptor entity) => $"{entity.Name}.Labels";

    public static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    public static void Add(JsonObject schemas, EntityDescriptor entity, Catalog catalog)
    {
        schemas[entity.Name] = Row(entity, catalog);
        schemas[Labels(entity)] = Page(LabelOf(entity), paged: false);
        if (entity.Records is null) schemas[$"{entity.Name}.List"] = Page(Reference(entity.Name), paged: true);
        if (entity.Static) return;
        var required = entity.Attributes.Where(attribute => attribute.Mandatory && !HasDefault(attribute)).Select(attribute => attribute.Name);
        schemas[Input(entity)] = Given(entity, catalog, required, defaults: true);
        schemas[Changes(entity)] = Given(entity, catalog, [], defaults: false);
    }

    public static JsonObject Problem()
    {
        var sentences = new JsonObject { ["type"] = "array", ["items"] = Typed("string") };
        return Object(
            new() { ["type"] = Typed("string"), ["title"] = Typed("string"), ["status"] = Typed("integer"), ["detail"] = Typed("string"),
                ["errors"] = new JsonObject { ["type"] = "object", ["description"] = "Sentences by attribute or input", ["additionalProperties"] = sentences },
                ["code"] = Described("What an action refuses, for programs"), ["trace"] = Described("Under which the app's log tells of a fault") },
            ["type", "title", "status", "detail"]);
    }

    private static JsonObject Described(string description) => new() { ["type"] = "string", ["description"] = description };

    public static JsonObject Identifier(bool text) => text ? Typed("string")
        : new() { ["type"] = "integer", ["format"] = "int64", ["minimum"] = long.MinValue, ["maximum"] = long.MaxValue };

    private static JsonObject Row(EntityDescriptor entity, Catalog catalog)
    {
        var properties = new JsonObject { ["Id"] = Identifier(entity.Static) };
        foreach (var attribute in entity.Attributes) properties[attribute.Name] = Answered(attribute, catalog);
        if (!entity.Static)
            properties["$labels"] = new JsonObject { ["type"] = "object", ["description"] = "What stands for the records that are referred to", ["additionalProperties"] = Typed("string") };
        var row = Object(properties, properties.Select(property => property.Key));
        if (entity.Records is null)
            properties["$cut"] = new JsonObject { ["type"] = "object", ["description"] = "Texts of a single record that were cut, and how many bytes of UTF-8 each has", ["additionalProperties"] = Typed("integer") };
        if (entity.Description.Length > 0) row["description"] = entity.Description;
        return row;
    }

    private static JsonObject LabelOf(EntityDescriptor entity) =>
        Object(new() { ["Id"] = Identifier(entity.Static), ["Label"] = Typed("string") }, ["Id", "Label"]);

    private static JsonObject Page(JsonObject item, bool paged)
    {
        var properties = new JsonObject { ["items"] = new JsonObject { ["type"] = "array", ["items"] = item }, ["total"] = Typed("integer") };
        if (paged) properties["page"] = Typed("integer");
        if (paged) properties["size"] = Typed("integer");
        return Object(properties, properties.Select(property => property.Key));
    }

    private static JsonObject Given(EntityDescriptor entity, Catalog catalog, IEnumerable<string> required, bool defaults)
    {
        var properties = new JsonObject();
        foreach (var attribute in entity.Attributes) properties[attribute.Name] = Taken(attribute, catalog, defaults);
        var given = Object(properties, required);
        given["additionalProperties"] = false;
        return given;
    }

    internal static JsonObject Object(JsonObject properties, IEnumerable<string> required)
    {
        var names = required.Select(name => (JsonNode?)name).ToArray();
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (names.Length > 0) schema["required"] = new JsonArray(names);
        return schema;
    }

    // A row may be older than a rule, so an answer is described by its form alone, and anything may be without a value.
    internal static JsonObject Answered(AttributeDescriptor attribute, Catalog catalog)
    {
        var schema = attribute.Type switch
        {
            AttributeType.BinaryData => Object(
                new() { ["size"] = Typed("integer"), ["name"] = OrNull(Typed("string")), ["type"] = Typed("string") }, ["size", "name", "type"]),
            AttributeType.Integer => new() { ["type"] = "integer" },
            AttributeType.Boolean => Typed("boolean"),
            AttributeType.Identifier => Referred(attribute, catalog, activeOnly: false),
            AttributeType.LongInteger => Pattern("^-?[0-9]+$"),
            AttributeType.Decimal or AttributeType.Currency => Pattern("^-?[0-9]+(\\.[0-9]+)?$"),
            AttributeType.Date => Formatted("date"),
            AttributeType.DateTime => Formatted("date-time"),
            AttributeType.Time => Pattern($"^{Time}$"),
            _ => Typed("string"),
        };
        return Described(attribute, OrNull(schema));
    }

    internal static JsonObject Taken(AttributeDescriptor attribute, Catalog catalog, bool defaults)
    {
        var schema = attribute.Type switch
        {
            AttributeType.BinaryData => File(attribute),
            AttributeType.Integer => Bounded(attribute, Typed("integer"), int.MinValue, int.MaxValue),
            AttributeType.Boolean => Typed("boolean"),
            AttributeType.Identifier => Referred(attribute, catalog, activeOnly: true),
            AttributeType.LongInteger or AttributeType.Decimal or AttributeType.Currency => Number(attribute),
            AttributeType.Date => new() { ["type"] = "string", ["format"] = "date", ["pattern"] = $"^{Date}$" },
            AttributeType.DateTime => new() { ["type"] = "string", ["format"] = "date-time", ["pattern"] = $"^{Date}[Tt]{Time}([Zz]|[+-](0[0-9]|1[0-3]):[0-5][0-9])$" },
            AttributeType.Time => Pattern($"^{Time}$"),
            _ => Text(attribute),
        };
        if (!attribute.Mandatory) schema = OrNull(schema);
        if (defaults && attribute.Default is { } text) schema["default"] = Default(attribute, text);
        return Described(attribute, schema);
    }

    // Bytes alone, or what they are called with them. Empty text is no value, and an object is a file though it be empty.
    private static JsonObject File(AttributeDescriptor attribute)
    {
        var alone = Bytes();
        if (attribute.Mandatory) alone["minLength"] = 4;
        var size = new JsonObject { ["type"] = new JsonArray("integer", "null"), ["minimum"] = 0, ["description"] = "Of the data, in bytes; refused where it is another" };
        var named = Object(
            new() { ["data"] = Bytes(), ["name"] = OrNull(new() { ["type"] = "string", ["maxLength"] = 1_000 }), ["type"] = OrNull(new() { ["type"] = "string", ["maxLength"] = 1_000 }), ["size"] = size },
            ["data"]);
        named["additionalProperties"] = false;
        return new JsonObject { ["anyOf"] = new JsonArray(alone, named) };
    }

    internal static JsonObject Bytes() => new() { ["type"] = "string", ["contentEncoding"] = "base64", ["pattern"] = Base64 };

    // Exact numbers come as text, plain ones are taken too; both within the same rules.
    private static JsonObject Number(AttributeDescriptor attribute)
    {
        var whole = attribute.Type == AttributeType.LongInteger;
        var (before, after) = whole ? (19, 0) : (attribute.Digits - attribute.Decimals, attribute.Decimals);
        var digits = before == 0 ? "0*" : $"0*[0-9]{{1,{before}}}";
        var text = Pattern($"^-?{digits}{(after == 0 ? "(\\.0+)?" : $"(\\.[0-9]{{0,{after - 1}}}[0-9]0*)?")}$");
        text["maxLength"] = 100;
        var number = Bounded(attribute, Typed(whole ? "integer" : "number"), whole ? long.MinValue : null, whole ? long.MaxValue : null);
        if (!whole && attribute.Minimum is null) number["exclusiveMinimum"] = Raw($"-1e{before}");
        if (!whole && attribute.Maximum is null) number["exclusiveMaximum"] = Raw($"1e{before}");
        if (!whole) number["multipleOf"] = Raw($"1e-{after}");
        return new JsonObject { ["anyOf"] = new JsonArray(text, number) };
    }

    private static JsonObject Bounded(AttributeDescriptor attribute, JsonObject schema, long? minimum, long? maximum)
    {
        if (attribute.Minimum is { } least) schema["minimum"] = Raw(least);
        else if (minimum is not null) schema["minimum"] = minimum;
        if (attribute.Maximum is { } most) schema["maximum"] = Raw(most);
        else if (maximum is not null) schema["maximum"] = maximum;
        return schema;
    }

    private static JsonObject Text(AttributeDescriptor attribute)
    {
        var least = Math.Max(attribute.MinLength, attribute.Mandatory ? 1 : 0);
        var schema = Pattern(attribute.Type == AttributeType.Email ? "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$"
            : attribute.Pattern is { } pattern ? $"^(?:{pattern})$"
            : attribute.Mandatory ? "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$" : "^[^\\u0000]*$");
        if (least > 0) schema["minLength"] = least;
        if (attribute.Length >= 0) schema["maxLength"] = attribute.Length;
        return schema;
    }

    // What may be chosen is what is active. A row may hold a record that a table had before, so that those which are known
    // are examples of what is answered; what a row holds of an enumeration is one of its records.
    private static JsonObject Referred(AttributeDescriptor attribute, Catalog catalog, bool activeOnly)
    {
        if (attribute.TargetStatic)
        {
            var target = catalog.Target(attribute);
            var ids = (target.Records ?? target.Known).Where(record => record.IsActive || !activeOnly).Select(record => (JsonNode?)record.Id);
            return new() { ["type"] = "string", [activeOnly || target.Records is not null ? "enum" : "examples"] = new JsonArray(ids.ToArray()) };
        }
        return !activeOnly ? Identifier(text: false) : new JsonObject { ["anyOf"] = new JsonArray(Identifier(text: false), Pattern("^-?[0-9]{1,18}$")) };
    }

    private static JsonNode? Default(AttributeDescriptor attribute, string text) => attribute.Type switch
    {
        AttributeType.Boolean => text == "true",
        AttributeType.Integer => Raw(text),
        AttributeType.Identifier when !attribute.TargetStatic => Raw(text),
        _ => text,
    };

    internal static bool HasDefault(AttributeDescriptor attribute) => attribute.Default is not null || LeftOut(attribute) is not null;

    // What stands for a value that is left out, where that is no literal.
    private static string? LeftOut(AttributeDescriptor attribute) =>
        attribute.DefaultFunction is { } function ? $"{function}()" : attribute.DefaultExpression;

    internal static JsonObject OrNull(JsonObject schema)
    {
        if (schema["anyOf"] is JsonArray choices) choices.Add(Typed("null"));
        else schema["type"] = new JsonArray(schema["type"]!.GetValue<string>(), "null");
        if (schema["enum"] is JsonArray values) values.Add(null);
        return schema;
    }

    internal static JsonObject Described(AttributeDescriptor attribute, JsonObject schema)
    {
        if (attribute.Description.Length > 0) schema["description"] = attribute.Description;
        if (LeftOut(attribute) is { } text) schema["description"] = $"{attribute.Description} Left out: {text}.".TrimStart();
        return schema;
    }

    internal static JsonObject Typed(string type) => new() { ["type"] = type };

    private static JsonObject Pattern(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    private static JsonObject Formatted(string format) => new() { ["type"] = "string", ["format"] = format };

    // Digits as they are: no number type rounds them.
    private static JsonNode? Raw(string number) => JsonNode.Parse(number);
}
