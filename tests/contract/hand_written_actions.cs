// Server actions of the accounts app in tests/contract/actions_app.py, written by hand as the compiler would print them.
#nullable enable
using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading.Tasks;
using Odcpub.Runtime;

namespace Odcpub.Generated;

internal sealed record Product(int? Value);

internal sealed record Place(string? Street, int? Number);

internal static class Actions
{
    private static readonly StructureDescriptor PlaceDescriptor = new()
    {
        Name = "Place",
        Attributes = [Text("Street", 10), new() { Name = "Number", Label = "Number", Type = AttributeType.Integer, Default = "1" }],
        Make = given => new Place((string?)given[0], (int?)given[1]),
        Parts = value => { var one = (Place)value; return [one.Street, one.Number]; },
    };

    private sealed record Account(long Id, string? Name, decimal? Balance);

    private const string Columns = "t.\"id\"::bigint, t.\"name\"::text, t.\"balance\"::numeric";
    private const string ById = $"select {Columns} from \"account\" t where t.\"id\" = $1 limit 2";
    private const string Locked = $"{ById} for no key update of t";

    private static Account Read(RowReader row) => new(row.Identifier(0), row.Text(1), row.Decimal(2));

    private static AttributeDescriptor Id(string name) => new() { Name = name, Label = name, Type = AttributeType.Identifier, Target = "Account", Mandatory = true };
    private static AttributeDescriptor Text(string name, int length = -1) => new() { Name = name, Label = name, Type = AttributeType.Text, Length = length };
    private static AttributeDescriptor Number(string name) => new() { Name = name, Label = name, Type = AttributeType.Integer };
    private static AttributeDescriptor Money(string name) => new() { Name = name, Label = name, Type = AttributeType.Currency, Minimum = "-1000" };

    private static ActionDescriptor Described(
        string name, AttributeDescriptor[] inputs, AttributeDescriptor[] outputs, Func<ActionRun, object?[], Task<object?[]>> call, Delegate? method = null) =>
        new() { Name = name, Inputs = inputs, Outputs = outputs, Call = call, Method = method ?? call, Timeout = name.StartsWith("Slow") ? 1 : 10 };

    public static ActionDescriptor? DescribeAction(string name) => name switch
    {
        "Add" => Described(name, [Id("AccountId"), Money("Amount")], [Money("Balance")],
            async (run, given) => [await Add(run, (long?)given[0], (decimal?)given[1])], Add),
        "Transfer" => Described(name, [Id("From"), Id("To"), Number("Pause")], [],
            async (run, given) => { await Transfer(run, (long?)given[0], (long?)given[1], (int?)given[2]); return []; }),
        "Open" => Described(name, [Text("Name")], [new() { Name = "Id", Type = AttributeType.Identifier, Target = "Account" }],
            async (run, given) => [await Open(run, (string?)given[0])], Open),
        "OpenTwo" => Described(name, [Text("Name"), Text("Other")], [Text("Told")],
            async (run, given) => [await OpenTwo(run, (string?)given[0], (string?)given[1])]),
        "OpenAndRaise" => Described(name, [Text("Name"), Text("At")], [],
            async (run, given) => { await OpenAndRaise(run, (string?)given[0], (string?)given[1]); return []; }),
        "Close" => Described(name, [Id("AccountId")], [], async (run, given) => { await Close(run, (long?)given[0]); return []; }),
        "SlowQuery" => Described(name, [Text("Name")], [], async (run, given) => { await SlowQuery(run, (string?)given[0]); return []; }),
        "SlowLoop" => Described(name, [Text("Name")], [], async (run, given) => { await SlowLoop(run, (string?)given[0]); return []; }),
        "Pause" => Described(name, [Text("Name"), Number("Seconds")], [],
            async (run, given) => { await Pause(run, (string?)given[0], (int?)given[1]); return []; }),
        "Deep" => Described(name, [Number("Levels")], [], async (run, given) => { await Deep(run, (int?)given[0]); return []; }),
        "Fault" => Described(name, [Text("Name")], [], async (run, given) => { await Fault.Run(run, (string?)given[0]); return []; }),
        "Many" => Described(name, [Number("Rows"), Number("Length")], [Number("Count")],
            async (run, given) => [await Many(run, (int?)given[0], (int?)given[1])]),
        "Rate" => Described(name, [], [Money("Rate"), Text("Note")], async (run, given) =>
            { using var call = run.Enter("Rate"); await Task.CompletedTask; return [run.Setting<decimal?>("HourlyRate"), run.Setting<string?>("Note")]; }),
        "Echo" => Described(name, Echoed, Echoed, (run, given) => Task.FromResult(given)),
        "Hidden" => Described(name, [], [], (run, given) => Task.FromResult(Array.Empty<object?>())),
        "AddTooMuch" => Described(name, [Id("AccountId")], [Money("Balance")],
            async (run, given) => { using var call = run.Enter("AddTooMuch"); return [await run.Method<Func<ActionRun, long?, decimal?, Task<decimal?>>>("Add")(run, (long?)given[0], -1001)]; }),
        "Raw" => Described(name, [Text("Name")], [], async (run, given) => { await Raw(run, (string?)given[0]); return []; }),
        "Multiply" => Described(name, [Number("By")], [Number("Result")], async (run, given) => [await Multiply(run, (int?)given[0])]),
        _ => null,
    };

    private static readonly AttributeDescriptor[] Echoed =
    [
        Text("Text"), Number("Whole"), new() { Name = "Long", Label = "Long", Type = AttributeType.LongInteger },
        new() { Name = "Exact", Label = "Exact", Type = AttributeType.Decimal, Decimals = 2 },
        new() { Name = "Truth", Label = "Truth", Type = AttributeType.Boolean }, new() { Name = "Day", Label = "Day", Type = AttributeType.Date },
        new() { Name = "Clock", Label = "Clock", Type = AttributeType.Time }, new() { Name = "Moment", Label = "Moment", Type = AttributeType.DateTime },
        new() { Name = "Bytes", Label = "Bytes", Type = AttributeType.BinaryData },
        new() { Name = "Account", Label = "Account", Type = AttributeType.Identifier, Target = "Account" },
        new() { Name = "Numbers", Label = "Numbers", Type = AttributeType.Integer, Maximum = "9", List = Elements.Of<int?> },
        new() { Name = "Place", Label = "Place", Type = AttributeType.Structure, Structure = () => PlaceDescriptor },
        new() { Name = "Places", Label = "Places", Type = AttributeType.Structure, Structure = () => PlaceDescriptor, List = Elements.Of<Place?> },
    ];

    private static async Task<decimal?> Add(ActionRun run, long? accountId, decimal? amount)
    {
        using var call = run.Enter("Add");
        run.CheckInputs([Id("AccountId"), Money("Amount")], accountId, amount);
        var found = await run.Get("Account", Locked, [accountId], Read, locks: true);
        found = found with { Balance = Numbers.Add(found.Balance, amount) };
        await run.Update("Account", found.Id, [new("Balance", found.Balance)]);
        return found.Balance;
    }

    private static async Task Transfer(ActionRun run, long? from, long? to, int? pause)
    {
        using var call = run.Enter("Transfer");
        await run.Get("Account", Locked, [from], Read, locks: true);
        await run.Summary("select pg_sleep($1::float8 / 1000)::text", [pause], row => row.Text(0));
        await run.Get("Account", Locked, [to], Read, locks: true);
        await Add(run, from, -1);
        await Add(run, to, 1);
    }

    private static async Task<long?> Open(ActionRun run, string? name)
    {
        using var call = run.Enter("Open");
        var made = await run.Create("Account", [new("Name", name)], Columns, Read);
        return made.Id;
    }

    private static async Task<string?> OpenTwo(ActionRun run, string? name, string? other)
    {
        using var call = run.Enter("OpenTwo");
        string? told = null;
        await Open(run, name + "!");
        var mark = run.Mark();
        try
        {
            await Open(run, name);
            await Open(run, other);
            run.Release(mark);
        }
        catch (Refusal error)
        {
            await run.Undo(mark);
            told = error.Code + ": " + error.Message;
        }
        return told;
    }

    private static async Task OpenAndRaise(ActionRun run, string? name, string? at)
    {
        using var call = run.Enter("OpenAndRaise");
        await Open(run, name);
        throw run.Refusal("Not " + name, "Wrong", at ?? "");
    }

    private static async Task Close(ActionRun run, long? accountId)
    {
        using var call = run.Enter("Close");
        await run.Delete("Account", accountId);
    }

    private static async Task SlowQuery(ActionRun run, string? name)
    {
        using var call = run.Enter("SlowQuery");
        await Open(run, name);
        await run.Summary("select pg_sleep(60)::text", [], row => row.Text(0));
    }

    private static async Task SlowLoop(ActionRun run, string? name)
    {
        using var call = run.Enter("SlowLoop");
        await Open(run, name);
        while (true) run.Check();
    }

    private static async Task Pause(ActionRun run, string? name, int? seconds)
    {
        using var call = run.Enter("Pause");
        await Open(run, name);
        await run.Summary("select pg_sleep($1)::text", [seconds], row => row.Text(0));
    }

    private static async Task Deep(ActionRun run, int? levels)
    {
        using var call = run.Enter("Deep");
        if (levels > 1) await Deep(run, levels - 1);
    }

    private static async Task<int?> Many(ActionRun run, int? rows, int? length)
    {
        using var call = run.Enter("Many");
        var found = await run.Query("select repeat('x', $2), generate_series(1, $1)", [rows, length], row => row.Text(0));
        return found.Count;
    }

    private static async Task Raw(ActionRun run, string? name)
    {
        using var call = run.Enter("Raw");
        var id = await run.Create("Account", [new("Name", name)]);
        await run.Summary("select t.\"name\" from \"account\" t where t.\"id\" = $1", [id], row => row.Text(0));
    }

    private static async Task<int?> Multiply(ActionRun run, int? by)
    {
        using var call = run.Enter("Multiply");
        var mark = run.Mark();
        try
        {
            await Open(run, "Factor");
            return (await run.Summary("select ($1 * 2147483647)::bigint", [by], row => new Product(row.Integer(0)))).Value;
        }
        catch (Refusal error) when (error.Code == "Overflow")
        {
            await run.Undo(mark);
            return -1;
        }
    }
}

internal static class Fault
{
    public static async Task Run(ActionRun run, string? name)
    {
        using var call = run.Enter("Fault");
        await run.Create("Account", [new("Name", name)]);
#line 41 "app.yaml"
        throw new NotSupportedException("not foreseen\nat all");
#line default
    }
}
