// Reads a request's body whole, within its limit and its share of memory.
using System;
using System.IO;
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

    public static async Task<Chunks> Read(HttpContext context)
    {
        var share = Share.Of(context);
        var most = Math.Min(Application.LargestBody, share.Largest);
        var length = context.Request.ContentLength ?? 0;
        if (length > most) await Refuse(context, length, TooLarge(most));
        if (length > Chunks.Size) Hurry(context);
        // Its answer may be a little longer: what is written is then done, and too late to refuse.
        try { await share.Reserve(Math.Min(length * 9 / 8, share.Largest), context.RequestAborted); }
        catch (Problem busy) { await Refuse(context, length, busy); }
        var body = new Chunks(context);
        context.Response.RegisterForDispose(body);
        if (!await body.ReadFrom(context.Request.Body, most, context.RequestAborted)) throw TooLarge(most);
        return body;
    }

    /// <summary>A client that keeps memory waiting must send, and take its answer, at a decent pace.</summary>
    public static void Hurry(HttpContext context)
    {
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } sending) sending.MinDataRate = Slowest;
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } taking) taking.MinDataRate = Slowest;
    }

    // A client that is still sending would see a reset instead of the answer, so what is not far too long is read.
    private static async Task Refuse(HttpContext context, long length, Problem problem)
    {
        if (length <= 4 * Application.LargestBody)
        {
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        }
        throw problem;
    }

    private static Problem TooLarge(long most) => new(413, most == Application.LargestBody
        ? "The body is larger than 30 MB."
        : $"The body is larger than {most / 1_000_000} MB, which is all that this app's memory allows.");
}
