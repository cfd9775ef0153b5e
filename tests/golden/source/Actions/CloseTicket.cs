// From the model, written by odcpub; yours to change.
#nullable enable
namespace Odcpub.Actions
{
    using global::System;
    using global::System.Collections.Immutable;
    using global::System.Threading.Tasks;
    using global::Odcpub.Runtime;
    using Money = global::Odcpub.Libraries.Money;

    internal static class CloseTicket
    {
        private sealed record TicketRow(long? Id, string? Status, decimal? Hours, decimal? Fee)
        {
            public TicketRow? Saved { get; init; }

            public static TicketRow Read(RowReader row) => new TicketRow(row.Long(0), row.Text(1), row.Decimal(2), row.Decimal(3)).AsSaved();

            public TicketRow AsSaved() => this with { Saved = this with { Saved = null } };

            public Assigned[] Changes() =>
            [
                Status != Saved?.Status ? new("Status", Status) : default,
                Hours != Saved?.Hours ? new("Hours", Hours) : default,
                Fee != Saved?.Fee ? new("Fee", Fee) : default,
            ];
        }

        public static async Task<decimal?> Run(ActionRun run, long? TicketId, decimal? Hours)
        {
            using var call = run.Enter("CloseTicket");
            run.CheckInputs(Inputs, TicketId, Hours);
            decimal? Fee = null;
            var Found = await run.Get("Ticket", """
                SELECT t."id"::bigint, t."status"::text, t."hours"::numeric, t."fee"::numeric
                FROM "issue" t
                WHERE t."id" = $1::bigint
                LIMIT 2
                FOR NO KEY UPDATE OF t
                """, [TicketId], TicketRow.Read, locks: true);
            if (Found.Status == "Closed")
            {
                throw run.Refusal("Already closed", "AlreadyClosed", "TicketId");
            }
            Fee = await Money.Round.Run(run, Numbers.Multiply(Hours, run.Setting<decimal?>("HourlyRate")));
            Found = Found with { Status = "Closed", Hours = Hours, Fee = Fee };
            await run.Update("Ticket", Found.Id, Found.Changes());
            return Fee;
        }

        private static readonly AttributeDescriptor[] Inputs =
        [
            new() { Name = "TicketId", Label = "Ticket id", Type = AttributeType.Identifier, Mandatory = true, Target = "Ticket" },
            new() { Name = "Hours", Label = "Hours", Type = AttributeType.Decimal, Mandatory = true, Digits = 28, Decimals = 8, Minimum = "0" },
        ];

        public static ActionDescriptor Describe() => new()
        {
            Name = "CloseTicket", Description = "Closes a ticket and computes its fee", Timeout = 20,
            Inputs = Inputs,
            Outputs =
            [
                new() { Name = "Fee", Label = "Fee", Type = AttributeType.Currency },
            ],
            Call = async (run, given) => [await Run(run, (long?)given[0], (decimal?)given[1])],
            Method = (Func<ActionRun, long?, decimal?, Task<decimal?>>)Run,
        };
    }
}

namespace Odcpub.Generated
{
    using global::Odcpub.Runtime;

    internal static class Descriptor_CloseTicket
    {
        public static ActionDescriptor? DescribeAction(string name) => name switch
        {
            "CloseTicket" => global::Odcpub.Actions.CloseTicket.Describe(),
            _ => null,
        };
    }
}
