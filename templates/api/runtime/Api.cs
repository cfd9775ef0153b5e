// The data routes: /api/{Entity}, /api/{Entity}/{Id}, /api/{Entity}/{Id}/{Attribute}.
using System;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Odcpub.Runtime;

public sealed class Api(Catalog catalog, Database database)
{
    public Task Handle(HttpContext context, string path) => throw new Problem(404, $"There is no {path} {catalog.App.Name} {database.Source}.");
}
