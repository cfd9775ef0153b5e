// Tickets: a list of Ticket, written by odcpub from the model.
import { list } from "../js/list.js";

export default list({
  name: "Tickets",
  title: "Tickets",
  entity: "Ticket",
  label: "Ticket",
  detail: "TicketDetail",
  columns: [
    { name: "Subject", label: "Subject", type: "Text", mandatory: true },
    { name: "Customer", label: "Customer", type: "Identifier", target: "Customer", mandatory: true },
    { name: "Status", label: "Status", type: "Identifier", target: "Status", fixed: true, mandatory: true },
    { name: "Priority", label: "Priority", type: "Identifier", target: "Priority", fixed: true, mandatory: true },
    { name: "OpenedAt", label: "Opened at", type: "Date Time", mandatory: true },
    { name: "DueOn", label: "Due on", type: "Date" },
  ],
  filters: [
    { name: "Customer", label: "Customer", type: "Identifier", target: "Customer", mandatory: true },
    { name: "Status", label: "Status", type: "Identifier", target: "Status", fixed: true, mandatory: true },
    { name: "Priority", label: "Priority", type: "Identifier", target: "Priority", fixed: true, mandatory: true },
  ],
});
//# sourceMappingURL=Tickets.js.map
