// The action of actions.yaml as a developer would write it by hand: ASP.NET minimal API, Npgsql with prepared statements,
// one transaction, a record for what is given and one for what is answered, System.Text.Json.
#nullable enable
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bench;

public sealed record Given(long? TicketId, string? Hours, string? Note);

public sealed record Booked(string? Payer, string? Fee, string? Open, string? Recent);

public sealed record Ticket(long Customer, string? Status, decimal? Hours);

public sealed record Refused(string Title, int Status, string Detail, string? Code);

public static class Peer
{
    private const decimal HourlyRate = 80;

    public static void Main(string[] arguments)
    {
        var builder = WebApplication.CreateSlimBuilder(arguments);
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.PropertyNamingPolicy = null);
        var connection = Environment.GetEnvironmentVariable("ODCPUB_DATABASE") + ";Timezone=UTC;Maximum Pool Size=20;Max Auto Prepare=100;Auto Prepare Min Usages=2;No Reset On Close=true";
        var source = new NpgsqlSlimDataSourceBuilder(connection).Build();
        var app = builder.Build();
        app.MapGet("/_odc/health", () => "alive");
        app.MapPost("/api/Book", (Given given) => Book(source, given));
        app.Run($"http://127.0.0.1:{Environment.GetEnvironmentVariable("ODCPUB_PORT")}");
    }

    private static async Task<IResult> Book(NpgsqlDataSource source, Given given)
    {
        if (given.TicketId is not { } id || !decimal.TryParse(given.Hours, CultureInfo.InvariantCulture, out var hours) || hours < 0 || given.Note?.Length > 200)
            return Refuse("Some values are not accepted", null);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var found = await One(connection, "select customer, status, hours from ticket where id = $1 for no key update",
            reader => new Ticket(reader.GetInt64(0), Text(reader, 1), reader.IsDBNull(2) ? null : reader.GetDecimal(2)), Id(id));
        if (found is null) return Refuse("There is no such ticket.", "NotFound");
        if (found.Status == "Done") return Refuse("Already done", "AlreadyDone");
        var customer = await One(connection, "select name from customer where id = $1", reader => reader.GetString(0), Id(found.Customer));
        var fee = decimal.Round(hours * HourlyRate, 8, MidpointRounding.AwayFromZero);
        var open = await One(connection, "select count(*) from ticket where customer = $1 and status = $2", reader => reader.GetInt64(0), Id(found.Customer), Text("Open"));
        var recent = 0m;
        foreach (var one in await All(connection, "select hours from booking where ticket = $1 order by booked_at desc nulls last, id limit 10", reader => reader.GetDecimal(0), Id(id)))
            recent += one;
        await Run(connection, "insert into booking (ticket, hours, note, booked_at) values ($1, $2, $3, $4)",
            Id(id), Number(hours), Text(given.Note), new NpgsqlParameter<DateTime> { TypedValue = DateTime.UtcNow });
        await Run(connection, "update ticket set hours = $2, fee = $3 where id = $1", Id(id), Number(found.Hours + hours), Number(fee));
        await transaction.CommitAsync();
        return Results.Json(new Booked(customer, Shown(fee), Shown(open), Shown(recent)));
    }

    private static IResult Refuse(string detail, string? code) =>
        Results.Json(new Refused("Refused", 422, detail, code), contentType: "application/problem+json", statusCode: 422);

    private static NpgsqlParameter Id(long id) => new NpgsqlParameter<long> { TypedValue = id };

    private static NpgsqlParameter Number(decimal? number) =>
        number is { } value ? new NpgsqlParameter<decimal> { TypedValue = value } : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Numeric };

    private static NpgsqlParameter Text(string? text) =>
        text is not null ? new NpgsqlParameter<string> { TypedValue = text } : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static string Shown(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);

    private static async Task<T?> One<T>(NpgsqlConnection connection, string text, Func<NpgsqlDataReader, T> read, params NpgsqlParameter[] parameters)
    {
        await using var command = Command(connection, text, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? read(reader) : default;
    }

    private static async Task<List<T>> All<T>(NpgsqlConnection connection, string text, Func<NpgsqlDataReader, T> read, params NpgsqlParameter[] parameters)
    {
        await using var command = Command(connection, text, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }

    private static async Task Run(NpgsqlConnection connection, string text, params NpgsqlParameter[] parameters)
    {
        await using var command = Command(connection, text, parameters);
        await command.ExecuteNonQueryAsync();
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string text, NpgsqlParameter[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }
}
