// What the methods of server actions are written over: one run for each call from outside. Generated code looks so:
//
//     internal static class Actions_CloseTicket
//     {
//         private static readonly AttributeDescriptor[] Inputs = [ new() { Name = "TicketId", … }, new() { Name = "Hours", … } ];
//
//         // The catalog asks an action's unit for it by name, as it asks for entities by Describe.
//         public static ActionDescriptor? DescribeAction(string name) => name switch { "CloseTicket" => CloseTicketAction(), _ => null };
//
//         private static ActionDescriptor CloseTicketAction() => new()
//         {
//             Name = "CloseTicket", Timeout = 10,
//             Inputs = Inputs,
//             Outputs = [ new() { Name = "Fee", Type = AttributeType.Currency } ],
//             // What the endpoint calls: values in the order of the inputs, each of its C# type or null; likewise back.
//             Call = async (run, given) => [await CloseTicket(run, (long?)given[0], (decimal?)given[1])],
//             // What other units call; several outputs are a tuple, none is a Task.
//             Method = (Func<ActionRun, long?, decimal?, Task<decimal?>>)CloseTicket,
//         };
//
//         private sealed record Found(long Id, string? Status, decimal? Hours, decimal? Fee);
//
//         private const string FoundSql = "select t.\"id\"::bigint, t.\"status\"::text, … from \"ticket\" t where t.\"id\" = $1 limit 2 for no key update of t";
//
//         public static async Task<decimal?> CloseTicket(ActionRun run, long? ticketId, decimal? hours)
//         {
//             using var call = run.Enter("CloseTicket");       // depth and time; first in every method
//             run.CheckInputs(Inputs, ticketId, hours);         // where inputs have limits: for calls from within
//             decimal? fee = null;
//             var mark = run.Mark();                            // only with on_error
//             try
//             {
//                 var found = await run.Get("Ticket", FoundSql, [ticketId],
//                     row => new Found(row.Identifier(0), row.Text(1), row.Decimal(2), row.Decimal(3)), locks: true);
//                 if (found.Status == "Closed") throw run.Refusal("Already closed", "AlreadyClosed", at: "Hours");
//                 var round = run.Method<Func<ActionRun, decimal?, Task<decimal?>>>("Money.Round");
//                 fee = await round(run, Numbers.Multiply(hours, run.Setting<decimal?>("HourlyRate")));
//                 found = found with { Status = "Closed", Fee = fee };
//                 await run.Update("Ticket", found.Id, [new("Status", found.Status), new("Fee", found.Fee)]);
//                 foreach (var one in tickets) { run.Check(); … }  // lists: ImmutableList, and Elements.Insert, Remove, Order, Distinct
//                 run.Release(mark);
//             }
//             catch (Refusal error) when (error.Code == "AlreadyClosed")
//             {
//                 await run.Undo(mark);
//                 fee = null;                                   // error.Message, error.Code
//             }
//             return fee;
//         }
//     }
using System;
using System.Collections.Immutable;
using System.Threading.Tasks;

namespace Odcpub.Runtime;

/// <summary>One call from outside, with all that it calls: its transaction, its moment, its limits.</summary>
public sealed class ActionRun
{
    /// <summary>The one moment that the whole run sees.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>The app's name.</summary>
    public string App { get; } = "";

    /// <summary>The stage's value of a setting, of its nullable C# type: <c>Setting&lt;decimal?&gt;("HourlyRate")</c>.</summary>
    public T Setting<T>(string name) => throw new NotImplementedException();

    /// <summary>A call begins; the end of the <c>using</c> ends it.</summary>
    public ActionCall Enter(string action) => throw new NotImplementedException();

    /// <summary>Refuses values that break the limits of their inputs. Those from outside were looked at before.</summary>
    public void CheckInputs(AttributeDescriptor[] inputs, params object?[] given) => throw new NotImplementedException();

    /// <summary>Ends the run where its time is over: once in each turn of a loop.</summary>
    public void Check() => throw new NotImplementedException();

    /// <summary>Another action's method by its name: "CloseTicket", "Money.Round".</summary>
    public T Method<T>(string action) where T : Delegate => throw new NotImplementedException();

    /// <summary>What <c>raise</c> throws. <paramref name="at"/>: the input whose field shows it.</summary>
    public Refusal Refusal(string? message, string code = "", string at = "") => throw new NotImplementedException();

    /// <summary>The one row that the statement selects ("limit 2"), else a refusal: NotFound or NotUnique.
    /// <paramref name="locks"/>: the statement ends in "for no key update".</summary>
    public Task<T> Get<T>(string entity, string sql, Argument[] arguments, Func<RowReader, T> read, bool locks = false) where T : class =>
        throw new NotImplementedException();

    /// <summary>The same; null where there is none.</summary>
    public Task<T?> GetOptional<T>(string entity, string sql, Argument[] arguments, Func<RowReader, T> read, bool locks = false)
        where T : class => throw new NotImplementedException();

    /// <summary>All rows of the statement.</summary>
    public Task<ImmutableList<T>> Query<T>(string sql, Argument[] arguments, Func<RowReader, T> read, bool locks = false) =>
        throw new NotImplementedException();

    /// <summary>The one row of a statement that always has one.</summary>
    public Task<T> Summary<T>(string sql, Argument[] arguments, Func<RowReader, T> read) => throw new NotImplementedException();

    /// <summary>A new row: its identifier. What is not given gets its default; given as null has no value.</summary>
    public Task<long> Create(string entity, Assigned[] values) => throw new NotImplementedException();

    /// <summary>A new row as it was saved: <paramref name="columns"/> of the table called t, as a select has them.</summary>
    public Task<T> Create<T>(string entity, Assigned[] values, string columns, Func<RowReader, T> read) => throw new NotImplementedException();

    /// <summary>Saves these values of a row and no others. An <see cref="Assigned"/> that is <c>default</c> is left out, so
    /// that conditions may stand among them. Null: there is no row (NotFound).</summary>
    public Task Update(string entity, long? id, Assigned[] values) => throw new NotImplementedException();

    public Task Delete(string entity, long? id) => throw new NotImplementedException();

    /// <summary>A place to come back to: what changes rows from here on can be undone alone.</summary>
    public ActionMark Mark() => throw new NotImplementedException();

    /// <summary>Undoes what has changed rows since.</summary>
    public Task Undo(ActionMark mark) => throw new NotImplementedException();

    /// <summary>Nobody comes back to it any more.</summary>
    public void Release(ActionMark mark) => throw new NotImplementedException();
}

/// <summary>A call that goes on.</summary>
public readonly struct ActionCall : IDisposable
{
    public void Dispose() { }
}

/// <summary>A place in a run's transaction.</summary>
public sealed class ActionMark;
