// {{ origin }}
#nullable enable
using Odcpub.Runtime;

namespace Odcpub.Generated
{
    internal static class Program
    {
        public static int Main(string[] arguments) => Application.Run(arguments, new AppDescriptor
        {
            //@ {{ app.name }}
            Name = {{ app.name | cs }},
            Description = {{ app.description | cs }},
            Settings =
            [
{% for name, secret, default in settings %}
                //@ {{ name }}
                new({{ name | cs }}, {{ "true" if secret else "false" }}, {{ "null" if default is none else default | cs }}),
{% endfor %}
            ],
            Entities =
            [
{% for name, table, assembly, type in entries %}
                //@ {{ name }}
                new({{ name | cs }}, {{ table | cs }}, {{ assembly | cs }}, {{ type | cs }}),
{% endfor %}
            ],
        });
    }
}
