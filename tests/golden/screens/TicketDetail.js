// TicketDetail: one Ticket, written by odcpub from the model.
import { detail } from "../js/detail.js";

export default detail({
  name: "TicketDetail",
  title: "Ticket detail",
  entity: "Ticket",
  label: "Ticket",
  display: "Subject",
  list: "Tickets",
  deletedAlong: ["Comment"],
  attributes: [
    { name: "Subject", label: "Subject", type: "Text", mandatory: true, length: 200, minLength: 3 },
    { name: "Customer", label: "Customer", type: "Identifier", target: "Customer", mandatory: true },
    { name: "Status", label: "Status", type: "Identifier", target: "Status", fixed: true, mandatory: true, default: "Open" },
    { name: "Priority", label: "Priority", type: "Identifier", target: "Priority", fixed: true, mandatory: true, default: "Normal" },
    { name: "OpenedAt", label: "Opened at", type: "Date Time", mandatory: true, computed: true },
    { name: "DueOn", label: "Due on", type: "Date" },
    { name: "Hours", label: "Hours", type: "Decimal", digits: 6, decimals: 2, minimum: "0" },
    { name: "Fee", label: "Fee", type: "Currency", digits: 28, decimals: 8, minimum: "0" },
    { name: "Details", label: "Details", type: "Text" },
  ],
});
//# sourceMappingURL=TicketDetail.js.map
