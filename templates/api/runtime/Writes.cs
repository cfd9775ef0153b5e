// Creating, changing and deleting rows. All rules are checked before, all refusals are told at once.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class Writes(Catalog catalog, Database database, Reads reads)
{
    private readonly DatabaseErrors refusals = new(catalog, database);

    public async Task Create(HttpContext context, EntityDescriptor entity)
    {
        var errors = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        using var body = await Json.ReadBody(context);
        var values = ReadMembers(entity, Json.ReadObject(body), errors);
        foreach (var attribute in entity.Attributes)
        {
            if (values.ContainsKey(attribute) || errors.ContainsKey(attribute.Name)) continue;
            if (Values.Default(attribute) is { } text) values[attribute] = text;
            else if (attribute.Mandatory) errors[attribute.Name] = [Words.Missing(attribute)];
        }
        await CheckReferences(context, entity, null, values, errors);
        if (errors.Count > 0) throw Problem.Refused(errors);
        using var row = (await Guarded(context, entity, Insert(entity, values), body))!;
        context.Response.Headers.Location = $"/api/{Uri.EscapeDataString(entity.Name)}/{row.Id}";
        await row.Send(context, 201);
    }

    public async Task Change(HttpContext context, EntityDescriptor entity, string id)
    {
        var errors = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        using var body = await Json.ReadBody(context);
        var values = ReadMembers(entity, Json.ReadObject(body), errors);
        await CheckReferences(context, entity, id, values, errors);
        if (errors.Count > 0) throw Problem.Refused(errors);
        using var row = await Guarded(context, entity, Update(context, entity, id, values), body) ?? throw await Missed(context, entity, id);
        await row.Send(context, 200);
    }

    public async Task Delete(HttpContext context, EntityDescriptor entity, string id)
    {
        var sql = new Sql();
        var command = sql.Command($"delete from {Sql.Name(entity.Table)} where {Meant(context, entity, id, sql)}");
        int count;
        try
        {
            count = await Run(context, command, batch => batch.ExecuteNonQueryAsync(context.RequestAborted));
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw await refusals.Protected(entity, id, error.TableName ?? "", context.RequestAborted);
        }
        if (count == 0) throw await Missed(context, entity, id);
        context.Response.StatusCode = 204;
    }

    private static Dictionary<AttributeDescriptor, object?> ReadMembers(
        EntityDescriptor entity, List<KeyValuePair<string, Given>> members, Dictionary<string, List<string>> errors)
    {
        var values = new Dictionary<AttributeDescriptor, object?>();
        foreach (var (name, given) in members)
        {
            if (entity.Find(name) is not { } attribute) errors[name] = [Unknown(entity, name)];
            else if (Values.Read(attribute, given, out var value) is { } sentence) errors[name] = [sentence];
            else values[attribute] = value;
        }
        return values;
    }

    private static string Unknown(EntityDescriptor entity, string name) => name == "Id"
        ? "Id is given by the database and never changes."
        : $"{entity.Name} has no attribute {name}.{Words.Suggestion(name, entity.Attributes.Select(attribute => attribute.Name))}";

    // One query for all references; the foreign keys stand behind it for what changes in between.
    private async Task CheckReferences(
        HttpContext context, EntityDescriptor entity, string? id, Dictionary<AttributeDescriptor, object?> values, Dictionary<string, List<string>> errors)
    {
        var asked = new List<(AttributeDescriptor Attribute, string Sentence)>();
        var sql = new Sql();
        var parts = new List<string>();
        foreach (var (attribute, value) in values.Where(pair => pair.Key.IsReference && pair.Value is not null))
        {
            var target = catalog.Target(attribute);
            var sentence = $"This {Words.Inside(attribute.Label)} doesn't exist. Choose another.";
            if (target.Records is { } records)
            {
                if (records.Any(record => record.IsActive && record.Id == (string)value!)) continue;
                sentence = Offered(attribute, records);
                parts.Add(Stands(entity, id, attribute, value, sql));
            }
            else
            {
                var row = $"select from {Sql.Name(target.Table)} r where r.\"id\" = {sql.Identifier(target, (string)value!)}";
                parts.Add(target.Static ? $"exists ({row} and (r.\"is_active\" or {Stands(entity, id, attribute, value, sql)}))" : $"exists ({row})");
            }
            asked.Add((attribute, sentence));
        }
        if (asked.Count == 0) return;
        await using var batch = database.Source.CreateBatch();
        batch.BatchCommands.Add(sql.Command("select " + string.Join(", ", parts)));
        await using var reader = await batch.ExecuteReaderAsync(context.RequestAborted);
        await reader.ReadAsync(context.RequestAborted);
        for (var i = 0; i < asked.Count; i++)
            if (!reader.GetBoolean(i)) errors[asked[i].Attribute.Name] = [asked[i].Sentence];
    }

    // A record that is offered no more stays where it is: a row may keep it, and no other may get it.
    private static string Stands(EntityDescriptor entity, string? id, AttributeDescriptor attribute, object? value, Sql sql) => id is null
        ? "false"
        : $"exists (select from {Sql.Name(entity.Table)} t where t.\"id\" = {sql.Identifier(entity, id)} and t.{Sql.Name(attribute.Column)} = {sql.Value(attribute, value)})";

    private static string Offered(AttributeDescriptor attribute, RecordDescriptor[] records) => records.Length <= 10
        ? $"{attribute.Label} must be one of {string.Join(", ", records.Where(record => record.IsActive).Select(record => record.Id))}."
        : $"This {Words.Inside(attribute.Label)} doesn't exist. Choose another.";

    private NpgsqlBatchCommand Insert(EntityDescriptor entity, Dictionary<AttributeDescriptor, object?> values)
    {
        var sql = new Sql();
        var columns = string.Join(", ", values.Keys.Select(attribute => Sql.Name(attribute.Column)));
        var given = string.Join(", ", values.Select(pair => sql.Value(pair.Key, pair.Value)));
        var what = values.Count == 0 ? "default values" : $"({columns}) values ({given})";
        return Returning(entity, sql, $"insert into {Sql.Name(entity.Table)} {what}");
    }

    private NpgsqlBatchCommand Update(HttpContext context, EntityDescriptor entity, string id, Dictionary<AttributeDescriptor, object?> values)
    {
        var sql = new Sql();
        if (values.Count == 0) return sql.Command($"{reads.SelectionOf(entity).From()} where {Meant(context, entity, id, sql, "t.")}");
        var changes = string.Join(", ", values.Select(pair => $"{Sql.Name(pair.Key.Column)} = {sql.Value(pair.Key, pair.Value)}"));
        return Returning(entity, sql, $"update {Sql.Name(entity.Table)} set {changes} where {Meant(context, entity, id, sql)}");
    }

    // The changed row comes back as it is read elsewhere, with labels, in the same statement.
    private NpgsqlBatchCommand Returning(EntityDescriptor entity, Sql sql, string statement)
    {
        var selection = reads.SelectionOf(entity);
        return sql.Command($"with changed as ({statement} returning {selection.Returned}) {selection.From("changed")}");
    }

    private static string Meant(HttpContext context, EntityDescriptor entity, string id, Sql sql, string alias = "")
    {
        var row = $"{alias}\"id\" = {sql.Identifier(entity, id)}";
        return Tags(context) is { } tags ? $"{row} and {alias}\"xmin\"::text = any ({sql.Texts(tags)})" : row;
    }

    /// <summary>The versions that If-Match accepts, null for any.</summary>
    private static string[]? Tags(HttpContext context)
    {
        var tags = context.Request.Headers.IfMatch.SelectMany(value => (value ?? "").Split(',')).Select(tag => tag.Trim()).ToArray();
        return tags.Length == 0 || tags.Contains("*") ? null : tags.Select(tag => tag.Trim('"').Replace("\0", "")).ToArray();
    }

    private async Task<Problem> Missed(HttpContext context, EntityDescriptor entity, string id)
    {
        var sql = new Sql();
        await using var batch = database.Source.CreateBatch();
        batch.BatchCommands.Add(sql.Command($"select exists (select from {Sql.Name(entity.Table)} where \"id\" = {sql.Identifier(entity, id)})"));
        return (bool)(await batch.ExecuteScalarAsync(context.RequestAborted))!
            ? new Problem(412, $"Somebody else has changed this {Words.Inside(entity.Label)} since you read it. Load it again, then repeat your change.")
            : Reads.NotFound(entity);
    }

    // The body goes when the database has it: its answer may need as much room.
    private async Task<Row?> Guarded(HttpContext context, EntityDescriptor entity, NpgsqlBatchCommand command, Chunks body)
    {
        PostgresException refused;
        try
        {
            return await Run(context, command, batch => reads.Row(context, entity, batch, body));
        }
        catch (PostgresException error)
        {
            refused = error;
        }
        throw await refusals.Explain(entity, refused, context.RequestAborted) ?? (Exception)refused;
    }

    private Task<T> Run<T>(HttpContext context, NpgsqlBatchCommand command, Func<NpgsqlBatch, Task<T>> read) =>
        Transaction.Run(database.Source, batch =>
        {
            batch.BatchCommands.Add(command);
            return read(batch);
        }, context.RequestAborted);
}
