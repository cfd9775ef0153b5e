// The connection pool. Statements name their columns and cast what they select, so that a schema that has grown since
// (wider types, more columns) serves this version too; for the same reason nothing is prepared on the server: a plan
// that was prepared before a column was widened fails after it.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class Database : IDisposable
{
    // Values travel as text, so their form is the connection's own, whatever the role or the database says.
    private const string Forms = "-c DateStyle=ISO,YMD -c IntervalStyle=postgres";

    private readonly NpgsqlDataSource? source;
    private readonly string schema;
    private bool ready;
    private bool away;

    public Database(Settings settings)
    {
        schema = settings.Schema;
        if (settings.Database.Length == 0) return;
        var builder = new NpgsqlSlimDataSourceBuilder(Connection(settings.Database));
        builder.EnableArrays();
        source = builder.Build();
    }

    private static string Connection(string text)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder("Command Timeout=30;Maximum Pool Size=20;" + text)
            {
                MinPoolSize = 0, Timezone = "UTC", Timeout = 5,
                ConnectionIdleLifetime = 60, IncludeErrorDetail = false, ApplicationName = "odcpub app",
            };
            builder.Options = $"{builder.Options} {Forms}".Trim();
            return builder.ConnectionString;
        }
        catch (ArgumentException)
        {
            // Without the reason: it may quote a piece of the password.
            throw new InvalidOperationException("ODCPUB_DATABASE: is not a connection string");
        }
    }

    public NpgsqlDataSource Source => source ?? throw new Problem(503, "No database is configured.");

    /// <summary>Null when ready, else the reason. Asked until yes, then never again.</summary>
    public async Task<string?> NotReady(CancellationToken cancellation)
    {
        if (ready) return null;
        try
        {
            away = false;
            var reason = await Ask(cancellation);
            ready = reason is null;
            return reason;
        }
        catch (Problem problem) { return problem.Message; }
        catch (PostgresException error) when (error.SqlState is "42P01" or "3F000")
        {
            return "the schema is not there yet";
        }
        catch (PostgresException error) { return $"the database refuses: {error.MessageText}"; }
        catch (NpgsqlException error)
        {
            away = true;
            return $"the database can't be reached: {error.Message}";
        }
    }

    /// <summary>Returns when this version may take requests that another one could take instead: when it is ready, or
    /// when no database answers, since then the other one can't serve them either.</summary>
    public async Task Servable()
    {
        for (var pause = 10; source is not null && await NotReady(CancellationToken.None) is not null && !away; pause = Math.Min(pause * 2, 100))
            await Task.Delay(pause);
    }

    private async Task<string?> Ask(CancellationToken cancellation)
    {
        await using var command = Source.CreateCommand(
            schema.Length == 0 ? "select true" : "select exists (select from \"odcpub_schema\" where \"target\" = $1)");
        if (schema.Length > 0) command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Text, schema);
        return (bool)(await command.ExecuteScalarAsync(cancellation))! ? null : $"the schema is not {schema} yet";
    }

    public void Dispose() => source?.Dispose();
}
