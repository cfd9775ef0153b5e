// From the model, written by odcpub; yours to change.
#nullable enable
using Odcpub.Runtime;

namespace Odcpub.Structures
{
    using global::System;
    using global::System.Collections.Immutable;
    using global::Odcpub.Runtime;

    public sealed record Address
    {
        public string? Street { get; init; }
        public global::Odcpub.Libraries.Money.Amount? Debt { get; init; }
        public global::Odcpub.Structures.Address? Other { get; init; }

        public static StructureDescriptor Descriptor => Described;

        private static readonly StructureDescriptor Described = new()
        {
            Name = "Address",
            Attributes =
            [
                new() { Name = "Street", Label = "Street", Type = AttributeType.Text },
                new() { Name = "Debt", Label = "Debt", Type = AttributeType.Structure, Structure = () => global::Odcpub.Libraries.Money.Amount.Descriptor },
                new() { Name = "Other", Label = "Other", Type = AttributeType.Structure, Structure = () => global::Odcpub.Structures.Address.Descriptor },
            ],
            Make = parts => new Address { Street = (string?)parts[0], Debt = (global::Odcpub.Libraries.Money.Amount?)parts[1], Other = (global::Odcpub.Structures.Address?)parts[2] },
            Parts = value => value is Address one ? [one.Street, one.Debt, one.Other] : [],
        };
    }
}
