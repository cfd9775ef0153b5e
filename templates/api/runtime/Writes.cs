// Creating, changing and deleting rows. All rules are checked before, all refusals are told at once.
using System;
using System.Collections.Generic;
using System.Data;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class Writes(Catalog catalog, Database database, Reads reads)
{
    private readonly Saving saving = new(catalog, database);
    private readonly Changes changes = new(catalog);
    private readonly Room room = new(database);

    public async Task Create(HttpContext context, EntityDescriptor entity)
    {
        var (selection, errors) = (reads.SelectionOf(context, entity), new Dictionary<string, List<string>>(StringComparer.Ordinal));
        using var body = await Json.ReadBody(context);
        var values = ReadMembers(entity, Json.ReadObject(body), errors);
        saving.AddDefaults(entity, Values.Now(), values, errors);
        await saving.RefuseIf(errors.Count > 0, entity, null, values, errors, context.RequestAborted);
        await Room.Reserve(context, Room.OfGiven(selection, values));
        using var row = await Guarded(context, selection, null, values, changes.Insert(selection.Returned, values), body);
        if (row is null)
        {
            await saving.RefuseIf(true, entity, null, values, errors, context.RequestAborted);
            throw Saving.Moved();
        }
        context.Response.Headers.Location = $"/api/{Uri.EscapeDataString(entity.Name)}/{row.Id}";
        await row.Send(context, 201);
    }

    public async Task Change(HttpContext context, EntityDescriptor entity, string id)
    {
        var (selection, errors) = (reads.SelectionOf(context, entity), new Dictionary<string, List<string>>(StringComparer.Ordinal));
        using var body = await Json.ReadBody(context);
        var values = ReadMembers(entity, Json.ReadObject(body), errors);
        await saving.RefuseIf(errors.Count > 0, entity, id, values, errors, context.RequestAborted);
        await Save(context, selection, id, values, body);
    }

    /// <summary>A file as the body.</summary>
    public async Task Upload(HttpContext context, EntityDescriptor entity, string id, string name)
    {
        var (selection, attribute) = (reads.SelectionOf(context, entity), Reads.File(entity, name));
        Files.CheckHead(context.Request);
        using var body = await Body.Read(context);
        await Save(context, selection, id, new() { [attribute] = Files.Read(context.Request, body) }, body);
    }

    private async Task Save(
        HttpContext context, Selection selection, string id, Dictionary<AttributeDescriptor, object?> values, Chunks body)
    {
        var (entity, tags, given) = (selection.Entity, Tags(context), Room.OfGiven(selection, values));
        await Room.Reserve(context, given);
        using var row = await Changed(Room.Light) ?? await WithRoom();
        if (row is null) throw await Missed(entity, id, tags, context.RequestAborted);
        await row.Send(context, 200);

        Task<Row?> Changed(long most) => Guarded(context, selection, id, values, changes.Update(selection, id, values, tags, most), body);

        // Its answer may hold what the row keeps as well: where that is large, room for it comes before the change.
        async Task<Row?> WithRoom()
        {
            await saving.RefuseIf(true, entity, id, values, new(StringComparer.Ordinal), context.RequestAborted);
            var others = Room.Others(selection, values.Keys);
            var kept = others.Length == 0 ? 0 : await room.OfStored(context, selection, id, others);
            if (kept <= Room.Light) return null;
            await Room.Reserve(context, given + kept);
            return await Changed(kept);
        }
    }

    public async Task Delete(HttpContext context, EntityDescriptor entity, string id)
    {
        var tags = Tags(context);
        try
        {
            _ = await Run(changes.Delete(entity, id, tags), CommandBehavior.Default, _ => Task.FromResult("gone"), context.RequestAborted)
                ?? throw await Missed(entity, id, tags, context.RequestAborted);
        }
        catch (PostgresException error) when (Saving.IsReferred(error))
        {
            throw await saving.Protected(entity, id, error, context.RequestAborted);
        }
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

    /// <summary>The versions that If-Match accepts, null for any.</summary>
    private static string[]? Tags(HttpContext context)
    {
        var tags = context.Request.Headers.IfMatch.SelectMany(value => (value ?? "").Split(',')).Select(tag => tag.Trim()).ToArray();
        return tags.Length == 0 || tags.Contains("*") ? null : tags.Select(tag => tag.Trim('"').Replace("\0", "")).ToArray();
    }

    private async Task<Problem> Missed(EntityDescriptor entity, string id, string[]? tags, CancellationToken cancellation)
    {
        if (!await saving.IsThere(entity, id, cancellation)) return Reads.NotFound(entity);
        return tags is null ? Saving.Moved()
            : new Problem(412, $"Somebody else has changed this {Words.Inside(entity.Label)} since you read it. Load it again, then repeat your change.");
    }

    // The body goes when the database has it: its answer may need as much room.
    private async Task<Row?> Guarded(
        HttpContext context, Selection selection, string? id, Dictionary<AttributeDescriptor, object?> values, Change change, Chunks body)
    {
        var (entity, cancellation) = (selection.Entity, context.RequestAborted);
        PostgresException refused;
        try
        {
            return await Run(change, selection.Behavior, reader =>
            {
                body.Dispose();
                return Row.Read(context, selection, reader);
            }, cancellation);
        }
        catch (PostgresException error)
        {
            refused = error;
        }
        await saving.RefuseIf(Saving.IsDangling(entity, refused), entity, id, values, new(StringComparer.Ordinal), cancellation);
        throw await saving.Explain(entity, refused, cancellation);
    }

    private Task<T?> Run<T>(Change change, CommandBehavior behavior, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellation)
        where T : class => database.Run(async connection =>
        {
            await using var command = Sql.Command(connection, change.Text, change.Parameters());
            return await Transaction.Run(connection, command, behavior, read, cancellation);
        }, cancellation);
}
