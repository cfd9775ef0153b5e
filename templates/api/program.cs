// {{ origin | comment }}
#nullable enable
using Odcpub.Runtime;

namespace Odcpub.Generated
{
    internal static class Program
    {
        public static int Main(string[] arguments) => Application.Run(arguments, new AppDescriptor
        {
            //@ {{ app | comment }}
            Name = {{ app | cs }},
            Description = {{ description | cs }},
            Settings =
            [
{% for name, type, secret, default in settings %}
                //@ {{ name | comment }}
                new({{ name | cs }}, {{ type }}, {{ secret | cs }}, {{ default | cs }}),
{% endfor %}
            ],
            Entities =
            [
{% for name, table, assembly, type in entries %}
                //@ {{ name | comment }}
                new({{ name | cs }}, {{ table | cs }}, {{ assembly | cs }}, {{ type | cs }}),
{% endfor %}
            ],
{% if actions %}
            Actions =
            [
{% for name, endpoint, assembly, type in actions %}
                //@ server_actions.{{ name | comment }}
                new({{ name | cs }}, {{ endpoint | cs }}, {{ assembly | cs }}, {{ type | cs }}),
{% endfor %}
            ],
{% endif %}
{% if dashboards %}
            Dashboards =
            [
{% for dashboard, entities in dashboards %}
                //@ screens.{{ dashboard | comment }}
                new({{ dashboard | cs }}{% for entity in entities %}, {{ entity | cs }}{% endfor %}),
{% endfor %}
            ],
{% endif %}
{% if screens %}
            Screens =
            [
{% for screen, entity in screens %}
                //@ screens.{{ screen | comment }}
                new({{ screen | cs }}, {{ entity | cs }}),
{% endfor %}
            ],
{% endif %}
        });
    }
}
