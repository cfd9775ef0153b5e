// The same requests as a developer would write them by hand for this one table: ASP.NET minimal API, Npgsql with
// prepared statements, one round trip each, a class for the row, System.Text.Json. Rules of values are not checked.
#nullable enable
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json.Serialization;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bench;

public sealed class Ticket
{
    public long Id { get; set; }
    public string? Subject { get; set; }
    public long? Customer { get; set; }
    public long? Owner { get; set; }
    public string? Status { get; set; }
    public string? OpenedAt { get; set; }
    public string? Due { get; set; }
    public string? Fee { get; set; }
    public string? Hours { get; set; }
    public bool? Urgent { get; set; }
    public int? Priority { get; set; }
    public string? Email { get; set; }
    public string? Notes { get; set; }
    [JsonPropertyName("$labels")] public Dictionary<string, string>? Labels { get; set; }
}

/// <summary>What the page's list shows.</summary>
public sealed record Line(long Id, string? Subject, long? Customer, string? Status, string? Due, string? Fee,
    [property: JsonPropertyName("$labels")] Dictionary<string, string> Labels);

public sealed record Page<T>(List<T> Items, long Total, int PageNumber, int Size)
{
    [JsonPropertyName("items")] public List<T> Items { get; } = Items;
    [JsonPropertyName("total")] public long Total { get; } = Total;
    [JsonPropertyName("page")] public int PageNumber { get; } = PageNumber;
    [JsonPropertyName("size")] public int Size { get; } = Size;
}

public static class Peer
{
    private const string Row = """
        t.id, t.subject, t.customer, t.owner, t.status, t.opened_at, t.due, t.fee, t.hours, t.urgent, t.priority, t.email, t.notes,
        (select name from customer where id = t.customer), (select name from person where id = t.owner),
        (select label from status where id = t.status)
        """;

    private const string Lines = """
        select t.id, t.subject, t.customer, t.status, t.due, t.fee,
          (select name from customer where id = t.customer), (select label from status where id = t.status)
        from ticket t order by t.id limit $1 offset $2
        """;

    public static void Main(string[] arguments)
    {
        var builder = WebApplication.CreateSlimBuilder(arguments);
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.PropertyNamingPolicy = null);
        var connection = Environment.GetEnvironmentVariable("ODCPUB_DATABASE") + ";Timezone=UTC;Maximum Pool Size=20;Max Auto Prepare=100;Auto Prepare Min Usages=2;No Reset On Close=true";
        var source = new NpgsqlSlimDataSourceBuilder(connection).Build();
        var app = builder.Build();
        app.MapGet("/_odc/health", () => "alive");
        app.MapGet("/api/Ticket/{id:long}", async (long id) =>
        {
            await using var command = source.CreateCommand($"select {Row} from ticket t where t.id = $1");
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
            return await One(command);
        });
        app.MapGet("/api/Ticket", async (HttpRequest request) =>
        {
            var size = int.Parse(request.Query["size"].FirstOrDefault() ?? "25");
            var number = int.Parse(request.Query["page"].FirstOrDefault() ?? "1");
            return request.Query["filter.Customer"].FirstOrDefault() is { } customer
                ? Results.Json(await Filtered(source, long.Parse(customer), number, size))
                : Results.Json(await Shown(source, number, size));
        });
        app.MapPost("/api/Ticket", async (Ticket ticket, HttpResponse response) =>
        {
            if (string.IsNullOrWhiteSpace(ticket.Subject) || ticket.Customer is null) return Results.UnprocessableEntity();
            await using var command = source.CreateCommand($"""
                insert into ticket as t (subject, customer, owner, status, opened_at, due, fee, hours, urgent, priority, email, notes)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning {Row}
                """);
            command.Parameters.AddWithValue(ticket.Subject);
            command.Parameters.AddWithValue(ticket.Customer!);
            command.Parameters.AddWithValue(ticket.Owner!);
            command.Parameters.AddWithValue(ticket.Status!);
            command.Parameters.AddWithValue(DateTimeOffset.Parse(ticket.OpenedAt!, CultureInfo.InvariantCulture).ToUniversalTime());
            command.Parameters.AddWithValue(DateOnly.Parse(ticket.Due!, CultureInfo.InvariantCulture));
            command.Parameters.AddWithValue(decimal.Parse(ticket.Fee!, CultureInfo.InvariantCulture));
            command.Parameters.AddWithValue(decimal.Parse(ticket.Hours!, CultureInfo.InvariantCulture));
            command.Parameters.AddWithValue(ticket.Urgent!);
            command.Parameters.AddWithValue(ticket.Priority!);
            command.Parameters.AddWithValue(ticket.Email!);
            command.Parameters.AddWithValue(ticket.Notes!);
            return await One(command, 201, response);
        });
        app.MapPatch("/api/Ticket/{id:long}", async (long id, Ticket ticket) =>
        {
            await using var command = source.CreateCommand($"update ticket t set priority = $2 where t.id = $1 returning {Row}");
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ticket.Priority ?? 0 });
            return await One(command);
        });
        app.Run($"http://127.0.0.1:{Environment.GetEnvironmentVariable("ODCPUB_PORT")}");
    }

    private static async Task<IResult> One(NpgsqlCommand command, int status = 200, HttpResponse? response = null)
    {
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync()) return Results.NotFound();
        var ticket = Read(reader);
        await reader.NextResultAsync();
        if (response is not null) response.Headers.Location = $"/api/Ticket/{ticket.Id}";
        return Results.Json(ticket, statusCode: status);
    }

    private static async Task<Page<Ticket>> Filtered(NpgsqlDataSource source, long customer, int number, int size)
    {
        await using var batch = source.CreateBatch();
        var count = new NpgsqlBatchCommand("select count(*) from ticket where customer = $1");
        count.Parameters.Add(new NpgsqlParameter<long> { TypedValue = customer });
        var page = new NpgsqlBatchCommand($"select {Row} from ticket t where t.customer = $1 order by t.id limit $2 offset $3");
        page.Parameters.Add(new NpgsqlParameter<long> { TypedValue = customer });
        page.Parameters.Add(new NpgsqlParameter<int> { TypedValue = size });
        page.Parameters.Add(new NpgsqlParameter<long> { TypedValue = (number - 1L) * size });
        return await Paged(batch, count, page, number, size, Read);
    }

    private static async Task<Page<Line>> Shown(NpgsqlDataSource source, int number, int size)
    {
        await using var batch = source.CreateBatch();
        var page = new NpgsqlBatchCommand(Lines);
        page.Parameters.Add(new NpgsqlParameter<int> { TypedValue = size });
        page.Parameters.Add(new NpgsqlParameter<long> { TypedValue = (number - 1L) * size });
        return await Paged(batch, new NpgsqlBatchCommand("select count(*) from ticket"), page, number, size, ReadLine);
    }

    private static async Task<Page<T>> Paged<T>(
        NpgsqlBatch batch, NpgsqlBatchCommand count, NpgsqlBatchCommand page, int number, int size, Func<NpgsqlDataReader, T> read)
    {
        batch.BatchCommands.Add(count);
        batch.BatchCommands.Add(page);
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.ReadAsync();
        var total = reader.GetInt64(0);
        await reader.NextResultAsync();
        var items = new List<T>(size);
        while (await reader.ReadAsync()) items.Add(read(reader));
        return new Page<T>(items, total, number, size);
    }

    private static Ticket Read(NpgsqlDataReader reader)
    {
        var ticket = new Ticket
        {
            Id = reader.GetInt64(0), Subject = Text(reader, 1), Customer = reader.IsDBNull(2) ? null : reader.GetInt64(2),
            Owner = reader.IsDBNull(3) ? null : reader.GetInt64(3), Status = Text(reader, 4),
            OpenedAt = reader.IsDBNull(5) ? null : reader.GetDateTime(5).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFZ", CultureInfo.InvariantCulture),
            Due = Day(reader, 6), Fee = Amount(reader, 7), Hours = Amount(reader, 8),
            Urgent = reader.IsDBNull(9) ? null : reader.GetBoolean(9), Priority = reader.IsDBNull(10) ? null : reader.GetInt32(10),
            Email = Text(reader, 11), Notes = Text(reader, 12), Labels = [],
        };
        if (ticket.Customer is not null) ticket.Labels["Customer"] = reader.GetString(13);
        if (ticket.Owner is not null) ticket.Labels["Owner"] = reader.GetString(14);
        if (ticket.Status is not null) ticket.Labels["Status"] = reader.GetString(15);
        return ticket;
    }

    private static Line ReadLine(NpgsqlDataReader reader)
    {
        var labels = new Dictionary<string, string>();
        if (!reader.IsDBNull(2)) labels["Customer"] = reader.GetString(6);
        if (!reader.IsDBNull(3)) labels["Status"] = reader.GetString(7);
        return new Line(reader.GetInt64(0), Text(reader, 1), reader.IsDBNull(2) ? null : reader.GetInt64(2), Text(reader, 3), Day(reader, 4), Amount(reader, 5), labels);
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static string? Day(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateOnly>(column).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string? Amount(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetDecimal(column).ToString("0.############################", CultureInfo.InvariantCulture);
}
