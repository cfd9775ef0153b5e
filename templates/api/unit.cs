// {{ origin | comment }}
#nullable enable
{% if descriptions | selectattr("computed") | list %}
using System;
{% endif %}
{% if descriptions | selectattr("lists") | list %}
using System.Collections.Immutable;
{% endif %}
using Odcpub.Runtime;

{% if classes %}
namespace {{ space }}
{
    using global::System;
    using global::System.Collections.Immutable;
    using global::Odcpub.Runtime;
{% for class in classes %}

    //@ {{ class.element | comment }}
    public sealed record {{ class.name }}
    {
{% for property in class.properties %}
        //@ {{ property.element | comment }}
        public {{ property.type }} {{ property.name }} { get; init; }{{ property.start }}
{% endfor %}

        //@ {{ class.element | comment }}
        public static StructureDescriptor Descriptor => Described;

        private static readonly StructureDescriptor Described = new()
        {
            {{ class.members }},
            Attributes =
            [
{% for property in class.properties %}
                //@ {{ property.element | comment }}
                new() { {{ property.members }} },
{% endfor %}
            ],
            Make = parts => new {{ class.name }} { {{ class.made }} },
            Parts = value => value is {{ class.name }} one ? [{{ class.taken }}] : [],
        };
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
{% if description.lists %}
            Screens =
            [
{% for screen, members in description.lists %}
                //@ screens.{{ screen | comment }}
                new() { {{ members }} },
{% endfor %}
            ],
{% endif %}
        };
{% endfor %}
    }
}
{% endif %}
