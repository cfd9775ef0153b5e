// An answer in JSON, made as a whole before any of it is sent, and sent piece by piece.
using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
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

    private static readonly Dictionary<byte, byte[]> Escapes = EscapesOf();
    private static readonly SearchValues<byte> Special = SearchValues.Create([.. Escapes.Keys]);

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
            while (await text.ReadAsync(buffer, cancellation) is > 0 and var count) Escape(buffer.AsSpan(0, count));
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
        if (chunks.Length > Chunks.Size) await SendLarge();
        else await chunks.SendTo(response.Body, null, context.RequestAborted);
    }

    private async Task SendLarge()
    {
        Body.Hurry(context);
        using var line = new Line(context.RequestAborted);
        Share.Of(context).Enter(line);
        try { await chunks.SendTo(context.Response.Body, line, line.Token); }
        catch (OperationCanceledException) when (line.Ended) { throw line.TooSlow(); } // told by the end of the connection
    }

    public void Dispose()
    {
        Writer.Dispose();
        chunks.Dispose();
    }

    // What JSON asks for and no more: a text is never longer than it was given.
    private void Escape(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0)
        {
            var plain = text.IndexOfAny(Special);
            chunks.Write(plain < 0 ? text : text[..plain]);
            if (plain < 0) return;
            chunks.Write(Escapes[text[plain]]);
            text = text[(plain + 1)..];
        }
    }

    private static Dictionary<byte, byte[]> EscapesOf()
    {
        var found = Enumerable.Range(0, 0x20).ToDictionary(code => (byte)code, code => Encoding.ASCII.GetBytes($"\\u{code:x4}"));
        foreach (var (code, letter) in "\bb\ff\nn\rr\tt\"\"\\\\".Chunk(2).Select(pair => (pair[0], pair[1])))
            found[(byte)code] = [(byte)'\\', (byte)letter];
        return found;
    }
}
