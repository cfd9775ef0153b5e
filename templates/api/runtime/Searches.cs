// Lists that read a whole table (a search, a sort, a page far away, labels or a filter of a large one) run a few at a
// time, in turn, so that they never have all connections to the database: there is always room for rows, short lists and
// writes.
using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class Searches(Database database)
{
    private const int NearPages = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Lazy<SemaphoreSlim> places = new(() => new SemaphoreSlim(Places(database.Source)));

    private readonly Scans scans = new(database);

    public async Task Run(HttpContext context, EntityDescriptor entity, Func<Task> list)
    {
        var query = context.Request.Query;
        var screen = entity.List(query["screen"]);
        if (!ReadsMuch(query) && !await scans.Reads(entity, screen, query, context.RequestAborted))
        {
            await list();
            return;
        }
        if (!await places.Value.WaitAsync(Patience, context.RequestAborted))
            throw new Problem(503, "Too many searches at once. Try again in a moment.") { RetryAfter = 5 };
        try { await list(); }
        finally { places.Value.Release(); }
    }

    // A quarter of the connections: more at once would only take longer each.
    private static int Places(NpgsqlDataSource source) =>
        Math.Max(1, new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxPoolSize / 4);

    private static bool ReadsMuch(IQueryCollection query) =>
        query["search"].Any(text => !string.IsNullOrEmpty(text))
        || query["sort"].Any(sort => sort is not (null or "" or "Id" or "-Id"))
        || query["page"].Any(page => int.TryParse(page, out var number) && number > NearPages);
}
