// What the server refuses before any handler sees it (a malformed head, a line too long, too many of them, a head that
// does not come) is answered as every other refusal: with the app's headers, and in words. Kestrel tells of it in an
// event, and answers by itself, with neither, only where nothing has been answered by then.
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Odcpub.Runtime;

public sealed class HeadRefusals : DiagnosticSource
{
    // learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/diagnostics, bad HTTP request event.
    private const string Event = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";
    private static readonly KestrelServerLimits Limits = new();

    private static readonly Dictionary<int, string> Sentences = new()
    {
        [405] = "This address is not for this method.",
        [408] = $"The request's head has not come within {Limits.RequestHeadersTimeout.TotalSeconds} seconds.",
        [414] = $"The request's first line is longer than {Limits.MaxRequestLineSize / 1024} kB.",
        [431] = $"The request has more than {Limits.MaxRequestHeaderCount} headers, or more than {Limits.MaxRequestHeadersTotalSize / 1024} kB of them.",
    };

    public override bool IsEnabled(string name) => name == Event;

    public override void Write(string name, object? value)
    {
        if (value is not IFeatureCollection features || features.Get<IBadRequestExceptionFeature>()?.Error is not BadHttpRequestException refused) return;
        if (features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted.IsCancellationRequested) return;
        var response = features.GetRequiredFeature<IHttpResponseFeature>();
        // A client of another version than HTTP/1 has its answer in its own language, if Kestrel knows it.
        if (response.HasStarted || refused.StatusCode == StatusCodes.Status505HttpVersionNotsupported) return;
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body, Answer.Options))
            new Problem(refused.StatusCode, Sentences.GetValueOrDefault(refused.StatusCode, "The request is malformed.")).WriteTo(writer);
        response.StatusCode = refused.StatusCode;
        Router.Headers(response.Headers);
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentType = Problem.Type;
        response.Headers.ContentLength = body.WrittenCount;
        response.Headers.Connection = "close";
        features.GetRequiredFeature<IHttpResponseBodyFeature>().StartAsync().GetAwaiter().GetResult();
        // A request without a head has no body to answer into: it goes behind the answer's head, on the connection.
        var output = features.GetRequiredFeature<IConnectionTransportFeature>().Transport.Output;
        if (features.GetRequiredFeature<IHttpRequestFeature>().Method != HttpMethods.Head) output.Write(body.WrittenSpan);
    }
}
