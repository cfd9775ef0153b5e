// One row as it is answered, read as a whole first: nothing of it is sent while the database may still refuse.
using System;
using System.Buffers;
using System.Text.Json;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class Row
{
    private readonly ArrayBufferWriter<byte> json = new(1024);
    private readonly string tag;

    public Row(Selection selection, NpgsqlDataReader reader)
    {
        Id = reader.GetValue(0).ToString()!;
        using var writer = new Utf8JsonWriter(json);
        tag = selection.Write(reader, writer);
    }

    public string Id { get; }

    public Task Write(HttpContext context, int status)
    {
        context.Response.Headers.ETag = $"\"{tag}\"";
        return Json.Write(context, status, "application/json", json.WrittenMemory);
    }
}
