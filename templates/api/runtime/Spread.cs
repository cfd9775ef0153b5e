// Whether a plan for the average value fits every value that a list is filtered by: what the database knows of the
// column's values tells, asked now and then. What fits is planned once a connection, all else each time.
using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Odcpub.Runtime;

public sealed class Spread(Database database)
{
    // A hundred rows for a value at the average: their index is the best way to them. Two thousand for the commonest:
    // so many are read in a moment, even though another way would have been quicker.
    private const string Question = """
        select coalesce((1 - s.null_frac) * c.reltuples / nullif(case when s.n_distinct < 0 then -s.n_distinct * c.reltuples else s.n_distinct end, 0) <= 100
            and coalesce(s.most_common_freqs[1], 0) * c.reltuples <= 2000, false)
        from pg_catalog.pg_stats s join pg_catalog.pg_class c on c.relname = s.tablename
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname = s.schemaname
        where s.schemaname = current_schema() and s.tablename = $1 and s.attname = $2
        """;

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<(string, string), (bool Even, DateTime Until)> known = new();

    public async ValueTask<bool> FitsAll(ListRequest request, CancellationToken cancellation)
    {
        if (request.Search.Length > 0) return false;
        var given = request.Filters.Where(filter => filter.Value is not null).ToList();
        foreach (var (attribute, _) in given)
            if (attribute is null || await IsEven(request.Entity, attribute, cancellation)) return true;
        return given.Count == 0 && request.Screen is null or { Where: null } or { Places: 0 };
    }

    private async ValueTask<bool> IsEven(EntityDescriptor entity, AttributeDescriptor attribute, CancellationToken cancellation)
    {
        var column = (entity.Table, attribute.Column);
        if (known.TryGetValue(column, out var found) && DateTime.UtcNow < found.Until) return found.Even;
        var even = await database.Run(async connection =>
        {
            await using var command = Sql.Command(connection, Question, Sql.Text(entity.Table), Sql.Text(attribute.Column));
            return await command.ExecuteScalarAsync(cancellation) is true;
        }, cancellation);
        known[column] = (even, DateTime.UtcNow + Fresh);
        return even;
    }
}
