// From the model, written by odcpub; yours to change.
#nullable enable
namespace Odcpub.Actions
{
    using global::System;
    using global::System.Collections.Immutable;
    using global::System.Threading.Tasks;
    using global::Odcpub.Runtime;

    internal static class CloseAll
    {
        private sealed record TicketRow(long? Id, string? Subject, decimal? Hours)
        {
            public static TicketRow Read(RowReader row) => new TicketRow(row.Long(0), row.Text(1), row.Decimal(2));
        }

        public static async Task<(int? Count, string? Last)> Run(ActionRun run)
        {
            using var call = run.Enter("CloseAll");
            int? Count = 0;
            string? Last = null;
            var mark = run.Mark();
            try
            {
                var Open = await run.Query("""
                    SELECT t."id"::bigint, t."subject"::text, t."hours"::numeric
                    FROM "issue" t LEFT JOIN "customer" t1 ON t1."id" = t."customer"
                    WHERE t."status" = 'Open' AND coalesce(t1."name", '') LIKE 'A%'
                    ORDER BY t."due" DESC NULLS LAST, t."id"
                    LIMIT 100
                    """, [], TicketRow.Read);
                foreach (var One in Open)
                {
                    run.Check();
                    await run.Method<Func<ActionRun, long?, decimal?, Task<decimal?>>>("CloseTicket")(run, One.Id, One.Hours != null ? One.Hours : 1m);
                    Count = Numbers.Add(Count, 1);
                    Last = One.Subject;
                }
                run.Release(mark);
            }
            catch (Refusal Error) when (Error.Code == "AlreadyClosed")
            {
                await run.Undo(mark);
                Last = null;
            }
            catch (Refusal Error)
            {
                await run.Undo(mark);
                throw run.Refusal(Texts.Join("It did not work: ", Error.Message));
            }
            return (Count, Last);
        }

        public static ActionDescriptor Describe() => new()
        {
            Name = "CloseAll", Timeout = 10,
            Outputs =
            [
                new() { Name = "Count", Label = "Count", Type = AttributeType.Integer, Default = "0" },
                new() { Name = "Last", Label = "Last", Type = AttributeType.Text },
            ],
            Call = async (run, given) => { var (output1, output2) = await Run(run); return [output1, output2]; },
            Method = (Func<ActionRun, Task<(int?, string?)>>)Run,
        };
    }
}

namespace Odcpub.Generated
{
    using global::Odcpub.Runtime;

    internal static class Descriptor_CloseAll
    {
        public static ActionDescriptor? DescribeAction(string name) => name switch
        {
            "CloseAll" => global::Odcpub.Actions.CloseAll.Describe(),
            _ => null,
        };
    }
}
