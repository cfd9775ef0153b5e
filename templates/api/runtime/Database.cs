// The connection pool. Statements name their columns and cast what they select, so that a schema that has grown since
// (wider types, more columns) serves this version too, by statements that were prepared before as well: their results
// keep their types. Where one can't be used any more all the same, the request is served without.
using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Npgsql;

namespace Odcpub.Runtime;

/// <summary>Where statements run: each on a connection of its own, or all within one transaction.</summary>
public interface IStatements
{
    Task<T> Run<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation);
}

public sealed class Database : IStatements, IDisposable
{
    // PgBouncer's words where no server answers it: it has one code for all that is wrong.
    private static readonly string[] Alone = ["pgbouncer cannot connect to server", "server login has been failing"];

    // What it says, with that one code, of a login that it does not take itself.
    private static readonly string[] Strangers = ["SASL authentication failed", "password authentication failed", "no such user", "no such database"];

    // A role, a password, a database or a line of pg_hba.conf that is not as it must be.
    private static readonly string[] Refusals = ["28000", "28P01", "3D000"];

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(800);

    // The plan of a prepared statement doesn't fit any more; or the connection to the server is another one than that
    // on which it was prepared: it isn't there, or its name is taken.
    private static readonly string[] Unusable = ["0A000", "26000", "42P05"];

    private readonly Settings settings;
    private readonly NpgsqlDataSource? source;
    private readonly Session session = new(null, null, null);
    private readonly Tls? tls;
    private readonly string schema;
    private readonly string place = "";
    private readonly object gate = new();
    private Task<string?>? look;
    private string? last;
    private bool ready;
    private bool away;
    private volatile bool lasting;
    private string? told;

    public Database(Settings settings)
    {
        this.settings = settings;
        schema = settings.Schema;
        if (settings.Database.Length == 0) return;
        var connection = Connection(settings);
        session = new Session(connection.Username, connection.Database, connection.SearchPath);
        // Poolers refuse a search path when a connection is opened: it is the role's, and looked for.
        connection.SearchPath = null;
        tls = new Tls(settings, connection);
        place = $"the database at {connection.Host}:{connection.Port}";
        last = $"{place} hasn't answered yet";
        var builder = new NpgsqlSlimDataSourceBuilder(connection.ConnectionString);
        builder.EnableArrays();
        tls.Secure(builder);
        source = builder.Build();
    }

    private static NpgsqlConnectionStringBuilder Connection(Settings settings)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder("Command Timeout=30;Maximum Pool Size=20;" + settings.Database)
            {
                MinPoolSize = 0, Timeout = 5,
                ConnectionIdleLifetime = 60, IncludeErrorDetail = false, ApplicationName = "odcpub app",
                // A statement that comes again is prepared. No request leaves anything behind in a session, so that
                // there is nothing to reset.
                MaxAutoPrepare = 100, AutoPrepareMinUsages = 2, NoResetOnClose = true,
            };
            if (settings.Pooling == "transaction")
            {
                // The next transaction may have another connection to the server: nothing lasts there that could be
                // used again.
                builder.MaxAutoPrepare = 0;
            }
            return builder;
        }
        catch (ArgumentException)
        {
            // Without the reason: it may quote a piece of the password.
            throw new InvalidOperationException("ODCPUB_DATABASE: is not a connection string");
        }
    }

    /// <summary>Whether statements that come again are prepared.</summary>
    public bool Prepares => settings.Pooling != "transaction";

    public NpgsqlDataSource Source => source ?? throw new Problem(503, "No database is configured.");

    /// <summary>What <paramref name="work"/> makes of a connection. Done once more, with nothing prepared, where a
    /// prepared statement can't be used any more: such a refusal comes before the statement has done anything.</summary>
    public async Task<T> Run<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellation);
        try
        {
            return await work(connection);
        }
        catch (PostgresException error) when (IsStale(error))
        {
            connection.UnprepareAll();
        }
        return await work(connection);
    }

    /// <summary>Whether it was refused only because of what was prepared.</summary>
    public static bool IsStale(PostgresException error) => Unusable.Contains(error.SqlState);

    /// <summary>Whether the reason why this version is not ready is one that does not go by itself.</summary>
    public bool Lasting => lasting;

    /// <summary>Null when ready, else the reason. Asked until yes, then never again, unless somebody wants to know how
    /// it is <paramref name="now"/>. Who asks has an answer within a second, before probes give up: while a look at the
    /// database goes on, what the one before it found.</summary>
    public async Task<string?> NotReady(bool now, CancellationToken cancellation)
    {
        if (ready && !now) return null;
        Task<string?> asked;
        lock (gate) asked = look ??= Task.Run(Look);
        if (await Task.WhenAny(asked, Task.Delay(Patience, cancellation)) == asked) return await asked;
        return last ?? $"{place} doesn't answer at the moment";
    }

    private async Task<string?> Look()
    {
        string? reason;
        try { reason = await Reason(CancellationToken.None); }
        catch (Exception error)
        {
            Log.Error("looking at the database failed", error);
            reason = "looking at the database failed; the log tells why";
        }
        // A pod's readiness is told by its status alone; why it isn't ready is in its log: the last line is how it is now.
        if (reason is not null && reason != told) Log.Info($"not ready: {reason}");
        told = reason;
        lock (gate)
        {
            last = reason;
            ready |= reason is null;
            look = null;
        }
        return reason;
    }

    private async Task<string?> Reason(CancellationToken cancellation)
    {
        (away, var lasts) = (false, false);
        try { return await Ask(cancellation); }
        catch (Problem problem) { return problem.Message; }
        catch (PostgresException error) when (error.SqlState is "42P01" or "3F000")
        {
            return "the schema is not there yet";
        }
        catch (PostgresException error) when (settings.Pooling != "none" && Alone.Any(error.MessageText.StartsWith))
        {
            away = true;
            return $"{place} can't be reached: the pooler says: {error.MessageText}";
        }
        catch (PostgresException error)
        {
            lasts = Refusals.Contains(error.SqlState) || error.MessageText.StartsWith("permission denied for database", StringComparison.Ordinal)
                || (settings.Pooling != "none" && Strangers.Any(error.MessageText.StartsWith));
            // A session can be one of a role that was made anew since: those that are opened later do without it.
            if (ready) Source.Clear();
            return $"{place} refuses: {await Explained(error) ?? error.MessageText}";
        }
        catch (Exception error) when (DatabaseErrors.IsExhausted(error)) { return $"all connections to {place} are in use"; }
        catch (NpgsqlException error)
        {
            // With another configuration, such as that of the version which serves, TLS may well do.
            var reason = await Explained(error);
            (away, lasts) = (reason is null, reason is not null);
            return $"{place} can't be reached: {reason ?? error.Message}";
        }
        catch (Exception error) when (DatabaseErrors.IsAway(error))
        {
            away = true; // a name that leads nowhere, for one
            return $"{place} can't be reached: {error.Message}";
        }
        finally { lasting = lasts; }
    }

    private async Task<string?> Explained(Exception error) => tls is null ? null : await tls.Explain(error);

    /// <summary>Returns when this version may take requests that another one could take instead: when it is ready, or
    /// when no database answers, since then the other one can't serve them either.</summary>
    public async Task Servable()
    {
        for (var pause = 10; source is not null && await NotReady(false, CancellationToken.None) is not null && !away; pause = Math.Min(pause * 2, 100))
            await Task.Delay(pause);
    }

    private async Task<string?> Ask(CancellationToken cancellation)
    {
        if (await session.Wrong(Source, cancellation) is { } wrong)
        {
            // One that is opened later may be right: who sets the role right need not end this process.
            Source.Clear();
            return wrong;
        }
        await using var command = Source.CreateCommand(
            schema.Length == 0 ? "select true" : "select exists (select from \"odcpub_schema\" where \"target\" = $1)");
        if (schema.Length > 0) command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Text, schema);
        // A later version's schema serves this one, too, once it has been ready.
        return (bool)(await command.ExecuteScalarAsync(cancellation))! || ready ? null : $"the schema is not {schema} yet";
    }

    public void Dispose() => source?.Dispose();
}
