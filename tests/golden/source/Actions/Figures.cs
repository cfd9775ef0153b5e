// From the model, written by odcpub; yours to change.
#nullable enable
namespace Odcpub.Actions
{
    using global::System;
    using global::System.Collections.Immutable;
    using global::System.Threading.Tasks;
    using global::Odcpub.Runtime;

    internal static class Figures
    {
        private sealed record TotalsValues(string? Who, bool? Late, long? Open, decimal? Fees, decimal? Hours, string? First)
        {
            public static TotalsValues Read(RowReader row) => new TotalsValues(row.Text(0), row.Boolean(1), row.Long(2), row.Decimal(3), row.Decimal(4), row.Text(5));
        }

        private sealed record SumValues(decimal? All)
        {
            public static SumValues Read(RowReader row) => new SumValues(row.Decimal(0));
        }

        public static async Task<(string? Text, decimal? Fees)> Run(ActionRun run, int? Most, DateOnly? Since)
        {
            using var call = run.Enter("Figures");
            string? Text = null;
            decimal? Fees = null;
            var Totals = await run.Query("""
                SELECT t."c1"::text, t."c2"::boolean, t."c3"::bigint, t."c4"::numeric, t."c5"::numeric, t."c6"::text
                FROM (
                  SELECT t1."name" AS "c1", coalesce(t."due" < $1::date, false) AS "c2", count(*) AS "c3", sum(t."fee")::numeric(28,8) AS "c4", (round(sum(t."hours")::numeric, 60) / nullif(count(t."hours"), 0))::numeric(28,8) AS "c5", min((t."subject") COLLATE "C") AS "c6"
                  FROM "issue" t LEFT JOIN "customer" t1 ON t1."id" = t."customer"
                  WHERE t."due" >= $2::date
                  GROUP BY 1, 2
                ) t
                ORDER BY (t."c3" * 2::bigint) DESC NULLS LAST, t."c1" COLLATE "C", t."c2"
                LIMIT CASE WHEN $3::bigint < 0 THEN 0 ELSE $3::bigint END
                """, [Conversions.DateTimeToDate(run.Now), Since, Most], TotalsValues.Read);
            foreach (var One in Totals)
            {
                run.Check();
                Text = Texts.Join(Text, One.Who, ": " + One.Open, Texts.NewLine());
            }
            var Sum = await run.Summary("""
                SELECT sum(t."fee")::numeric(28,8)::numeric
                FROM "issue" t
                """, [], SumValues.Read);
            Fees = Sum.All;
            return (Text, Fees);
        }

        private static readonly AttributeDescriptor[] Inputs =
        [
            new() { Name = "Most", Label = "Most", Type = AttributeType.Integer, Default = "10" },
            new() { Name = "Since", Label = "Since", Type = AttributeType.Date, DefaultFunction = "CurrDate" },
        ];

        public static ActionDescriptor Describe() => new()
        {
            Name = "Figures", Timeout = 10,
            Inputs = Inputs,
            Outputs =
            [
                new() { Name = "Text", Label = "Text", Type = AttributeType.Text },
                new() { Name = "Fees", Label = "Fees", Type = AttributeType.Currency },
            ],
            Call = async (run, given) => { var (output1, output2) = await Run(run, (int?)given[0], (DateOnly?)given[1]); return [output1, output2]; },
            Method = (Func<ActionRun, int?, DateOnly?, Task<(string?, decimal?)>>)Run,
        };
    }
}

namespace Odcpub.Generated
{
    using global::Odcpub.Runtime;

    internal static class Descriptor_Figures
    {
        public static ActionDescriptor? DescribeAction(string name) => name switch
        {
            "Figures" => global::Odcpub.Actions.Figures.Describe(),
            _ => null,
        };
    }
}
