// What actions read: statements that the compiler has written, each with its arguments and its rows' type.
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading.Tasks;
using Npgsql;

namespace Odcpub.Runtime;

public sealed partial class ActionRun
{
    /// <summary>The one row that the statement selects ("limit 2"), else a refusal: NotFound or NotUnique.
    /// <paramref name="locks"/>: the statement ends in "for no key update".</summary>
    public async Task<T> Get<T>(string entity, string sql, Argument[] arguments, Func<RowReader, T> read, bool locks = false)
        where T : class => await GetOptional(entity, sql, arguments, read, locks) ?? throw NotFound(Entity(entity));

    /// <summary>The same; null where there is none.</summary>
    public Task<T?> GetOptional<T>(string entity, string sql, Argument[] arguments, Func<RowReader, T> read, bool locks = false)
        where T : class => Read(sql, arguments, locks, async reader =>
        {
            if (!await reader.ReadAsync(cancellation)) return null;
            var found = read(new RowReader(reader));
            if (!await reader.ReadAsync(cancellation)) return found;
            throw new Refusal($"There is more than one such {Words.Inside(Entity(entity).Label)}.", "NotUnique");
        });

    /// <summary>All rows of the statement.</summary>
    public Task<ImmutableList<T>> Query<T>(string sql, Argument[] arguments, Func<RowReader, T> read, bool locks = false) =>
        Read(sql, arguments, locks, async reader =>
        {
            var (rows, row) = (new List<T>(), new RowReader(reader));
            while (await reader.ReadAsync(cancellation))
            {
                rows.Add(read(row));
                memory.Hold(row);
            }
            return ImmutableList.CreateRange(rows);
        });

    /// <summary>The one row of a statement that always has one.</summary>
    public Task<T> Summary<T>(string sql, Argument[] arguments, Func<RowReader, T> read) => Read(sql, arguments, false, async reader =>
    {
        await reader.ReadAsync(cancellation);
        return read(new RowReader(reader));
    });

    private async Task<T> Read<T>(string sql, Argument[] arguments, bool locks, Func<NpgsqlDataReader, Task<T>> read)
    {
        try { return await transaction.Execute(sql, Array.ConvertAll(arguments, one => one.Parameter), locks, read); }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.NumericValueOutOfRange)
        {
            throw ExpressionOverflowException.Of(error.Routine);
        }
    }

    private static Refusal NotFound(EntityDescriptor entity) => new(Reads.NotFound(entity).Message, "NotFound");
}

/// <summary>What a run holds of rows, counted in the memory that large requests share.</summary>
internal sealed class ActionMemory(string action, Share share)
{
    // A row in a list, beside what is in it; in bytes.
    private const int OfRow = 100;

    // Counted in pieces.
    private const int Piece = 16_384;

    private long uncounted;
    private long held;

    public void Hold(RowReader row)
    {
        uncounted += row.Taken() + OfRow;
        if (uncounted < Piece) return;
        var more = uncounted;
        (held, uncounted) = (held + more, 0);
        if (held > share.Largest)
            throw new Problem(413, $"{action} reads more rows than {share.Largest / 1_000_000} MB hold, which is all that this app's memory allows. It was undone.");
        share.Use(more);
    }

    /// <summary>All of it is gone.</summary>
    public void Release()
    {
        share.Return(held);
        (held, uncounted) = (0, 0);
    }
}
