// What the app says about itself: about, health, readiness, OpenAPI.
using System;
using System.Text.Json;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Odcpub.Runtime;

public sealed class Meta(Catalog catalog, Database database, Settings settings)
{
    private readonly Lazy<byte[]> openApi = new(() => new OpenApiDocument(catalog).Build());

    public Task About(HttpContext context) => Json.Write(context, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("app", catalog.App.Name);
        writer.WriteString("revision", settings.Revision);
        writer.WriteString("stage", settings.Stage);
        writer.WriteEndObject();
    });

    public Task Health(HttpContext context) => Status(context, "alive");

    public async Task Ready(HttpContext context)
    {
        var reason = await database.NotReady(context.Request.Query.ContainsKey("now"), context.RequestAborted);
        if (reason is null) await Status(context, "ready");
        else throw new Problem(503, $"Not ready: {reason}.") { Lasting = database.Lasting };
    }

    public async Task OpenApi(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = openApi.Value.Length;
        await context.Response.Body.WriteAsync(openApi.Value);
    }

    private static Task Status(HttpContext context, string status) => Json.Write(context, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("status", status);
        writer.WriteEndObject();
    });
}
