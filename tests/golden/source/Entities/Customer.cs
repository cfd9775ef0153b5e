// From the model, written by odcpub; yours to change.
#nullable enable
using Odcpub.Runtime;

namespace Odcpub.Generated
{
    internal static class Descriptor_Customer
    {
        public static EntityDescriptor? Describe(string name) => name switch
        {
            "Customer" => Entity_Customer(),
            _ => null,
        };

        private static EntityDescriptor Entity_Customer() => new()
        {
            Name = "Customer", Label = "Customer", Table = "customer", Display = "Name", Search = ["Name"],
            Attributes =
            [
                new() { Name = "Name", Label = "Name", Column = "name", Type = AttributeType.Text, Mandatory = true, Length = 100 },
                new() { Name = "Email", Label = "Email", Column = "email", Type = AttributeType.Email, Mandatory = true, Length = 250 },
                new() { Name = "Score", Label = "Score", Column = "score", Description = "How happy", Type = AttributeType.Integer, Minimum = "0", Maximum = "100" },
            ],
        };
    }
}
