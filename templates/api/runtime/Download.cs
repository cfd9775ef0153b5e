// The bytes of a Binary Data attribute, sent in slices: the database is asked for each, in a short statement of its own,
// when the client has taken the one before. A client on a slow line keeps neither a connection to the database nor what
// a table needs to be changed.
using System;
using System.Data;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class Download(Database database, EntityDescriptor entity, AttributeDescriptor attribute, string id) : IDisposable
{
    private const int Smallest = Chunks.Size;
    private const int Largest = 16 * Chunks.Size;

    // Who takes a slice within this time gets a larger one next: what is stored compressed is unpacked from its
    // beginning for each.
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(250);

    private readonly string column = $"t.{Sql.Name(attribute.Column)}";
    private readonly string table = $"{Sql.Name(entity.Table)} t where t.\"id\" = $1";
    private readonly IncrementalHash sent = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private string version = "";
    private string? name;
    private string type = "";
    private long length;
    private long place;

    public async Task Send(HttpContext context)
    {
        var size = Smallest;
        var slice = await First(context, size);
        Head(context.Response);
        Body.Hurry(context);
        while (true)
        {
            var begun = Stopwatch.GetTimestamp();
            using (slice)
            {
                place += slice.Length;
                slice.Hash(sent);
                await slice.SendTo(context.Response.Body, null, context.RequestAborted);
            }
            if (place >= length || HttpMethods.IsHead(context.Request.Method)) return;
            size = Next(context, size, Stopwatch.GetElapsedTime(begun) < Quick);
            slice = await Following(context, size);
        }
    }

    // Never shown within the app's own origin, whatever it is; where a browser does so all the same, nothing in it works.
    private void Head(HttpResponse response)
    {
        response.ContentLength = length;
        response.ContentType = MediaTypes.Served(type);
        response.Headers.ContentDisposition = FileNames.Disposition(name);
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        response.Headers.CacheControl = "no-store";
    }

    public void Dispose() => sent.Dispose();

    // What is larger than the smallest is counted in the request's share of memory, and only taken where it is there.
    private static int Next(HttpContext context, int size, bool quick)
    {
        if (quick) return size < Largest && Share.Of(context).TryReserve(2 * size) ? 2 * size : size;
        Share.Of(context).Keep(0);
        return Smallest;
    }

    private Task<Chunks> First(HttpContext context, int size) => database.Run(async connection =>
    {
        var about = string.Join(", ", Selection.FileColumns(attribute));
        var text = $"select octet_length({column})::bigint, {about}, t.\"xmin\"::text, substring({column} from 1 for $2::integer) from {table}";
        await using var command = Sql.Command(connection, text, Sql.Identifier(entity, id), Sql.Number(size));
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, context.RequestAborted);
        if (!await reader.ReadAsync(context.RequestAborted)) throw Reads.NotFound(entity);
        if (reader.IsDBNull(0)) throw new Problem(404, $"{attribute.Label} has no value.");
        (length, name, type) = (reader.GetInt64(0), Selection.NameOf(reader, 1), Selection.TypeOf(reader, 2));
        return await Slice(context, reader, 3);
    }, context.RequestAborted);

    // The row may be another by now, by somebody's change of another value: this one is the same still where it begins
    // with what was sent. Where it does not, no answer can be made of it, and the connection ends.
    private Task<Chunks> Following(HttpContext context, int size) => database.Run(async connection =>
    {
        var same = $"t.\"xmin\"::text = $4 or octet_length({column}) = $5 and sha256(substring({column} from 1 for $2::integer - 1)) = $6";
        var text = $"select t.\"xmin\"::text, substring({column} from $2::integer for $3::integer) from {table} and ({same})";
        await using var command = Sql.Command(connection, text, Sql.Identifier(entity, id), Sql.Number(place + 1), Sql.Number(size),
            Sql.Text(version), Sql.Number(length), Sql.Bytes(sent.GetCurrentHash()));
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, context.RequestAborted);
        if (!await reader.ReadAsync(context.RequestAborted)) throw new Problem(409, $"{attribute.Label} has been changed meanwhile.");
        return await Slice(context, reader, 0);
    }, context.RequestAborted);

    private async Task<Chunks> Slice(HttpContext context, NpgsqlDataReader reader, int first)
    {
        version = reader.GetString(first);
        var slice = new Chunks(context);
        try
        {
            await using var bytes = reader.GetStream(first + 1);
            await slice.ReadFrom(bytes, Largest, context.RequestAborted);
            return slice;
        }
        catch
        {
            slice.Dispose();
            throw;
        }
    }
}
