// From the model, written by odcpub; yours to change.
#nullable enable
using Odcpub.Runtime;

namespace Odcpub.Generated
{
    internal static class Descriptor_Ticket
    {
        public static EntityDescriptor? Describe(string name) => name switch
        {
            "Ticket" => Entity_Ticket(),
            _ => null,
        };

        private static EntityDescriptor Entity_Ticket() => new()
        {
            Name = "Ticket", Label = "Ticket", Table = "issue", Display = "Subject", Search = ["Subject", "Customer"],
            Attributes =
            [
                new() { Name = "Subject", Label = "Subject", Column = "title", Type = AttributeType.Text, Mandatory = true, Length = 200, MinLength = 3 },
                new() { Name = "Customer", Label = "Customer", Column = "customer", Type = AttributeType.Identifier, Mandatory = true, Target = "Customer" },
                new() { Name = "Status", Label = "Status", Column = "status", Type = AttributeType.Identifier, Target = "Status", TargetStatic = true, Default = "Open" },
                new() { Name = "Currency", Label = "Currency", Column = "currency", Type = AttributeType.Identifier, Target = "Money.CurrencyCode", TargetStatic = true, Default = "EUR" },
                new() { Name = "OpenedAt", Label = "Opened at", Column = "opened_at", Type = AttributeType.DateTime, DefaultFunction = "CurrDateTime" },
                new() { Name = "Fee", Label = "Fee", Column = "fee", Type = AttributeType.Currency },
                new() { Name = "Weight", Label = "Weight", Column = "weight", Type = AttributeType.Decimal, Digits = 5, Decimals = 2, Minimum = "0.5" },
                new() { Name = "Reference", Label = "Reference", Column = "reference", Type = AttributeType.LongInteger },
                new() { Name = "Urgent", Label = "Urgent", Column = "urgent", Type = AttributeType.Boolean, Default = "false" },
                new() { Name = "Due", Label = "Due", Column = "due", Type = AttributeType.Date },
                new() { Name = "CallAt", Label = "Call at", Column = "call_at", Type = AttributeType.Time },
                new() { Name = "Phone", Label = "Phone", Column = "phone", Type = AttributeType.PhoneNumber, Length = 20 },
                new() { Name = "Code", Label = "Code", Column = "code", Type = AttributeType.Text, Length = 10, Pattern = "[A-Z]{2}-[0-9]+" },
                new() { Name = "Photo", Label = "Photo", Column = "photo", NameColumn = "photo$name", TypeColumn = "photo$type", Type = AttributeType.BinaryData },
                new() { Name = "Notes", Label = "Notes", Column = "notes", Type = AttributeType.Text },
                new() { Name = "class", Label = "Class", Column = "class", Type = AttributeType.Integer },
                new() { Name = "Ticket", Label = "Ticket", Column = "ticket", Type = AttributeType.Integer },
                new() { Name = "Parent", Label = "Parent", Column = "parent", Type = AttributeType.Identifier, Target = "Ticket" },
            ],
        };
    }
}
