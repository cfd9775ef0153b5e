// From the model, written by odcpub; yours to change.
#nullable enable
using Odcpub.Runtime;

namespace Odcpub.Generated
{
    internal static class Descriptor_Status
    {
        public static EntityDescriptor? Describe(string name) => name switch
        {
            "Status" => Entity_Status(),
            _ => null,
        };

        private static EntityDescriptor Entity_Status() => new()
        {
            Name = "Status", Label = "Status", Table = "status", Static = true,
            Known =
            [
                new("Open", "Open", 1, true),
                new("Closed", "Closed", 2, true),
                new("Lost", "Lost", 3, false),
            ],
        };
    }
}
