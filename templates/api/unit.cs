// {{ origin | comment }}
#nullable enable
{% if descriptions | selectattr("computed") | list %}
using System;
{% endif %}
using Odcpub.Runtime;

{% if classes %}
namespace {{ space }}
{
{% for class in classes %}
    //@ {{ class.element | comment }}
    public sealed class {{ class.name }}
    {
{% for property in class.properties %}
        //@ {{ property.element | comment }}
        public {{ property.type }} {{ property.name }} { get; set; }
{% endfor %}
    }
{% endfor %}
}
{% endif %}
{% if type %}
{% if classes %}

{% endif %}
namespace Odcpub.Generated
{
    internal static class {{ type }}
    {
        public static EntityDescriptor? Describe(string name) => name switch
        {
{% for description in descriptions %}
            {{ description.name | cs }} => {{ description.method }}(),
{% endfor %}
            _ => null,
        };
{% for description in descriptions %}

        //@ {{ description.element | comment }}
        private static EntityDescriptor {{ description.method }}() => new()
        {
            {{ description.members }},
{% if description.records is not none %}
            {{ description.held }} =
            [
{% for record in description.records %}
                new({{ record }}),
{% endfor %}
            ],
{% elif description.attributes %}
            Attributes =
            [
{% for element, members in description.attributes %}
                //@ {{ element | comment }}
                new() { {{ members }} },
{% endfor %}
            ],
{% endif %}
        };
{% endfor %}
    }
}
{% endif %}
