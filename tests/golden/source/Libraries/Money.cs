// From the model, written by odcpub; yours to change.
#nullable enable
using Odcpub.Runtime;

namespace Odcpub.Libraries.Money
{
    using global::System;
    using global::System.Collections.Immutable;
    using global::Odcpub.Runtime;

    public sealed record Amount
    {
        public decimal? Value { get; init; }

        public static StructureDescriptor Descriptor => Described;

        private static readonly StructureDescriptor Described = new()
        {
            Name = "Amount",
            Attributes =
            [
                new() { Name = "Value", Label = "Value", Type = AttributeType.Currency },
            ],
            Make = parts => new Amount { Value = (decimal?)parts[0] },
            Parts = value => value is Amount one ? [one.Value] : [],
        };
    }
}

namespace Odcpub.Generated
{
    internal static class Library_Money
    {
        public static EntityDescriptor? Describe(string name) => name switch
        {
            "Money.CurrencyCode" => Entity_CurrencyCode(),
            _ => null,
        };

        private static EntityDescriptor Entity_CurrencyCode() => new()
        {
            Name = "Money.CurrencyCode", Label = "Currency code", Static = true,
            Records =
            [
                new("EUR", "Euro", 1, true),
                new("USD", "US dollar", 2, true),
                new("DEM", "German mark", 3, false),
            ],
        };
    }
}
