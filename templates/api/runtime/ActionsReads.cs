// What actions read: statements that the compiler has written, each with its arguments and its rows' type.
using System;
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
        where T : class => transaction.One(new(sql, Parameters(arguments), locks), read, () => NotUnique(entity));

    /// <summary>All rows of the statement.</summary>
    public Task<ImmutableList<T>> Query<T>(string sql, Argument[] arguments, Func<RowReader, T> read, bool locks = false) =>
        transaction.All(new(sql, Parameters(arguments), locks), read, memory.Hold);

    /// <summary>The one row of a statement that always has one.</summary>
    public async Task<T> Summary<T>(string sql, Argument[] arguments, Func<RowReader, T> read) where T : class =>
        (await transaction.One(new(sql, Parameters(arguments)), read))!;

    private static NpgsqlParameter[] Parameters(Argument[] arguments) => Array.ConvertAll(arguments, one => one.Parameter);

    private Refusal NotUnique(string entity) => new($"There is more than one such {Words.Inside(Entity(entity).Label)}.", "NotUnique");

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
