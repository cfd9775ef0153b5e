// Reading rows: lists, labels for pickers, one row; where a file is.
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
    // A plan that fits the average value may be the worst for this one.
    private const string PlannedAnew = "select set_config('plan_cache_mode', 'force_custom_plan', true)";

    private readonly ConcurrentDictionary<string, Selection> selections = new(StringComparer.Ordinal);
    private readonly Lists lists = new(catalog);
    private readonly Spread spread = new(database);
    private readonly Room room = new(database);

    /// <summary>What a request that is answered by a single row has of it: all, unless it asks for less.</summary>
    public Selection SelectionOf(HttpContext context, EntityDescriptor entity) => ListRequest.OfRow(entity, context.Request.Query) is { } part
        ? Selection.OfRow(catalog, entity, part.Fields ?? entity.Attributes, part.Cut)
        : selections.GetOrAdd(entity.Name, _ => new Selection(catalog, entity));

    public async Task List(HttpContext context, EntityDescriptor entity)
    {
        var request = new ListRequest(entity, context.Request.Query);
        var statement = lists.Statement(request);
        var circumstances = new Circumstances(catalog);
        var anew = database.Prepares && !await spread.FitsAll(request, context.RequestAborted);
        using var answer = await Computed(() => Room.Found(context, () => Answered(context, request, statement, circumstances, anew), () =>
            room.Of(context, statement.Page, [.. PageParameters(request, circumstances)])));
        await answer.Send(200);
    }

    // What a screen computes may be beyond what its type holds.
    internal static async Task<T> Computed<T>(Func<Task<T>> read)
    {
        try { return await read(); }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.NumericValueOutOfRange)
        {
            throw ExpressionOverflowException.Of(error.Routine);
        }
    }

    private Task<Answer> Answered(HttpContext context, ListRequest request, ListStatement statement, Circumstances circumstances, bool anew) =>
        database.Run(async connection =>
        {
            await using var batch = connection.CreateBatch();
            if (anew) batch.BatchCommands.Add(new(PlannedAnew));
            Add(batch, statement.Count, lists.Parameters(request, circumstances));
            Add(batch, statement.Page, PageParameters(request, circumstances));
            var behavior = request.Labels ? CommandBehavior.Default : statement.Selection.Behavior;
            await using var reader = await batch.ExecuteReaderAsync(behavior, context.RequestAborted);
            if (anew) await reader.NextResultAsync(context.RequestAborted);
            return await Read(context, request, statement.Selection, reader);
        }, context.RequestAborted);

    private List<NpgsqlParameter> PageParameters(ListRequest request, Circumstances circumstances)
    {
        var parameters = lists.Parameters(request, circumstances);
        if (request.Offset > 0) parameters.Add(Sql.Number(request.Offset));
        return parameters;
    }

    private static async Task<Answer> Read(HttpContext context, ListRequest request, Selection selection, NpgsqlDataReader reader)
    {
        var answer = new Answer(context);
        try
        {
            await Write(request, selection, reader, answer, context.RequestAborted);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private static async Task Write(ListRequest request, Selection selection, NpgsqlDataReader reader, Answer answer, CancellationToken cancellation)
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
        var (screen, at) = (Screen(context, entity), new Circumstances(catalog));
        var selection = screen is null ? SelectionOf(context, entity) : SelectionOf(context, entity, screen);
        var text = screen is null ? $"{selection.From} where t.\"id\" = $1"
            : $"{selection.From}{screen.Joins} where t.\"id\" = ${screen.Places + 1}";
        NpgsqlParameter[] Parameters() =>
            [.. (screen?.Parameters(at) ?? []).Select(argument => argument.Parameter), Sql.Identifier(entity, id)];
        using var row = await Computed(() => Room.Found(context, () => database.Run(async connection =>
        {
            await using var command = Sql.Command(connection, text, Parameters());
            await using var reader = await command.ExecuteReaderAsync(selection.Behavior, context.RequestAborted);
            return await reader.ReadAsync(context.RequestAborted) ? await Row.Read(context, selection, reader) : null;
        }, context.RequestAborted), () => room.Of(context, text, Parameters())));
        await (row ?? throw NotFound(entity)).Send(context, 200);
    }

    // The detail that asks for its row, where it has buttons.
    private static ScreenDescriptor? Screen(HttpContext context, EntityDescriptor entity)
    {
        if (!context.Request.Query.TryGetValue("screen", out var name)) return null;
        return Array.Find(entity.Screens, screen => screen.Kind == ScreenKind.Detail && screen.Name == name)
            ?? throw Problem.Refused("screen", $"{entity.Name} has no detail {name} with buttons.", 400);
    }

    private Selection SelectionOf(HttpContext context, EntityDescriptor entity, ScreenDescriptor screen)
    {
        var part = ListRequest.OfRow(entity, context.Request.Query);
        return Selection.OfRow(catalog, entity, part?.Fields ?? entity.Attributes, part?.Cut ?? 0, screen.States);
    }

    public async Task Bytes(HttpContext context, EntityDescriptor entity, string id, string name)
    {
        using var download = new Download(database, entity, File(entity, name), id);
        await download.Send(context);
    }

    public static AttributeDescriptor File(EntityDescriptor entity, string name) => entity.Find(name) is { IsFile: true } file ? file
        : throw new Problem(404, $"{entity.Name} has no Binary Data attribute {name}.");

    public static Problem NotFound(EntityDescriptor entity) =>
        new(404, $"There is no such {Words.Inside(entity.Label)}. It may have been deleted.");

    private static void Add(NpgsqlBatch batch, string text, List<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
    }

    private static void WriteLabel(EntityDescriptor entity, NpgsqlDataReader reader, Utf8JsonWriter writer)
    {
        var id = reader.GetValue(0).ToString()!;
        writer.WriteStartObject();
        if (entity.Static) writer.WriteString("Id", id);
        else writer.WriteNumber("Id", reader.GetInt64(0));
        writer.WriteString("Label", Selection.Label(entity, id, reader, 1));
        writer.WriteEndObject();
    }
}
