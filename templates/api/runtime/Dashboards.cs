// The data of a dashboard: all of its parts in one round trip to the database.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class Dashboards(Catalog catalog, Database database)
{
    private const int LongestCell = 200;
    private readonly Lists lists = new(catalog);
    private readonly SemaphoreSlim places = new(Math.Max(1, new NpgsqlConnectionStringBuilder(database.Source.ConnectionString).MaxPoolSize / 4));

    // A part with its statement; of a list how its rows are written.
    private sealed record Part(ScreenDescriptor Screen, string Text, Selection? Rows);

    /// <summary>GET /api?screen=…: {"parts": [{"value": …} or {"items": […]}]}, in the model's order.</summary>
    public async Task Handle(HttpContext context)
    {
        Router.Read(context);
        var parts = Parts(context.Request.Query).ToList();
        // Sums read whole tables: a few at a time, in turn.
        if (!await places.WaitAsync(TimeSpan.FromSeconds(10), context.RequestAborted))
            throw new Problem(503, "Too many dashboards at once. Try again in a moment.") { RetryAfter = 5 };
        try
        {
            using var answer = await Reads.Computed(() => database.Run(connection => Read(context, connection, parts), context.RequestAborted));
            await answer.Send(200);
        }
        finally { places.Release(); }
    }

    private IEnumerable<Part> Parts(IQueryCollection query)
    {
        foreach (var name in query.Keys)
            if (name != "screen") throw Problem.Refused(name, $"There is no parameter {name}.", 400);
        var screen = query["screen"].ToString();
        var entry = Array.Find(catalog.App.Dashboards, one => one.Name == screen)
            ?? throw new Problem(404, $"There is no dashboard {screen}.{Words.Suggestion(screen, catalog.App.Dashboards.Select(one => one.Name))}");
        return entry.Parts.Select((entity, number) => Of(catalog.Find(entity)!, $"{screen} {number}"));
    }

    private Part Of(EntityDescriptor entity, string name)
    {
        var screen = entity.Screens.First(one => one.Kind == ScreenKind.Part && one.Name == name);
        if (screen.Value is { } value)
        {
            var where = screen.Where is null ? "" : $" where {screen.Where}";
            return new(screen, $"select ({value.Expression}){Argument.Cast(value)} from {Sql.Name(entity.Table)} t{screen.Joins}{where}", null);
        }
        var statement = lists.Statement(new ListRequest(entity, screen, LongestCell));
        return new(screen, statement.Page, statement.Selection);
    }

    private async Task<Answer> Read(HttpContext context, NpgsqlConnection connection, List<Part> parts)
    {
        var at = new Circumstances(catalog);
        await using var batch = connection.CreateBatch();
        foreach (var part in parts)
        {
            var command = new NpgsqlBatchCommand(part.Text);
            foreach (var argument in part.Screen.Parameters(at)) command.Parameters.Add(argument.Parameter);
            batch.BatchCommands.Add(command);
        }
        await using var reader = await batch.ExecuteReaderAsync(context.RequestAborted);
        var answer = new Answer(context);
        try
        {
            answer.Writer.WriteStartObject();
            answer.Writer.WriteStartArray("parts");
            foreach (var part in parts)
            {
                await Write(part, reader, answer, context.RequestAborted);
                await reader.NextResultAsync(context.RequestAborted);
            }
            answer.Writer.WriteEndArray();
            answer.Writer.WriteEndObject();
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private static async Task Write(Part part, NpgsqlDataReader reader, Answer answer, CancellationToken cancellation)
    {
        var writer = answer.Writer;
        writer.WriteStartObject();
        if (part.Screen.Value is { } value)
        {
            await reader.ReadAsync(cancellation);
            writer.WritePropertyName("value");
            ActionValues.Write(writer, value, new RowReader(reader).Value(value, 0));
        }
        else
        {
            writer.WriteStartArray("items");
            while (await reader.ReadAsync(cancellation)) await part.Rows!.Write(reader, answer, cancellation);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }
}
