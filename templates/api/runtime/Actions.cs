// What the methods of server actions are written over: one run for each call from outside. Generated code looks so (the
// whole of it: tests/golden/csharp/actions):
//
//     internal static class CloseTicket
//     {
//         private sealed record TicketRow(long? Id, string? Status, decimal? Fee)      // the attributes that the action uses
//         {
//             public TicketRow? Saved { get; init; }                                  // where it updates such rows
//             public static TicketRow Read(RowReader row) => new TicketRow(row.Long(0), row.Text(1), row.Decimal(2)).AsSaved();
//             public Assigned[] Changes() => [Status != Saved?.Status ? new("Status", Status) : default, …];
//         }
//
//         public static async Task<decimal?> Run(ActionRun run, long? TicketId, decimal? Hours)
//         {
//             using var call = run.Enter("CloseTicket");       // depth and time; first in every method
//             run.CheckInputs(Inputs, TicketId, Hours);         // where inputs have limits: for calls from within
//             decimal? Fee = null;
//             var mark = run.Mark();                            // only with on_error
//             try
//             {
//     #line 38 "app.yaml"
//                 var Found = await run.Get("Ticket", "SELECT … LIMIT 2 FOR NO KEY UPDATE OF t", [TicketId], TicketRow.Read, locks: true);
//                 if (Found.Status == "Closed") throw run.Refusal("Already closed", "AlreadyClosed", "Hours");
//                 Fee = await Money.Round.Run(run, Numbers.Multiply(Hours, run.Setting<decimal?>("HourlyRate")));
//                 Fee = await run.Method<Func<ActionRun, decimal?, Task<decimal?>>>("Discount")(run, Fee);
//                 Found = Found with { Status = "Closed", Fee = Fee };
//                 await run.Update("Ticket", Found.Id, Found.Changes());
//                 foreach (var One in Tickets) { run.Check(); … }  // lists: ImmutableList, and Elements.Add, Insert, Remove, Order, Distinct
//                 run.Release(mark);
//             }
//             catch (Refusal Error) when (Error.Code == "AlreadyClosed")
//             {
//                 await run.Undo(mark);
//                 Fee = null;                                   // Error.Message, Error.Code
//             }
//             return Fee;
//         }
//
//         private static readonly AttributeDescriptor[] Inputs = [ new() { Name = "TicketId", … }, new() { Name = "Hours", … } ];
//
//         // The catalog asks the action's unit for it by name (DescribeAction), as it asks for entities by Describe.
//         public static ActionDescriptor Describe() => new()
//         {
//             Name = "CloseTicket", Timeout = 10,
//             Inputs = Inputs,
//             Outputs = [ new() { Name = "Fee", Type = AttributeType.Currency } ],
//             // What the endpoint calls: values in the order of the inputs, each of its C# type or null; likewise back.
//             Call = async (run, given) => [await Run(run, (long?)given[0], (decimal?)given[1])],
//             // What other units call; several outputs are a tuple, none is a Task.
//             Method = (Func<ActionRun, long?, decimal?, Task<decimal?>>)Run,
//         };
//     }
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace Odcpub.Runtime;

/// <summary>One call from outside, with all that it calls: its transaction, its moment, its limits.</summary>
public sealed partial class ActionRun
{
    private const int Deepest = 100;

    private readonly ActionCalls calls;
    private readonly ActionTransaction transaction;
    private readonly ActionMemory memory;
    private readonly CancellationToken cancellation;
    private readonly Saving saving;
    private int depth;

    internal ActionRun(ActionCalls calls, ActionTransaction transaction, ActionMemory memory, CancellationToken cancellation)
    {
        (this.calls, this.transaction, this.memory, this.cancellation) = (calls, transaction, memory, cancellation);
        saving = new Saving(calls.Catalog, transaction);
    }

    /// <summary>The one moment that the whole run sees.</summary>
    public DateTimeOffset Now { get; } = Values.Now();

    /// <summary>The app's name.</summary>
    public string App => calls.Catalog.App.Name;

    /// <summary>The stage's value of a setting, of its nullable C# type: <c>Setting&lt;decimal?&gt;("HourlyRate")</c>.</summary>
    public T Setting<T>(string name) => (T)calls.Catalog.Settings[name]!;

    /// <summary>A call begins; the end of the <c>using</c> ends it.</summary>
    public ActionCall Enter(string action)
    {
        Check();
        if (depth == Deepest) throw new InvalidOperationException($"{action} would be the {Deepest + 1}st call, one within another");
        depth++;
        return new ActionCall(this);
    }

    internal void Leave() => depth--;

    /// <summary>Refuses values that break the limits of their inputs. Those from outside were looked at before.</summary>
    public void CheckInputs(AttributeDescriptor[] inputs, params object?[] given)
    {
        if (depth == 1) return;
        var errors = inputs.Zip(given, (input, value) => (input.Name, Sentences: ActionInputs.Check(input, value).ToList()))
            .Where(found => found.Sentences.Count > 0).ToDictionary(found => found.Name, found => found.Sentences);
        if (errors.Count > 0) throw new Refusal(string.Join(' ', errors.Values.SelectMany(found => found)), "Refused", errors);
    }

    /// <summary>Ends the run where its time is over: once in each turn of a loop.</summary>
    public void Check() => cancellation.ThrowIfCancellationRequested();

    /// <summary>Another action's method by its name: "CloseTicket", "Money.Round".</summary>
    public T Method<T>(string action) where T : Delegate =>
        (T)(calls.Catalog.FindAction(action) ?? throw new InvalidOperationException($"{action} is not registered")).Method;

    /// <summary>What <c>raise</c> throws. <paramref name="at"/>: the input whose field shows it.</summary>
    public Refusal Refusal(string? message, string code = "", string at = "")
    {
        var sentence = string.IsNullOrEmpty(message) ? "This is not possible." : message;
        return new(sentence, code, at.Length > 0 ? new Dictionary<string, List<string>> { [at] = [sentence] } : null);
    }

    /// <summary>A place to come back to: what changes rows from here on can be undone alone.</summary>
    public ActionMark Mark() => transaction.Mark();

    /// <summary>Undoes what has changed rows since.</summary>
    public System.Threading.Tasks.Task Undo(ActionMark mark) => transaction.Undo(mark);

    /// <summary>Nobody comes back to it any more.</summary>
    public void Release(ActionMark mark) => transaction.Release(mark);

    private EntityDescriptor Entity(string name) =>
        calls.Catalog.Find(name) ?? throw new InvalidOperationException($"{name} is not registered");
}

/// <summary>A call that goes on.</summary>
public readonly struct ActionCall(ActionRun run) : IDisposable
{
    public void Dispose() => run.Leave();
}
