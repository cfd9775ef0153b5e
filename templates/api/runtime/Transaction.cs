// The end of what changes rows: of a write, which is one statement, sent with its end, and so a transaction of its own in
// one round trip; and of an action. Answered when the COMMIT is confirmed and never before.
using System;
using System.Data;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Npgsql;

namespace Odcpub.Runtime;

public static class Transaction
{
    // The server's function that waits for standbys: a wait that was cancelled ends in success and this warning.
    private const string AwaitsStandbys = "SyncRepWaitForLSN";

    // The server's function that ends a session in the middle of a statement, and never in that of a commit.
    private const string Interrupts = "ProcessInterrupts";

    private static readonly string[] NeverSent =
        ["pgbouncer cannot connect to server", "server login has been failing", "query_wait_timeout"];

    /// <summary>What <paramref name="read"/> makes of the row that a statement gives back; null where it gives none.
    /// Whatever the database refuses has changed nothing. Where it can't be told whether it did, that is told (504).</summary>
    public static async Task<T?> Run<T>(
        NpgsqlConnection connection, NpgsqlCommand command, CommandBehavior behavior, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellation)
        where T : class
    {
        var (executed, confirmed, roomy, result) = (false, true, true, (T?)null);
        connection.Notice += (_, told) => confirmed &= told.Notice.Routine != AwaitsStandbys;
        try
        {
            await using var reader = await command.ExecuteReaderAsync(behavior, cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                try { result = await read(reader); }
                catch (Problem) { roomy = false; } // the statement is done, and so is its transaction
            }
            executed = true;
            // Reads that the transaction has ended. A client that goes away meanwhile does not end it: that would leave
            // open what has become of the change.
            while (await reader.NextResultAsync(CancellationToken.None)) { }
        }
        catch (Exception error)
        {
            (result as IDisposable)?.Dispose();
            if (ChangedNothing(error, connection, executed)) throw;
            Log.Warning($"a commit was not confirmed: {error.Message}");
            throw Unconfirmed();
        }
        if (confirmed && roomy) return result;
        (result as IDisposable)?.Dispose();
        if (confirmed) throw new Problem(504, "The change is saved, but there is no room for its answer at the moment. Read the records again.");
        Log.Warning("a commit was not confirmed: no standby has it");
        throw Unconfirmed();
    }

    /// <summary>Ends the transaction of an action.</summary>
    public static async Task Commit(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        var confirmed = true;
        connection.Notice += (_, told) => confirmed &= told.Notice.Routine != AwaitsStandbys;
        try { await transaction.CommitAsync(CancellationToken.None); }
        catch (Exception error) when (!ChangedNothing(error, connection, executed: true))
        {
            Log.Warning($"a commit was not confirmed: {error.Message}");
            throw Unconfirmed();
        }
        if (confirmed) return;
        Log.Warning("a commit was not confirmed: no standby has it");
        throw Unconfirmed();
    }

    // An error ends the transaction and leaves the connection. What ends the session as well is sure where it is the
    // server's own word on a statement that runs, or a pooler's that it was never sent to one; after the statement's
    // end, and where the connection is just gone, nobody knows.
    private static bool ChangedNothing(Exception error, NpgsqlConnection connection, bool executed) => error switch
    {
        PostgresException { InvariantSeverity: "ERROR" } => true,
        PostgresException fatal => !executed && (fatal.Routine == Interrupts || NeverSent.Any(fatal.MessageText.StartsWith)),
        // A limit of time: the server has confirmed that it cancelled, or the connection is given up.
        NpgsqlException => connection.State == ConnectionState.Open,
        _ => true,
    };

    private static Problem Unconfirmed() => new(504,
        "The database hasn't confirmed the change: it may be saved or not. Read the records again before you repeat it.");
}
