// Reading rows: lists, labels for pickers, one row, the bytes of a Binary Data attribute.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Data;
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
        using var answer = new Answer(context);
        await using (var reader = await batch.ExecuteReaderAsync(request.Labels ? CommandBehavior.Default : selection.Behavior, context.RequestAborted))
        {
            await WriteList(request, selection, reader, answer, context.RequestAborted);
        }
        await answer.Send(200);
    }

    private static async Task WriteList(ListRequest request, Selection selection, NpgsqlDataReader reader, Answer answer, CancellationToken cancellation)
    {
        var writer = answer.Writer;
        await reader.ReadAsync(cancellation);
        var total = reader.GetInt64(0);
        await reader.NextResultAsync(cancellation);
        writer.WriteStartObject();
        writer.WriteStartArray("items");
        while (await reader.ReadAsync(cancellation))
        {
            if (request.Labels) WriteLabel(request.Entity, reader, writer);
            else await selection.Write(reader, answer, cancellation);
        }
        writer.WriteEndArray();
        writer.WriteNumber("total", total);
        if (!request.Labels) writer.WriteNumber("page", request.Page);
        if (!request.Labels) writer.WriteNumber("size", request.Size);
        writer.WriteEndObject();
    }

    public async Task One(HttpContext context, EntityDescriptor entity, string id)
    {
        var sql = new Sql();
        var text = $"{SelectionOf(entity).From()} where t.\"id\" = {sql.Identifier(entity, id)}";
        await using var batch = database.Source.CreateBatch();
        batch.BatchCommands.Add(sql.Command(text));
        using var row = await Row(context, entity, batch) ?? throw NotFound(entity);
        await row.Send(context, 200);
    }

    public async Task Bytes(HttpContext context, EntityDescriptor entity, string id, string name)
    {
        var attribute = entity.Find(name);
        if (attribute?.Type != AttributeType.BinaryData) throw new Problem(404, $"{entity.Name} has no Binary Data attribute {name}.");
        var sql = new Sql();
        var column = $"t.{Sql.Name(attribute.Column)}";
        var text = $"select octet_length({column})::bigint, {column} from {Sql.Name(entity.Table)} t where t.\"id\" = {sql.Identifier(entity, id)}";
        await using var batch = database.Source.CreateBatch();
        batch.BatchCommands.Add(sql.Command(text));
        await using var reader = await batch.ExecuteReaderAsync(CommandBehavior.SequentialAccess, context.RequestAborted);
        if (!await reader.ReadAsync(context.RequestAborted)) throw NotFound(entity);
        if (reader.IsDBNull(0)) throw new Problem(404, $"{attribute.Label} has no value.");
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = reader.GetInt64(0);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentDisposition = "attachment";
        Body.Hurry(context);
        await using var bytes = reader.GetStream(1);
        await bytes.CopyToAsync(context.Response.Body, 65_536, context.RequestAborted);
    }

    /// <summary>Runs a statement that gives one row or none, to its end: what fails after the row fails.
    /// <paramref name="sent"/>: ended when the database has the whole statement.</summary>
    public async Task<Row?> Row(HttpContext context, EntityDescriptor entity, NpgsqlBatch batch, IDisposable? sent = null)
    {
        var (selection, cancellation) = (SelectionOf(entity), context.RequestAborted);
        await using var reader = await batch.ExecuteReaderAsync(selection.Behavior, cancellation);
        if (!await reader.ReadAsync(cancellation)) return null;
        sent?.Dispose();
        var row = await Runtime.Row.Read(context, selection, reader);
        try
        {
            while (await reader.NextResultAsync(cancellation)) { }
            return row;
        }
        catch
        {
            row.Dispose();
            throw;
        }
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
