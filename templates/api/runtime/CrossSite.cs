// Writes that a page of another site has made a browser send are refused. Programs say nothing of a site and go on.
using System;
using System.Linq;
using Microsoft.AspNetCore.Http;

namespace Odcpub.Runtime;

public static class CrossSite
{
    /// <summary>Browsers say by <c>Sec-Fetch-Site</c>, which no page can change, whose page asks; where they don't (no
    /// TLS, or an old one), by <c>Origin</c>. "same-site" is another app under the same domain.</summary>
    public static void Check(HttpRequest request, string[] hosts)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)) return;
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var own = site.Length > 0 ? site is "same-origin" or "none" : IsOwn(request, hosts);
        if (!own) throw new Problem(403, "A page of another site can't change data here.");
    }

    // What stands before the app may end TLS and name another port to it: the app's own names count too, at the usual
    // port alone, since another port of the same machine is another app.
    private static bool IsOwn(HttpRequest request, string[] hosts)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0) return true;
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri)) return false;
        return uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)
            || (uri.IsDefaultPort && hosts.Contains(uri.Host, StringComparer.OrdinalIgnoreCase));
    }
}
