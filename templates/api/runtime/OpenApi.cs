// The OpenAPI 3.1 document, built from the descriptors when first asked for: addresses, parameters, answers. What rows
// look like is in OpenApiSchemas.cs.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;

namespace Odcpub.Runtime;

public sealed class OpenApiDocument(Catalog catalog)
{
    private const string Json = "application/json";

    private static readonly (int Status, string Means)[] Refusals =
    [
        (400, "The request can't be understood"), (403, "A page of another site may not change data"),
        (404, "There is no such record"), (405, "This can only be read"),
        (409, "Another record has the same unique value, or refers to this one; what a button does is not possible any more"),
        (412, "Somebody else has changed the record"), (413, "The body is too large"),
        (415, "The body is of another type"), (422, "Some values are not accepted: errors, by attribute or input; or an action refuses: code"),
        (503, "The database is away or at its limits, or too many requests came at once; nothing has changed"),
        (504, "The database has not confirmed the change: it may be saved or not"),
        (507, "The database has no room left; nothing has changed"),
    ];

    public byte[] Build()
    {
        var entities = catalog.Names.OrderBy(name => name, StringComparer.Ordinal).Select(name => catalog.Find(name)!).ToList();
        var (paths, schemas) = (new JsonObject(), new JsonObject { ["Problem"] = OpenApiSchemas.Problem() });
        foreach (var entity in entities)
        {
            Paths(paths, entity);
            OpenApiSchemas.Add(schemas, entity, catalog);
        }
        foreach (var action in catalog.Endpoints.Order(StringComparer.Ordinal).Select(name => catalog.FindAction(name)!))
        {
            paths[$"/api/{action.Name}"] = new JsonObject { ["post"] = Call(action) };
            OpenApiActions.Add(schemas, action, catalog);
        }
        foreach (var called in entities.SelectMany(Buttons).GroupBy(pair => pair.Button.Action, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
            Screens(paths, schemas, catalog.FindAction(called.Key)!, [.. called]);
        if (catalog.App.Dashboards.Length > 0) paths["/api"] = new JsonObject { ["get"] = Dashboards() };
        var document = new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = catalog.App.Name,
                ["description"] = catalog.App.Description,
                ["version"] = Environment.GetEnvironmentVariable("ODCPUB_REVISION") is { Length: > 0 } revision ? revision : "0",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["responses"] = new JsonObject(Refusals.Select(refusal => KeyValuePair.Create($"Refused{refusal.Status}", (JsonNode?)Refusal(refusal)))),
                ["headers"] = new JsonObject
                {
                    ["ETag"] = Header("The record's version, for If-Match"),
                    ["Location"] = Header("Where the new record is"),
                    ["Content-Disposition"] = Header("attachment, and what the file is called"),
                    ["RetryAfter"] = Header("Seconds after which the same request may succeed"),
                },
            },
        };
        return System.Text.Encoding.UTF8.GetBytes(document.ToJsonString());
    }

    private static void Paths(JsonObject paths, EntityDescriptor entity)
    {
        var rows = new JsonObject { ["get"] = Read(entity, "List", Lists(entity), [.. ListParameters(entity)]) };
        var row = new JsonObject
        {
            ["parameters"] = new JsonArray(Identifier(entity)),
            ["get"] = Read(entity, "Read", OpenApiSchemas.Reference(entity.Name), entity.Records is null ? [.. Parts()] : [], entity.Static ? [] : ["ETag"]),
        };
        if (!entity.Static)
        {
            rows["post"] = Write(entity, "Create", 201, OpenApiSchemas.Input(entity), ["ETag", "Location"], [409]);
            row["patch"] = Write(entity, "Change", 200, OpenApiSchemas.Changes(entity), ["ETag"], [404, 409, 412]);
            row["delete"] = Write(entity, "Delete", 204, null, [], [404, 409, 412]);
        }
        paths[$"/api/{entity.Name}"] = rows;
        paths[$"/api/{entity.Name}/{{Id}}"] = row;
        foreach (var file in entity.Attributes.Where(attribute => attribute.IsFile))
            paths[$"/api/{entity.Name}/{{Id}}/{file.Name}"] = File(entity, file);
    }

    private JsonObject Dashboards()
    {
        var names = new JsonArray([.. catalog.App.Dashboards.Select(one => JsonValue.Create(one.Name))]);
        var screen = Query("screen", "The dashboard", new JsonObject { ["type"] = "string", ["enum"] = names });
        screen["required"] = true;
        var part = new JsonObject
        {
            ["type"] = "object",
            ["description"] = "value of a number, items of a list",
            ["properties"] = new JsonObject { ["value"] = new JsonObject(), ["items"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "object" } } },
        };
        var schema = new JsonObject
        {
            ["type"] = "object", ["required"] = new JsonArray("parts"),
            ["properties"] = new JsonObject { ["parts"] = new JsonObject { ["type"] = "array", ["items"] = part } },
        };
        return new JsonObject
        {
            ["operationId"] = "ReadDashboard", ["parameters"] = new JsonArray(screen),
            ["responses"] = Responses(200, Json, schema, [], [400, 404, 422, 503, 507]),
        };
    }

    private static IEnumerable<(ScreenDescriptor Screen, ButtonDescriptor Button)> Buttons(EntityDescriptor entity) =>
        entity.Screens.SelectMany(screen => screen.Buttons.Select(button => (screen, button)));

    // Of an action that screens call: what they give is left out.
    private void Screens(JsonObject paths, JsonObject schemas, ActionDescriptor action, (ScreenDescriptor Screen, ButtonDescriptor Button)[] calls)
    {
        var isEndpoint = paths.ContainsKey($"/api/{action.Name}");
        var post = isEndpoint ? (JsonObject)paths[$"/api/{action.Name}"]!["post"]! : Call(action);
        if (!isEndpoint)
        {
            paths[$"/api/{action.Name}"] = new JsonObject { ["post"] = post };
            OpenApiActions.Add(schemas, action, catalog);
        }
        var names = new JsonArray([.. calls.Select(call => JsonValue.Create(call.Screen.Name))]);
        var screen = Query("screen", "The screen whose button is pressed: inputs that it gives are left out", new JsonObject { ["type"] = "string", ["enum"] = names });
        if (!isEndpoint) screen["required"] = true;
        post["parameters"] = calls.Any(call => call.Button.OfRow || call.Button.Rows.Length > 0)
            ? new JsonArray(screen, Query("row", "The screen's record, or those that are selected", new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "integer", ["format"] = "int64" } }))
            : new JsonArray(screen);
        post["requestBody"]!["content"]![Json]!["schema"] = new JsonObject
        {
            ["anyOf"] = new JsonArray(OpenApiSchemas.Reference(OpenApiActions.Inputs(action)), new JsonObject { ["type"] = "object" }),
        };
        foreach (var status in new[] { 404, 409 }) post["responses"]![$"{status}"] = Refer("responses", $"Refused{status}");
    }

    private static JsonObject Call(ActionDescriptor action)
    {
        var operation = new JsonObject { ["operationId"] = $"Call{action.Name}", ["tags"] = new JsonArray(action.Name) };
        if (action.Description.Length > 0) operation["description"] = action.Description;
        operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(Json, OpenApiSchemas.Reference(OpenApiActions.Inputs(action))) };
        operation["responses"] = Responses(200, Json, OpenApiSchemas.Reference(OpenApiActions.Outputs(action)), [], [400, 403, 413, 415, 422, 503, 504, 507]);
        return operation;
    }

    private static JsonObject Read(EntityDescriptor entity, string verb, JsonNode schema, JsonNode[] parameters, string[]? headers = null)
    {
        var operation = Operation(entity, verb);
        if (parameters.Length > 0) operation["parameters"] = new JsonArray(parameters);
        int[] refusals = verb == "List" ? [400] : parameters.Length > 0 ? [400, 404, 413] : [404];
        operation["responses"] = Responses(200, Json, schema, headers ?? [], [.. refusals, 503, 507]);
        return operation;
    }

    private static JsonObject Write(EntityDescriptor entity, string verb, int status, string? input, string[] headers, int[] refusals)
    {
        var operation = Operation(entity, verb);
        JsonNode[] parameters = [.. verb == "Create" ? [] : new[] { IfMatch() }, .. status == 204 ? [] : Parts()];
        operation["parameters"] = new JsonArray(parameters);
        if (input is not null)
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(Json, OpenApiSchemas.Reference(input)) };
        int[] others = input is null ? [400, 403, 503, 504, 507] : [400, 403, 413, 415, 422, 503, 504, 507];
        var schema = status == 204 ? null : OpenApiSchemas.Reference(entity.Name);
        operation["responses"] = Responses(status, Json, schema, headers, refusals.Concat(others));
        return operation;
    }

    private static JsonObject File(EntityDescriptor entity, AttributeDescriptor file)
    {
        var get = Operation(entity, $"Download{file.Name}Of");
        get["responses"] = Responses(200, "application/octet-stream", new JsonObject(), ["Content-Disposition"], [404, 503, 507]);
        get["responses"]!["200"]!["content"]!["*/*"] = new JsonObject { ["schema"] = new JsonObject() };
        var put = Operation(entity, $"Upload{file.Name}Of");
        put["description"] = "The body is the file, and Content-Type its media type.";
        JsonNode[] parameters = [IfMatch(), Named(), .. Parts()];
        put["parameters"] = new JsonArray(parameters);
        put["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content("application/octet-stream", new JsonObject()) };
        put["responses"] = Responses(200, Json, OpenApiSchemas.Reference(entity.Name), ["ETag"], [400, 403, 404, 412, 413, 415, 503, 504, 507]);
        return new JsonObject { ["parameters"] = new JsonArray(Identifier(entity)), ["get"] = get, ["put"] = put };
    }

    private static JsonObject Named() => new()
    {
        ["name"] = "Content-Disposition", ["in"] = "header", ["schema"] = new JsonObject { ["type"] = "string" },
        ["description"] = "attachment; filename=\"photo.png\": what the file is called; filename* (RFC 8187) goes before",
    };

    private static JsonObject Operation(EntityDescriptor entity, string verb) => new()
    {
        ["operationId"] = verb + entity.Name.Replace(".", ""),
        ["tags"] = new JsonArray(entity.Name),
    };

    private static JsonObject Responses(int status, string type, JsonNode? schema, string[] headers, IEnumerable<int> refusals)
    {
        var done = new JsonObject { ["description"] = "Done" };
        if (headers.Length > 0)
            done["headers"] = new JsonObject(headers.Select(name => KeyValuePair.Create(name, (JsonNode?)Refer("headers", name))));
        if (schema is not null) done["content"] = Content(type, schema);
        var responses = new JsonObject { [$"{status}"] = done };
        foreach (var refusal in refusals.Order()) responses[$"{refusal}"] = Refer("responses", $"Refused{refusal}");
        responses["default"] = new JsonObject { ["description"] = "Refused, told in words", ["content"] = Content("application/problem+json", OpenApiSchemas.Reference("Problem")) };
        return responses;
    }

    private static JsonObject Refusal((int Status, string Means) refusal)
    {
        var response = new JsonObject { ["description"] = refusal.Means, ["content"] = Content("application/problem+json", OpenApiSchemas.Reference("Problem")) };
        if (refusal.Status == 503) response["headers"] = new JsonObject { ["Retry-After"] = Refer("headers", "RetryAfter") };
        return response;
    }

    private static JsonObject Content(string type, JsonNode schema) => new() { [type] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Refer(string kind, string name) => new() { ["$ref"] = $"#/components/{kind}/{name}" };

    private static JsonObject Header(string description) =>
        new() { ["description"] = description, ["schema"] = new JsonObject { ["type"] = "string" } };

    // Labels only where they are asked for; an enumeration has nothing else.
    private static JsonNode Lists(EntityDescriptor entity)
    {
        var labels = OpenApiSchemas.Reference(OpenApiSchemas.Labels(entity));
        return entity.Records is not null ? labels
            : new JsonObject { ["anyOf"] = new JsonArray(OpenApiSchemas.Reference($"{entity.Name}.List"), labels) };
    }

    private static IEnumerable<JsonNode> ListParameters(EntityDescriptor entity)
    {
        yield return Query("search", "Text that is looked for, upper and lower case alike", Text(200));
        yield return Query("labels", "Identifiers and labels alone, for pickers", new JsonObject { ["type"] = "boolean", ["default"] = false });
        yield return Query("page", "Which page", Whole(1, 1_000_000_000, 1));
        yield return Query("size", "Records a page", Whole(1, 200, 25));
        if (entity.Records is not null) yield break;
        foreach (var part in Parts()) yield return part;
        yield return Query("sort", "Attributes, separated by commas, - before one for descending", new JsonObject { ["type"] = "string" });
        if (entity.Screens.Any(one => one.Kind == ScreenKind.List)) yield return Query("screen", "The list screen whose records they are, in its order and with what it computes", Names(entity));
        foreach (var attribute in entity.Attributes.Where(attribute => !attribute.IsFile))
            yield return Query($"filter.{attribute.Name}", $"{attribute.Label} is this; empty: has no value", new JsonObject { ["type"] = "string" });
    }

    private static IEnumerable<JsonNode> Parts()
    {
        yield return Query("fields", "Attributes that the records shall have, separated by commas; all unless said", new JsonObject { ["type"] = "string" });
        yield return Query("cut", "Characters after which texts are cut, with an ellipsis behind; never unless said", Whole(1, 10_000, null));
    }

    private static JsonObject Query(string name, string description, JsonObject schema) =>
        new() { ["name"] = name, ["in"] = "query", ["description"] = description, ["schema"] = schema };

    private static JsonObject Names(EntityDescriptor entity) =>
        new() { ["type"] = "string", ["enum"] = new JsonArray([.. entity.Screens.Where(one => one.Kind == ScreenKind.List).Select(list => JsonValue.Create(list.Name))]) };

    private static JsonObject Text(int longest) => new() { ["type"] = "string", ["maxLength"] = longest };

    private static JsonObject Whole(int minimum, int maximum, int? usual)
    {
        var schema = new JsonObject { ["type"] = "integer", ["minimum"] = minimum, ["maximum"] = maximum };
        if (usual is not null) schema["default"] = usual;
        return schema;
    }

    private static JsonObject Identifier(EntityDescriptor entity) => new()
    {
        ["name"] = "Id", ["in"] = "path", ["required"] = true, ["description"] = "The record's identifier",
        ["schema"] = OpenApiSchemas.Identifier(entity.Static),
    };

    private static JsonObject IfMatch() => new()
    {
        ["name"] = "If-Match", ["in"] = "header", ["schema"] = new JsonObject { ["type"] = "string" },
        ["description"] = "ETags of what was read, separated by commas: refused (412) where the record is another by now",
    };
}
