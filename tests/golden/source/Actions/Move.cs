// From the model, written by odcpub; yours to change.
#nullable enable
namespace Odcpub.Actions
{
    using global::System;
    using global::System.Collections.Immutable;
    using global::System.Threading.Tasks;
    using global::Odcpub.Runtime;

    internal static class Move
    {
        private sealed record CustomerRow(long? Id)
        {
            public const string Columns = "t.\"id\"::bigint";

            public static CustomerRow Read(RowReader row) => new CustomerRow(row.Long(0));
        }

        private sealed record TicketRow(long? Id, long? Customer)
        {
            public TicketRow? Saved { get; init; }

            public static TicketRow Read(RowReader row) => new TicketRow(row.Long(0), row.Long(1)).AsSaved();

            public TicketRow AsSaved() => this with { Saved = this with { Saved = null } };

            public Assigned[] Changes() =>
            [
                Customer != Saved?.Customer ? new("Customer", Customer) : default,
            ];
        }

        public static async Task<long?> Run(ActionRun run, long? From, string? Name)
        {
            using var call = run.Enter("Move");
            run.CheckInputs(Inputs, From, Name);
            long? To = null;
            var Known = await run.GetOptional("Customer", """
                SELECT t."id"::bigint
                FROM "customer" t
                WHERE (t."name" = $1::text OR t."name" IS NULL AND $1::text IS NULL)
                LIMIT 2
                """, [Name], CustomerRow.Read);
            if (Known != null)
            {
                To = Known?.Id;
            }
            else if (Name != null)
            {
                var New = await run.Create("Customer", [new("Name", Name), new("Score", (int?)null)], CustomerRow.Columns, CustomerRow.Read);
                To = New.Id;
            }
            else
            {
                return To;
            }
            var Tickets = await run.Query("""
                SELECT t."id"::bigint, t."customer"::bigint
                FROM "issue" t
                WHERE t."customer" = $1::bigint
                ORDER BY t."id"
                FOR NO KEY UPDATE OF t
                """, [From], TicketRow.Read, locks: true);
            foreach (var each in Tickets)
            {
                run.Check();
                var Ticket1 = each;
                Ticket1 = Ticket1 with { Customer = To };
                await run.Update("Ticket", Ticket1.Id, Ticket1.Changes());
            }
            var Left = await run.Get("Customer", """
                SELECT t."id"::bigint
                FROM "customer" t
                WHERE t."id" = $1::bigint
                LIMIT 2
                FOR NO KEY UPDATE OF t
                """, [From], CustomerRow.Read, locks: true);
            await run.Delete("Customer", Left.Id);
            return To;
        }

        private static readonly AttributeDescriptor[] Inputs =
        [
            new() { Name = "From", Label = "From", Type = AttributeType.Identifier, Mandatory = true, Target = "Customer" },
            new() { Name = "Name", Label = "Name", Type = AttributeType.Text, Length = 100 },
        ];

        public static ActionDescriptor Describe() => new()
        {
            Name = "Move", Timeout = 10,
            Inputs = Inputs,
            Outputs =
            [
                new() { Name = "To", Label = "To", Type = AttributeType.Identifier, Target = "Customer" },
            ],
            Call = async (run, given) => [await Run(run, (long?)given[0], (string?)given[1])],
            Method = (Func<ActionRun, long?, string?, Task<long?>>)Run,
        };
    }
}

namespace Odcpub.Generated
{
    using global::Odcpub.Runtime;

    internal static class Descriptor_Move
    {
        public static ActionDescriptor? DescribeAction(string name) => name switch
        {
            "Move" => global::Odcpub.Actions.Move.Describe(),
            _ => null,
        };
    }
}
