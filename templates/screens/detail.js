//@ {{ screen | comment }}
// {{ name | comment }}: one {{ entity | comment }}, written by odcpub from the model.
import { detail } from "../js/detail.js";

export default detail({
  name: {{ name | js }},
  title: {{ title | js }},
//@ {{ element | comment }}
  entity: {{ entity | js }},
  label: {{ label | js }},
{% if display %}
  display: {{ display | js }},
{% endif %}
{% if list %}
  list: {{ list | js }},
{% endif %}
{% if along %}
  deletedAlong: {{ along | js }},
{% endif %}
  attributes: [
{% for path, members in attributes %}
//@ {{ path | comment }}
    {{ members }},
{% endfor %}
//@ {{ screen | comment }}
  ],
});
