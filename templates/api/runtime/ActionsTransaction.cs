// The transaction of an action: one connection, opened with the first statement; begun with the first that locks or
// changes rows, in the same round trip, and what only reads before it needs none. Places to come back to are savepoints,
// made before the next statement.
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
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

/// <summary>A statement with its arguments. It locks rows, or writes one.</summary>
internal readonly record struct Statement(string Text, NpgsqlParameter[] Parameters, bool Locks = false, bool Writes = false)
{
    /// <summary>A calculation went beyond its type; of what is written, that is the attribute's rule.</summary>
    public bool Overflows(PostgresException error) => !Writes && error.SqlState == PostgresErrorCodes.NumericValueOutOfRange;
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

    /// <summary>What <paramref name="read"/> makes of the only row; null where there is none. <paramref name="several"/>:
    /// makes what is thrown where there are more; null where there can't be.</summary>
    public async Task<T?> One<T>(Statement statement, Func<RowReader, T> read, Func<Exception>? several = null) where T : class
    {
        await using var command = await Command(statement);
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            if (!await reader.ReadAsync(cancellation)) return null;
            var found = read(new RowReader(reader));
            return several is null || !await reader.ReadAsync(cancellation) ? found : throw several();
        }
        catch (PostgresException error) when (statement.Overflows(error)) { throw Failed(ExpressionOverflowException.Of(error.Routine)); }
        catch
        {
            failed = transaction is not null;
            throw;
        }
    }

    /// <summary>The same of all rows, each counted by <paramref name="hold"/>.</summary>
    public async Task<ImmutableList<T>> All<T>(Statement statement, Func<RowReader, T> read, Action<RowReader> hold)
    {
        await using var command = await Command(statement);
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var (rows, row) = (ImmutableList.CreateBuilder<T>(), new RowReader(reader));
            try
            {
                while (await reader.ReadAsync(cancellation))
                {
                    rows.Add(read(row));
                    hold(row);
                }
            }
            catch (Problem)
            {
                command.Cancel(); // the rest may be long, and the reader's end would wait for it
                throw;
            }
            return rows.ToImmutable();
        }
        catch (PostgresException error) when (statement.Overflows(error)) { throw Failed(ExpressionOverflowException.Of(error.Routine)); }
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

    private Refusal Failed(Refusal refusal)
    {
        failed = transaction is not null;
        return refusal;
    }

    private async ValueTask<NpgsqlCommand> Command(Statement statement)
    {
        var open = await Connection();
        if (statement.Locks || statement.Writes) transaction ??= await open.BeginTransactionAsync(cancellation);
        if (pending.Count > 0) await Flush(open);
        var command = Sql.Command(open, statement.Text, statement.Parameters);
        command.CommandTimeout = patience;
        return command;
    }

    private async Task Flush(NpgsqlConnection open)
    {
        await using var batch = open.CreateBatch();
        foreach (var one in pending) batch.BatchCommands.Add(new(one));
        pending.Clear();
        await batch.ExecuteNonQueryAsync(cancellation);
    }

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
