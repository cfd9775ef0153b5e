// From a request to its handler, and from anything that goes wrong to problem details.
using System;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class Router(Catalog catalog, Database database, Settings settings, Drain drain)
{
    private readonly Meta meta = new(catalog, database, settings);
    private readonly Api api = new(catalog, database);
    private readonly StaticFiles files = new(settings);

    public async Task Handle(HttpContext context)
    {
        drain.Serves(context.Features.GetRequiredFeature<IConnectionItemsFeature>().Items);
        if (drain.Started) context.Response.Headers.Connection = "close";
        Headers(context.Response.Headers);
        try
        {
            CheckHost(context);
            CrossSite.Check(context.Request, settings.Hosts);
            await Route(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested) { }
        catch (Exception error)
        {
            var problem = Explain(context, error);
            if (context.Response.HasStarted) context.Abort();
            else await problem.Write(context);
        }
    }

    // A page of another site can make its own name lead here (DNS rebinding) and would read what the user can read.
    private void CheckHost(HttpContext context)
    {
        var host = context.Request.Host.Host;
        if (settings.Hosts.Length == 0 || settings.Hosts.Contains(host, StringComparer.OrdinalIgnoreCase)) return;
        throw new Problem(421, $"This app answers to {string.Join(", ", settings.Hosts)} only.");
    }

    private Task Route(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (path == "/api" || path.StartsWith("/api/", StringComparison.Ordinal)) return api.Handle(context, path);
        Read(context);
        return path switch
        {
            "/_odc/about" => meta.About(context),
            "/_odc/health" => meta.Health(context),
            "/_odc/ready" => meta.Ready(context),
            "/_odc/openapi.json" => meta.OpenApi(context),
            _ => files.Serve(context, path),
        };
    }

    internal static void Read(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)) return;
        throw new Problem(405, "This can only be read.") { Allow = "GET, HEAD" };
    }

    internal static void Headers(IHeaderDictionary headers)
    {
        headers["X-Content-Type-Options"] = "nosniff";
        headers["X-Frame-Options"] = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Content-Security-Policy"] =
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    }

    private static Problem Explain(HttpContext context, Exception error)
    {
        switch (error)
        {
            case Problem problem:
                return problem;
            case Refusal refusal:
                return new Problem(422, refusal.Message) { Title = "Refused", Code = refusal.Code };
            case BadHttpRequestException bad:
                return new Problem(bad.StatusCode, bad.StatusCode == 413 ? "The body is larger than 30 MB." : "The request is malformed.");
        }
        if (DatabaseErrors.IsExhausted(error))
        {
            Log.Warning("too many requests at once: no connection to the database was free in time");
            return new Problem(503, "Too many requests at once. Try again in a moment.");
        }
        if (error is NpgsqlException { InnerException: TimeoutException })
        {
            Log.Warning($"the database has not answered in time: {error.Message}");
            return new Problem(503, "The database hasn't answered in time. Try again in a moment.");
        }
        if (DatabaseErrors.Lack(error) is { } lack)
        {
            Log.Warning($"the database lacks what a request needs: {error.Message}");
            return lack;
        }
        if (DatabaseErrors.IsAway(error))
        {
            Log.Warning($"the database is away: {error.Message}");
            return new Problem(503, "The database can't be reached at the moment. Try again in a moment.");
        }
        var trace = RandomNumberGenerator.GetHexString(16, lowercase: true);
        Log.Error($"{context.Request.Method} {context.Request.Path.Value}: trace {trace}{Log.InModel(error)}", error);
        return new Problem(500, "The app made a mistake; it is in its log.") { Trace = trace };
    }
}
