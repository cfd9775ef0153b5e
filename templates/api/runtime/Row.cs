// One row as it is answered, read as a whole first: nothing of it is sent while the database may still refuse.
using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class Row : IDisposable
{
    private readonly Answer answer;
    private string tag = "";

    private Row(HttpContext context) => answer = new Answer(context);

    public string Id { get; private set; } = "";

    public static async Task<Row> Read(HttpContext context, Selection selection, NpgsqlDataReader reader)
    {
        var row = new Row(context);
        try
        {
            (row.Id, row.tag) = await selection.Write(reader, row.answer, context.RequestAborted);
            return row;
        }
        catch
        {
            row.Dispose();
            throw;
        }
    }

    public Task Send(HttpContext context, int status)
    {
        context.Response.Headers.ETag = $"\"{tag}\"";
        return answer.Send(status);
    }

    public void Dispose() => answer.Dispose();
}
