// From the model, written by odcpub; yours to change.
#nullable enable
using Odcpub.Runtime;

namespace Odcpub.Structures
{
    public sealed class Address
    {
        public string? Street { get; set; }
        public global::Odcpub.Libraries.Money.Amount? Debt { get; set; }
        public global::Odcpub.Structures.Address? Other { get; set; }
    }
}
