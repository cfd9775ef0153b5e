// The data routes: /api/{Entity}, /api/{Entity}/{Id}, /api/{Entity}/{Id}/{Attribute}; the same for every entity. Server
// actions: /api/{Action}.
using System;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Odcpub.Runtime;

public sealed class Api
{
    private readonly Catalog catalog;
    private readonly Reads reads;
    private readonly Writes writes;
    private readonly Searches searches;
    private readonly ActionCalls actions;
    private readonly ActionButtons buttons;
    private readonly Lazy<Dashboards> dashboards;

    public Api(Catalog catalog, Database database)
    {
        this.catalog = catalog;
        reads = new Reads(catalog, database);
        writes = new Writes(catalog, database, reads);
        searches = new Searches(database);
        actions = new ActionCalls(catalog, database);
        dashboards = new(() => new Dashboards(catalog, database));
        buttons = new ActionButtons(catalog, database, actions);
    }

    public Task Handle(HttpContext context, string path)
    {
        var parts = path.Split('/'); // "", "api", entity, id, attribute
        if (path == "/api" && context.Request.Query.ContainsKey("screen")) return dashboards.Value.Handle(context);
        if (parts.Length is < 3 or > 5) throw new Problem(404, "There is nothing at this address.");
        if (parts.Length == 3 && context.Request.Query["screen"] is { Count: 1 } screen && catalog.HasAction(parts[2]))
            return buttons.Handle(context, parts[2], screen.ToString());
        if (parts.Length == 3 && catalog.FindEndpoint(parts[2]) is { } action) return actions.Handle(context, action);
        var entity = catalog.Find(parts[2]) ?? throw Unknown(parts[2]);
        var method = HttpMethods.IsHead(context.Request.Method) ? "GET" : context.Request.Method;
        var allowed = Allowed(entity, parts.Length);
        if (!allowed.Contains(method)) throw new Problem(405, Refusal(entity, method)) { Allow = string.Join(", ", allowed) };
        if (parts.Length == 3) return Rows(context, entity, method);
        if (!IsIdentifier(entity, parts[3])) throw Reads.NotFound(entity);
        if (parts.Length == 5) return File(context, entity, method, parts[3], parts[4]);
        return Row(context, entity, method, parts[3]);
    }

    private Problem Unknown(string name)
    {
        var what = catalog.Endpoints.Any() ? "entity or action" : "entity";
        return new(404, $"There is no {what} {name}.{Words.Suggestion(name, catalog.Names.Concat(catalog.Endpoints))}");
    }

    private static string[] Allowed(EntityDescriptor entity, int parts) => (entity.Static, parts) switch
    {
        (false, 3) => ["GET", "HEAD", "POST"],
        (false, 4) => ["GET", "HEAD", "PATCH", "DELETE"],
        (false, 5) => ["GET", "HEAD", "PUT"],
        _ => ["GET", "HEAD"],
    };

    private static string Refusal(EntityDescriptor entity, string method) =>
        entity.Static ? $"{entity.Name} is a static entity: it can only be read." : $"{method} is not possible here.";

    private Task Rows(HttpContext context, EntityDescriptor entity, string method) => method switch
    {
        "POST" => writes.Create(context, entity),
        _ => entity.Records is null ? searches.Run(context, entity, () => reads.List(context, entity)) : Enumerations.Labels(context, entity),
    };

    private Task Row(HttpContext context, EntityDescriptor entity, string method, string id) => method switch
    {
        "PATCH" => writes.Change(context, entity, id),
        "DELETE" => writes.Delete(context, entity, id),
        _ => entity.Records is null ? reads.One(context, entity, id) : Enumerations.One(context, entity, id),
    };

    private Task File(HttpContext context, EntityDescriptor entity, string method, string id, string name) => method switch
    {
        "PUT" => writes.Upload(context, entity, id, name),
        _ => reads.Bytes(context, entity, id, name),
    };

    private static bool IsIdentifier(EntityDescriptor entity, string id) => entity.Static
        ? !id.Contains('\0')
        : long.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
}
