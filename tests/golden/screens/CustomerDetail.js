// CustomerDetail: one Customer, written by odcpub from the model.
import { detail } from "../js/detail.js";

export default detail({
  name: "CustomerDetail",
  title: "Customer detail",
  entity: "Customer",
  label: "Customer",
  display: "Name",
  list: "Customers",
  attributes: [
    { name: "Name", label: "Name", type: "Text", mandatory: true, length: 100 },
    { name: "Email", label: "Email", type: "Email", mandatory: true, length: 250 },
    { name: "Phone", label: "Phone", type: "Phone Number", length: 20 },
    { name: "Score", label: "Score", type: "Integer", minimum: 0, maximum: 100 },
    { name: "Currency", label: "Currency", type: "Identifier", target: "Money.CurrencyCode", fixed: true, mandatory: true, default: "EUR" },
    { name: "Since", label: "Since", type: "Date", computed: true },
    { name: "Active", label: "Active", type: "Boolean", default: true },
    { name: "Notes", label: "Notes", type: "Text" },
  ],
});
//# sourceMappingURL=CustomerDetail.js.map
