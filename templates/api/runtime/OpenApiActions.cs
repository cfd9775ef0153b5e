// Server actions in the OpenAPI document: what each is given and what it answers, typed.
using System.Linq;
using System.Text.Json.Nodes;

namespace Odcpub.Runtime;

public static class OpenApiActions
{
    public static string Inputs(ActionDescriptor action) => $"{action.Name}.Inputs";

    public static string Outputs(ActionDescriptor action) => $"{action.Name}.Outputs";

    public static void Add(JsonObject schemas, ActionDescriptor action, Catalog catalog)
    {
        schemas[Inputs(action)] = Given(schemas, action.Inputs, catalog);
        schemas[Outputs(action)] = Answered(schemas, action.Outputs, catalog);
    }

    private static JsonObject Given(JsonObject schemas, AttributeDescriptor[] attributes, Catalog catalog)
    {
        var properties = new JsonObject(attributes.Select(one => Pair(one, Taken(schemas, one, catalog))));
        var required = attributes.Where(one => one.Mandatory && !OpenApiSchemas.HasDefault(one)).Select(one => one.Name);
        var given = OpenApiSchemas.Object(properties, required);
        given["additionalProperties"] = false;
        return given;
    }

    private static JsonObject Answered(JsonObject schemas, AttributeDescriptor[] attributes, Catalog catalog) => OpenApiSchemas.Object(
        new JsonObject(attributes.Select(one => Pair(one, Shown(schemas, one, catalog)))), attributes.Select(one => one.Name));

    private static System.Collections.Generic.KeyValuePair<string, JsonNode?> Pair(AttributeDescriptor attribute, JsonObject schema) =>
        new(attribute.Name, OpenApiSchemas.Described(attribute, schema));

    // Its elements may have no value; a list that is mandatory has one.
    private static JsonObject Taken(JsonObject schemas, AttributeDescriptor input, Catalog catalog)
    {
        var one = input.Structure is { } structure ? Structure(schemas, structure(), catalog, ".Input")
            : OpenApiSchemas.Taken(input, catalog, defaults: input.List is null);
        if (input.List is null) return input.Structure is null || input.Mandatory ? one : OrNull(one);
        var list = List(input.Structure is null && !input.Mandatory ? one : OrNull(one));
        if (input.Mandatory) list["minItems"] = 1;
        return input.Mandatory ? list : OpenApiSchemas.OrNull(list);
    }

    private static JsonObject Shown(JsonObject schemas, AttributeDescriptor output, Catalog catalog)
    {
        var one = output.Structure is { } structure ? OrNull(Structure(schemas, structure(), catalog, ""))
            : output.IsFile ? OpenApiSchemas.OrNull(OpenApiSchemas.Bytes()) : OpenApiSchemas.Answered(output, catalog);
        return output.List is null ? one : List(one);
    }

    private static JsonObject List(JsonObject item) => new() { ["type"] = "array", ["items"] = item };

    private static JsonObject OrNull(JsonObject schema) => schema.ContainsKey("$ref")
        ? new() { ["anyOf"] = new JsonArray(schema, OpenApiSchemas.Typed("null")) } : OpenApiSchemas.OrNull(schema);

    // Once for each way; a structure may be in itself, in a list.
    private static JsonObject Structure(JsonObject schemas, StructureDescriptor structure, Catalog catalog, string way)
    {
        var name = $"{structure.Name}.Structure{way}";
        if (schemas.ContainsKey(name)) return OpenApiSchemas.Reference(name);
        schemas[name] = new JsonObject();
        schemas[name] = way.Length > 0 ? Given(schemas, structure.Attributes, catalog) : Answered(schemas, structure.Attributes, catalog);
        return OpenApiSchemas.Reference(name);
    }
}
