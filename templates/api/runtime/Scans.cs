// Whether labels, a filter or its screen make a list read a whole large table: what the database knows of its rows and indexes tells,
// asked now and then and without a lock.
using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Odcpub.Runtime;

public sealed class Scans(Database database)
{
    // Ten thousand rows are read in a moment. Without an answer the table is not there, and the list will tell.
    private const string Question = """
        select greatest(c.reltuples, pg_catalog.pg_stat_get_live_tuples(c.oid)) <= 10000 or exists (
          select from pg_catalog.pg_index i
          join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0] and a.attname = $2
          where i.indrelid = c.oid and i.indisvalid and i.indpred is null)
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = current_schema() and c.relname = $1
        """;

    private const string Filter = "filter.";
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<(string, string), (bool Quick, DateTime Until)> known = new();

    public async ValueTask<bool> Reads(EntityDescriptor entity, ScreenDescriptor? screen, IQueryCollection query, CancellationToken cancellation)
    {
        var filters = query.Keys.Where(key => key.StartsWith(Filter, StringComparison.Ordinal)).Select(key => key[Filter.Length..]).ToList();
        var isOrdered = screen?.Sort.Length > 0 && string.IsNullOrEmpty(query["sort"]);
        var chooses = filters.Count > 0 || query["labels"] == "true" || screen?.Where is not null || isOrdered;
        if (filters.Contains("Id") || !chooses) return false;
        foreach (var column in screen?.Indexed ?? [])
            if (await IsQuick(entity, column, cancellation)) return false;
        foreach (var attribute in filters.Select(entity.Find))
            if (attribute is null || await IsQuick(entity, attribute.Column, cancellation)) return false;
        return !await IsQuick(entity, "", cancellation);
    }

    private async ValueTask<bool> IsQuick(EntityDescriptor entity, string column, CancellationToken cancellation)
    {
        if (known.TryGetValue((entity.Table, column), out var found) && DateTime.UtcNow < found.Until) return found.Quick;
        var quick = await database.Run(async connection =>
        {
            await using var command = Sql.Command(connection, Question, Sql.Text(entity.Table), Sql.Text(column));
            return await command.ExecuteScalarAsync(cancellation) is not false;
        }, cancellation);
        known[(entity.Table, column)] = (quick, DateTime.UtcNow + Fresh);
        return quick;
    }
}
