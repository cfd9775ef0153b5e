// {{ origin | comment }}
#nullable enable
namespace {{ space }}
{
    using global::System;
    using global::System.Collections.Immutable;
    using global::System.Threading.Tasks;
    using global::Odcpub.Runtime;
{% for name, target in short %}
    using {{ name }} = {{ target }};
{% endfor %}
{% for action in actions %}

{{ action.text }}{% endfor %}
}
{% if type %}

namespace Odcpub.Generated
{
    using global::Odcpub.Runtime;

    internal static class {{ type }}
    {
        public static ActionDescriptor? DescribeAction(string name) => name switch
        {
{% for action in actions %}
            {{ action.name | cs }} => global::{{ space }}.{{ action.type }}.Describe(),
{% endfor %}
            _ => null,
        };
    }
}
{% endif %}
