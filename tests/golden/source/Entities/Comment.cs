// From the model, written by odcpub; yours to change.
#nullable enable
using Odcpub.Runtime;

namespace Odcpub.Generated
{
    internal static class Descriptor_Comment
    {
        public static EntityDescriptor? Describe(string name) => name switch
        {
            "Comment" => Entity_Comment(),
            _ => null,
        };

        private static EntityDescriptor Entity_Comment() => new()
        {
            Name = "Comment", Label = "Comment", Table = "comment", Display = "Body",
            Attributes =
            [
                new() { Name = "Body", Label = "Body", Column = "body", Type = AttributeType.Text, Mandatory = true },
                new() { Name = "Ticket", Label = "Ticket", Column = "ticket", Type = AttributeType.Identifier, Mandatory = true, Target = "Ticket" },
            ],
        };
    }
}
