// Reads a request's body whole, within its limit and its share of memory.
using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Odcpub.Runtime;

public static class Body
{
    // In bytes a second: 30 MB may take half an hour.
    private static readonly MinDataRate Slowest = new(16_000, TimeSpan.FromSeconds(10));

    // For each piece of a body that has its memory.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The first piece shows how fast the rest is going to come: before it, no memory is asked for.</summary>
    public static async Task<Chunks> Read(HttpContext context)
    {
        var most = Math.Min(Application.LargestBody, Share.Of(context).Largest);
        var length = context.Request.ContentLength;
        if (length > most) await Refuse(context, TooLarge(most));
        var body = new Chunks(context);
        context.Response.RegisterForDispose(body);
        if (length is > Chunks.Size or null) await ReadLarge(context, body, length, most);
        else await body.ReadFrom(context.Request.Body, most, context.RequestAborted);
        return body;
    }

    private static async Task ReadLarge(HttpContext context, Chunks body, long? length, long most)
    {
        Hurry(context); // before the first of it is read
        if (length is null) Unlimited(context);
        using var line = new Line(context.RequestAborted);
        var (whole, refusal) = (false, TooLarge(most));
        try
        {
            whole = await ReadPart(context, body, Chunks.Size - 1, line);
            if (whole) return;
            await Room.Reserve(context, length ?? most, line); // nobody knows how long it is: as long as it may be
            whole = await ReadPart(context, body, most, line);
        }
        catch (Problem busy) when (busy.Status == 503) { refusal = busy; }
        finally
        {
            if (!whole) body.Dispose(); // before what else is sent is read
            if (!whole || length is null) Share.Of(context).Keep(whole ? Room.With(context, body.Length) : 0);
        }
        line.Dispose();
        if (!whole) await Refuse(context, refusal);
    }

    // A client that has sent most of its body at once could take half an hour over the rest, by the pace over all of it.
    private static async Task<bool> ReadPart(HttpContext context, Chunks body, long most, Line line)
    {
        try
        {
            while (body.Length <= most)
            {
                line.Expect(Patience);
                var (before, piece) = (body.Length, (body.Length / Chunks.Size + 1) * Chunks.Size - 1);
                if (await body.ReadFrom(context.Request.Body, Math.Min(most, piece), line.Token)) return true;
                line.Move(body.Length - before);
            }
            return false;
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            if (line.Ended) throw line.TooSlow();
            throw new Problem(408, $"The body comes too slowly: less than {Chunks.Size / 1024} kB in {Patience.TotalSeconds} seconds.");
        }
    }

    /// <summary>A client that keeps memory waiting must send, and take its answer, at a decent pace.</summary>
    public static void Hurry(HttpContext context)
    {
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } sending) sending.MinDataRate = Slowest;
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } taking) taking.MinDataRate = Slowest;
    }

    // A client that is still sending would see a reset instead of the answer, so what is not far too long is read.
    private static async Task Refuse(HttpContext context, Problem problem)
    {
        const long Bearable = 4 * Application.LargestBody;
        if (context.Request.ContentLength > Bearable) throw problem;
        Unlimited(context);
        var buffer = new byte[16_384];
        for (long read = 0; read < Bearable;)
        {
            var count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted);
            if (count == 0) break;
            read += count;
        }
        throw problem;
    }

    // Its length is looked at here. The server's own limit ends the connection under a client that is still sending.
    private static void Unlimited(HttpContext context)
    {
        var limit = context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>();
        if (!limit.IsReadOnly) limit.MaxRequestBodySize = null;
    }

    private static Problem TooLarge(long most) => new(413, most == Application.LargestBody
        ? "The body is larger than 30 MB."
        : $"The body is larger than {most / 1_000_000} MB, which is all that this app's memory allows.");
}
