// From the model, written by odcpub; yours to change.
#nullable enable
namespace Odcpub.Libraries.Money
{
    using global::System;
    using global::System.Collections.Immutable;
    using global::System.Threading.Tasks;
    using global::Odcpub.Runtime;

    public static class InEuro
    {
        public static async Task<(Amount? Made, bool? Whole)> Run(ActionRun run, decimal? Value)
        {
            using var call = run.Enter("Money.InEuro");
            run.CheckInputs(Inputs, Value);
            Amount? Made = null;
            bool? Whole = null;
            decimal? Cents = await Round.Run(run, Value);
            Made = (Made ?? new Amount()) with { Value = Cents, In = "EUR" };
            Whole = Cents == Numbers.Trunc(Cents);
            return (Made, Whole);
        }

        private static readonly AttributeDescriptor[] Inputs =
        [
            new() { Name = "Value", Label = "Value", Type = AttributeType.Currency, Mandatory = true, Minimum = "0" },
        ];
    }

    public static class Round
    {
        public static Task<decimal?> Run(ActionRun run, decimal? Value)
        {
            using var call = run.Enter("Money.Round");
            decimal? Rounded = null;
            Rounded = Numbers.Round(Value, 2);
            return Task.FromResult<decimal?>(Rounded);
        }
    }
}
