// An answer in JSON, made as a whole before any of it is sent, and sent piece by piece.
using System;
using System.Buffers;
using System.IO;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Odcpub.Runtime;

public sealed class Answer : IDisposable
{
    // Letters stay letters: escaped, most alphabets would take three times the room. No browser takes JSON for a page.
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static readonly JsonWriterOptions Options = new() { Encoder = Encoder };

    private readonly HttpContext context;
    private readonly Chunks chunks;

    public Answer(HttpContext context)
    {
        this.context = context;
        chunks = new Chunks(context);
        Writer = new Utf8JsonWriter(chunks, Options);
    }

    public Utf8JsonWriter Writer { get; }

    /// <summary>Writes a value: a text of any length, UTF-8, never held in one piece.</summary>
    public async Task Text(Stream text, CancellationToken cancellation)
    {
        Writer.WriteStringValue("");
        Writer.Flush();
        chunks.Shorten(); // the closing quote comes later
        var buffer = ArrayPool<byte>.Shared.Rent(16_384);
        try
        {
            for (var (kept, ended) = (0, false); !ended;)
            {
                var read = await text.ReadAsync(buffer.AsMemory(kept), cancellation);
                ended = read == 0;
                kept = Escape(buffer, kept + read, ended);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        chunks.GetSpan(1)[0] = (byte)'"';
        chunks.Advance(1);
    }

    public async Task Send(int status, string type = "application/json")
    {
        await Writer.FlushAsync();
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = type;
        response.ContentLength = chunks.Length;
        if (!response.Headers.ContainsKey("Cache-Control")) response.Headers.CacheControl = "no-store";
        if (chunks.Length > Chunks.Size) Body.Hurry(context);
        await chunks.SendTo(response.Body, context.RequestAborted);
    }

    public void Dispose()
    {
        Writer.Dispose();
        chunks.Dispose();
    }

    // The number of bytes at the end that are the beginning of a character; they are moved to the front.
    private int Escape(byte[] buffer, int count, bool ended)
    {
        var rest = buffer.AsSpan(0, count);
        while (rest.Length > 0)
        {
            var room = chunks.GetSpan(16);
            var status = Encoder.EncodeUtf8(rest, room, out var consumed, out var written, ended);
            chunks.Advance(written);
            rest = rest[consumed..];
            if (status == OperationStatus.NeedMoreData) break;
        }
        rest.CopyTo(buffer);
        return rest.Length;
    }
}
