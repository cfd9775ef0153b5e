// A write: a transaction of its own, answered when its COMMIT is confirmed and never before.
using System;
using System.Threading;
using System.Threading.Tasks;
using Npgsql;

namespace Odcpub.Runtime;

public static class Transaction
{
    // The server's function that waits for standbys: a wait that was cancelled ends in success and this warning.
    private const string AwaitsStandbys = "SyncRepWaitForLSN";

    /// <summary>What <paramref name="work"/> makes of its batch. Whatever fails before COMMIT is sent has changed
    /// nothing; after that, only the database's own refusal is sure, and all else is told as unconfirmed (504).</summary>
    public static async Task<T> Run<T>(NpgsqlDataSource source, Func<NpgsqlBatch, Task<T>> work, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        T result;
        await using (var batch = connection.CreateBatch()) result = await work(batch);
        await Commit(connection, transaction);
        return result;
    }

    // A client that goes away meanwhile does not end it: that would leave open what has become of the change.
    private static async Task Commit(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        var confirmed = true;
        connection.Notice += (_, told) => confirmed &= told.Notice.Routine != AwaitsStandbys;
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception error) when (error is not PostgresException { InvariantSeverity: "ERROR" })
        {
            Log.Warning($"a commit was not confirmed: {error.Message}");
            throw Unconfirmed();
        }
        if (confirmed) return;
        Log.Warning("a commit was not confirmed: no standby has it");
        throw Unconfirmed();
    }

    private static Problem Unconfirmed() => new(504,
        "The database hasn't confirmed the change: it may be saved or not. Read the records again before you repeat it.");
}
