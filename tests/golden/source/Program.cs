// From the model, written by odcpub; yours to change.
#nullable enable
using Odcpub.Runtime;

namespace Odcpub.Generated
{
    internal static class Program
    {
        public static int Main(string[] arguments) => Application.Run(arguments, new AppDescriptor
        {
            Name = "Helpdesk",
            Description = "Customers' questions, answered in time",
            Settings =
            [
                new("HourlyRate", AttributeType.Currency, false, "80"),
                new("MailToken", AttributeType.Text, true, null),
            ],
            Entities =
            [
                new("Comment", "comment", "app", "Odcpub.Generated.Descriptor_Comment"),
                new("Customer", "customer", "app", "Odcpub.Generated.Descriptor_Customer"),
                new("Money.CurrencyCode", "", "app", "Odcpub.Generated.Library_Money"),
                new("Status", "status", "app", "Odcpub.Generated.Descriptor_Status"),
                new("Ticket", "issue", "app", "Odcpub.Generated.Descriptor_Ticket"),
            ],
        });
    }
}
