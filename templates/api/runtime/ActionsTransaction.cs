// The transaction of an action: one connection, opened with the first statement; begun with the first that locks or
// changes rows, in the same round trip, and what only reads before it needs none. Places to come back to are savepoints,
// sent with the next statement.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Npgsql;

namespace Odcpub.Runtime;

/// <summary>A place in a run's transaction. Savepoint: its name; null where nothing had begun.</summary>
public sealed class ActionMark
{
    internal ActionMark(string? savepoint) => Savepoint = savepoint;

    internal string? Savepoint { get; }
}

/// <summary><paramref name="patience"/>: seconds that a statement may take, for a server that has gone silent.</summary>
internal sealed class ActionTransaction(Database database, int patience, CancellationToken cancellation) : IStatements, IAsyncDisposable
{
    private readonly List<ActionMark> marks = [];
    private readonly List<string> pending = [];
    private NpgsqlConnection? connection;
    private NpgsqlTransaction? transaction;
    private bool failed;

    public async Task<T> Run<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation) => await work(await Connection());

    /// <summary>What <paramref name="read"/> makes of a statement's rows. <paramref name="begins"/>: it locks or changes rows.</summary>
    public async Task<T> Execute<T>(string sql, NpgsqlParameter[] parameters, bool begins, Func<NpgsqlDataReader, Task<T>> read)
    {
        var open = await Connection();
        if (begins) transaction ??= await open.BeginTransactionAsync(cancellation);
        await using var batch = open.CreateBatch();
        batch.Timeout = patience;
        foreach (var waiting in pending) batch.BatchCommands.Add(new(waiting));
        pending.Clear();
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            try { return await read(reader); }
            catch (Problem)
            {
                batch.Cancel(); // the rest may be long, and nobody waits for it
                throw;
            }
        }
        catch
        {
            failed = transaction is not null;
            throw;
        }
    }

    public ActionMark Mark()
    {
        var mark = new ActionMark(transaction is null ? null : $"mark{marks.Count}");
        marks.Add(mark);
        if (mark.Savepoint is { } name) pending.Add($"savepoint {name}");
        return mark;
    }

    public void Release(ActionMark mark)
    {
        Leave(mark);
        if (mark.Savepoint is not { } name || Forget(name)) return;
        pending.Add($"release savepoint {name}");
    }

    public async Task Undo(ActionMark mark)
    {
        Leave(mark);
        if (mark.Savepoint is { } name && Forget(name)) return;
        await UndoTo(mark.Savepoint);
        if (mark.Savepoint is not null) pending.Add($"release savepoint {mark.Savepoint}");
    }

    /// <summary>After a statement that was refused: undoes what whoever handles the refusal undoes anyway, so that the
    /// database can be asked for the reason.</summary>
    public Task Back() => UndoTo(marks.Count > 0 ? marks[^1].Savepoint : null);

    public async Task Commit()
    {
        if (failed) throw new InvalidOperationException("a statement was refused, and nobody has undone what was done before");
        if (transaction is not null) await Transaction.Commit(connection!, transaction);
        transaction = null;
    }

    /// <summary>Undoes everything, to begin anew on the same connection. <paramref name="stale"/>: nothing that was prepared
    /// on it is used again.</summary>
    public async Task Restart(bool stale)
    {
        await UndoTo(null);
        marks.Clear();
        if (stale) connection?.UnprepareAll();
    }

    public async ValueTask DisposeAsync()
    {
        if (transaction is not null) await transaction.DisposeAsync(); // undone, unless it was committed
        if (connection is not null) await connection.DisposeAsync();
    }

    private async ValueTask<NpgsqlConnection> Connection() => connection ??= await database.Source.OpenConnectionAsync(cancellation);

    private async Task UndoTo(string? savepoint)
    {
        pending.Clear();
        failed = false;
        if (transaction is null) return;
        if (savepoint is not null) await transaction.RollbackAsync(savepoint, cancellation);
        else
        {
            await transaction.RollbackAsync(CancellationToken.None);
            transaction = null;
        }
    }

    // Those within it have nobody who comes back to them.
    private void Leave(ActionMark mark) => marks.RemoveRange(marks.IndexOf(mark), marks.Count - marks.IndexOf(mark));

    // True where the savepoint was not sent yet: nothing has happened since.
    private bool Forget(string savepoint)
    {
        var at = pending.LastIndexOf($"savepoint {savepoint}");
        if (at >= 0) pending.RemoveRange(at, pending.Count - at);
        return at >= 0;
    }
}
