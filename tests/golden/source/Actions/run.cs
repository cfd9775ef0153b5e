// From the model, written by odcpub; yours to change.
#nullable enable
namespace Odcpub.Actions
{
    using global::System;
    using global::System.Collections.Immutable;
    using global::System.Threading.Tasks;
    using global::Odcpub.Runtime;

    internal static class @run
    {
        private sealed record CustomerRow(long? Id, string? Name)
        {
            public static CustomerRow Read(RowReader row) => new CustomerRow(row.Long(0), row.Text(1));
        }

        private sealed record TicketRow(long? Id, string? Subject)
        {
            public static TicketRow Read(RowReader row) => new TicketRow(row.Long(0), row.Text(1));
        }

        public static async Task<(int?, string?)> Run(ActionRun run, int? @class, string? call2, string? Task2, long? Numbers2)
        {
            using var call = run.Enter("run");
            int? Item1 = null;
            string? Rest = null;
            string? TicketRow2 = null;
            string? mark2 = null;
            TicketRow2 = Texts.Join(call2, Task2);
            mark2 = TicketRow2;
            Item1 = Numbers.Add(@class, 1);
            Rest = mark2;
            if (Numbers2 > 1)
            {
                var Found = await run.Get("Ticket", """
                    SELECT t."id"::bigint, t."subject"::text
                    FROM "issue" t
                    WHERE (t."subject" = $1::text OR t."subject" IS NULL AND $1::text IS NULL)
                    LIMIT 2
                    """, [Texts.Join(call2, "\"\"\"")], TicketRow.Read);
                Rest = Found.Subject;
            }
            else
            {
                var Found = await run.Get("Customer", "SELECT t.\"id\"::bigint, t.\"name\"::text\nFROM \"customer\" t\nWHERE t.\"name\" = '\u00e9'\nLIMIT 2", [], CustomerRow.Read);
                Rest = Found.Name;
            }
            (_, Rest) = await Run(run, 1, null, null, null);
            return (Item1, Rest);
        }

        private static readonly AttributeDescriptor[] Inputs =
        [
            new() { Name = "class", Label = "Class", Type = AttributeType.Integer },
            new() { Name = "call", Label = "Call", Type = AttributeType.Text },
            new() { Name = "Task", Label = "Task", Type = AttributeType.Text },
            new() { Name = "Numbers", Label = "Numbers", Type = AttributeType.LongInteger },
        ];

        public static ActionDescriptor Describe() => new()
        {
            Name = "run", Description = "Names that C# has for itself */ \" {{ x }}", Timeout = 10,
            Inputs = Inputs,
            Outputs =
            [
                new() { Name = "Item1", Label = "Item1", Type = AttributeType.Integer },
                new() { Name = "Rest", Label = "Rest", Type = AttributeType.Text },
            ],
            Call = async (run, given) => { var (output1, output2) = await Run(run, (int?)given[0], (string?)given[1], (string?)given[2], (long?)given[3]); return [output1, output2]; },
            Method = (Func<ActionRun, int?, string?, string?, long?, Task<(int?, string?)>>)Run,
        };
    }
}

namespace Odcpub.Generated
{
    using global::Odcpub.Runtime;

    internal static class Descriptor_run
    {
        public static ActionDescriptor? DescribeAction(string name) => name switch
        {
            "run" => global::Odcpub.Actions.@run.Describe(),
            _ => null,
        };
    }
}
