//@ {{ screen | comment }}
// {{ name | comment }}: a list of {{ entity | comment }}, written by odcpub from the model.
import { list } from "../js/list.js";

export default list({
  name: {{ name | js }},
  title: {{ title | js }},
  entity: {{ entity | js }},
  label: {{ label | js }},
{% if detail %}
  detail: {{ detail | js }},
{% endif %}
{% if own %}
  own: true,
{% endif %}
{% if sort %}
  sort: {{ sort | js }},
{% endif %}
  columns: [
{% for path, members in columns %}
//@ {{ path | comment }}
    {{ members }},
{% endfor %}
//@ {{ screen | comment }}
  ],
{% if filters %}
  filters: [
{% for path, members in filters %}
//@ {{ path | comment }}
    {{ members }},
{% endfor %}
//@ {{ screen | comment }}
  ],
{% endif %}
});
