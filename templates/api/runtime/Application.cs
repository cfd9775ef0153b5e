// Starts the app: the smallest host that serves HTTP, its listeners, and an orderly end.
using System;
using System.Diagnostics;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Odcpub.Runtime;

public static class Application
{
    internal const long LargestBody = 30_000_000;

    /// <summary>Runs until SIGTERM; with the argument --health asks another process of this container whether it
    /// lives. The process's exit code.</summary>
    public static int Run(string[] arguments, AppDescriptor app)
    {
        // A line ends in CR LF and nothing else: whoever stands before the app reads the same request.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        if (arguments is ["--health"]) return Healthy(new Settings().Port) ? 0 : 1;
        try
        {
            Serve(app);
            return 0;
        }
        catch (Exception error) when (error is System.IO.IOException or System.Net.Sockets.SocketException or InvalidOperationException or ArgumentException)
        {
            Log.Error("the app can't start", error);
            return 1;
        }
    }

    private static bool Healthy(int port)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(4) };
        try
        {
            using var answer = client.Send(new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/_odc/health"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static void Serve(AppDescriptor app)
    {
        var settings = new Settings();
        Log.Info(Settings.Summary(app));
        using var database = new Database(settings);
        // Half of a start is the first use of the database; it runs beside the rest and leaves an open connection.
        var servable = Task.Run(database.Servable);
        var catalog = new Catalog(app);
        var drain = new Drain(shared: settings.ListenDescriptor >= 0);
        // The empty builder reads no configuration files and adds no logging, routing or diagnostics: 60 ms less.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(options => Listen(options, settings, drain));
        builder.Services.AddSingleton<IConnectionListenerFactory>(services =>
            new Listeners(ActivatorUtilities.CreateInstance<SocketTransportFactory>(services), drain, settings.ListenDescriptor, servable));
        builder.Services.AddSingleton<DiagnosticSource>(new HeadRefusals());
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
        using var host = builder.Build();
        var router = new Router(catalog, database, settings, drain);
        ((IApplicationBuilder)host).Run(router.Handle);
        host.Lifetime.ApplicationStarted.Register(() => Log.Info($"{app.Name} listens"));
        host.Lifetime.ApplicationStopping.Register(drain.Start);
        host.Run();
        Log.Info("ended");
    }

    private static void Listen(KestrelServerOptions options, Settings settings, Drain drain)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = LargestBody;
        // What a connection may send ahead of its turn; the usual 1 MB is too much of it.
        options.Limits.MaxRequestBufferSize = Chunks.Size;
        if (settings.ListenDescriptor >= 0) options.ListenHandle((ulong)settings.ListenDescriptor, drain.Count);
        else options.ListenAnyIP(settings.Port, drain.Count);
        if (settings.PrivateDescriptor >= 0) options.ListenHandle((ulong)settings.PrivateDescriptor, drain.Count);
    }
}
