// Reading rows: lists, labels for pickers, one row, the bytes of a Binary Data attribute.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class Reads(Catalog catalog, Database database)
{
    private readonly ConcurrentDictionary<string, Selection> selections = new(StringComparer.Ordinal);

    public Selection SelectionOf(EntityDescriptor entity) =>
        selections.GetOrAdd(entity.Name, _ => new Selection(catalog, entity));

    public async Task List(HttpContext context, EntityDescriptor entity)
    {
        var request = new ListRequest(entity, context.Request.Query);
        var selection = SelectionOf(entity);
        var sql = new Sql();
        var where = Where(entity, selection, request, sql);
        var page = $" order by {Order(entity, selection, request)} limit {request.Size} offset {(request.Page - 1L) * request.Size}";
        var columns = request.Labels ? LabelColumns(entity) : selection.Columns;
        var table = $" from {Sql.Name(entity.Table)} t{selection.Joins}{where}";
        await using var batch = database.Source.CreateBatch();
        batch.BatchCommands.Add(sql.Command("select count(*)" + table));
        batch.BatchCommands.Add(sql.Command($"select {columns}{table}{page}"));
        await using var reader = await batch.ExecuteReaderAsync(context.RequestAborted);
        await reader.ReadAsync(context.RequestAborted);
        var total = reader.GetInt64(0);
        await reader.NextResultAsync(context.RequestAborted);
        await Json.Write(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items");
            while (reader.Read())
            {
                if (request.Labels) WriteLabel(entity, reader, writer);
                else selection.Write(reader, writer);
            }
            writer.WriteEndArray();
            writer.WriteNumber("total", total);
            if (!request.Labels) writer.WriteNumber("page", request.Page);
            if (!request.Labels) writer.WriteNumber("size", request.Size);
            writer.WriteEndObject();
        });
    }

    public async Task One(HttpContext context, EntityDescriptor entity, string id)
    {
        var sql = new Sql();
        var text = $"{SelectionOf(entity).From()} where t.\"id\" = {sql.Identifier(entity, id)}";
        await using var batch = database.Source.CreateBatch();
        batch.BatchCommands.Add(sql.Command(text));
        var row = await Row(entity, batch, context.RequestAborted) ?? throw NotFound(entity);
        await row.Write(context, 200);
    }

    public async Task Bytes(HttpContext context, EntityDescriptor entity, string id, string name)
    {
        var attribute = entity.Find(name);
        if (attribute?.Type != AttributeType.BinaryData) throw new Problem(404, $"{entity.Name} has no Binary Data attribute {name}.");
        var sql = new Sql();
        var text = $"select t.{Sql.Name(attribute.Column)} from {Sql.Name(entity.Table)} t where t.\"id\" = {sql.Identifier(entity, id)}";
        await using var batch = database.Source.CreateBatch();
        batch.BatchCommands.Add(sql.Command(text));
        await using var reader = await batch.ExecuteReaderAsync(context.RequestAborted);
        if (!await reader.ReadAsync(context.RequestAborted)) throw NotFound(entity);
        if (reader.IsDBNull(0)) throw new Problem(404, $"{attribute.Label} has no value.");
        var bytes = reader.GetFieldValue<byte[]>(0);
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentDisposition = "attachment";
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>Runs a statement that gives one row or none, to its end: what fails after the row fails.</summary>
    public async Task<Row?> Row(EntityDescriptor entity, NpgsqlBatch batch, CancellationToken cancellation)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var row = await reader.ReadAsync(cancellation) ? new Row(SelectionOf(entity), reader) : null;
        while (await reader.NextResultAsync(cancellation)) { }
        return row;
    }

    public static Problem NotFound(EntityDescriptor entity) =>
        new(404, $"There is no such {Words.Inside(entity.Label)}. It may have been deleted.");

    private static string LabelColumns(EntityDescriptor entity) =>
        (entity.Static ? "t.\"id\"::text" : "t.\"id\"::bigint") + ", "
        + (entity.DisplayAttribute is { } display ? Selection.Output(display, "t") : "null::text");

    private static void WriteLabel(EntityDescriptor entity, NpgsqlDataReader reader, Utf8JsonWriter writer)
    {
        var id = reader.GetValue(0).ToString()!;
        writer.WriteStartObject();
        if (entity.Static) writer.WriteString("Id", id);
        else writer.WriteNumber("Id", reader.GetInt64(0));
        writer.WriteString("Label", Selection.Label(entity, id, reader, 1));
        writer.WriteEndObject();
    }

    private string Where(EntityDescriptor entity, Selection selection, ListRequest request, Sql sql)
    {
        var conditions = request.Filters.Select(filter => (filter.Attribute, filter.Value) switch
        {
            (null, var id) => $"t.\"id\" = {sql.Identifier(entity, (string)id!)}",
            ({ } attribute, null) => $"t.{Sql.Name(attribute.Column)} is null",
            var (attribute, value) => $"t.{Sql.Name(attribute.Column)} = {sql.Value(attribute, value)}",
        }).ToList();
        if (request.Labels && entity.Static) conditions.Add("t.\"is_active\"");
        if (request.Search.Length > 0) conditions.Add(Matches(entity, selection, request, sql));
        return conditions.Count == 0 ? "" : " where " + string.Join(" and ", conditions);
    }

    private string Matches(EntityDescriptor entity, Selection selection, ListRequest request, Sql sql)
    {
        var display = entity.DisplayAttribute;
        var searched = request.Labels || entity.Search.Length == 0
            ? display is null ? [] : [display]
            : entity.Search.Select(entity.Find).OfType<AttributeDescriptor>().Where(a => a.Type != AttributeType.BinaryData).ToArray();
        var escaped = request.Search.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_");
        var pattern = sql.Text($"%{escaped}%");
        var parts = searched.Select(attribute => Matches(attribute, selection, request.Search, pattern, sql)).ToList();
        if (parts.Count == 0) parts.Add($"t.\"id\"::text like {pattern}");
        return $"({string.Join(" or ", parts)})";
    }

    private string Matches(AttributeDescriptor attribute, Selection selection, string search, string pattern, Sql sql)
    {
        if (!attribute.IsReference || catalog.Target(attribute).Records is not { } records)
            return $"{selection.Shown(attribute).Expression}::text ilike {pattern}";
        var found = records.Where(record => record.Label.Contains(search, StringComparison.OrdinalIgnoreCase)).Select(record => record.Id);
        return $"t.{Sql.Name(attribute.Column)} = any ({sql.Texts(found.ToArray())})";
    }

    private static string Order(EntityDescriptor entity, Selection selection, ListRequest request)
    {
        var sort = request.Sort.Count > 0 ? request.Sort : Usual(entity, request.Labels);
        var parts = new List<string>();
        foreach (var (attribute, descending) in sort)
        {
            var direction = descending ? " desc nulls last" : " nulls last";
            var (expression, text) = attribute is null ? ("t.\"id\"", false) : selection.Shown(attribute);
            if (text) parts.Add($"lower({expression}){direction}");
            parts.Add(expression + direction);
        }
        parts.Add("t.\"id\"");
        return string.Join(", ", parts);
    }

    private static List<(AttributeDescriptor?, bool)> Usual(EntityDescriptor entity, bool labels)
    {
        if (entity.Static) return [(entity.Find("Order"), false)];
        return labels && entity.DisplayAttribute is { Type: not AttributeType.BinaryData } display ? [(display, false)] : [];
    }
}
