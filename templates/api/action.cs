    //@ {{ element | comment }}
    {{ access }} static class {{ type }}
    {
{{ lines }}
{% if inputs and (described or limited) %}

        private static readonly AttributeDescriptor[] Inputs =
        [
{% for input in inputs %}
            new() { {{ input }} },
{% endfor %}
        ];
{% endif %}
{% if described %}

        public static ActionDescriptor Describe() => new()
        {
            {{ described.members }},
{% if inputs %}
            Inputs = Inputs,
{% endif %}
{% if described.outputs %}
            Outputs =
            [
{% for output in described.outputs %}
                new() { {{ output }} },
{% endfor %}
            ],
{% endif %}
            Call = async (run, given) => {{ described.call }},
            Method = ({{ described.method }})Run,
        };
{% endif %}
    }
