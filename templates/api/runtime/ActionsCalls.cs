// Calls of actions from outside: each a run of its own, within its time, once more where the database asks for it.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class ActionCalls(Catalog catalog, Database database)
{
    // How often a call runs again that others were in the way of.
    private const int Repeats = 3;

    // A call that has waited for a lock in vain lets others go first for a moment, in milliseconds.
    private const int LongestPause = 40;

    public Catalog Catalog { get; } = catalog;

    internal Changes Changes { get; } = new(catalog);

    /// <summary>POST /api/{Action}: the inputs as a JSON object, the outputs as the answer.</summary>
    public async Task Handle(HttpContext context, ActionDescriptor action, Pressed? pressed = null)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
            throw new Problem(405, $"{action.Name} is an action: it is called by POST.") { Allow = "POST" };
        using var body = await Json.ReadBody(context);
        // Its values are beside it in memory, texts as UTF-16.
        await Room.Reserve(context, body.Length > Chunks.Size ? body.Length * 4 : 0);
        var members = Json.ReadObject(body, deep: true);
        using var answer = await Run(action, async run =>
        {
            var given = pressed is null ? null : await run.Press(pressed, action);
            var inputs = new ActionInputs(run.Now, run.App).Read(action, members, given);
            var outputs = await action.Call(run, inputs);
            var message = pressed?.Button.Message?.Invoke(new Circumstances(Catalog, run.Now), inputs, outputs);
            return Answered(context, action, outputs, message); // before the commit: where there is no room for it, nothing was done
        }, Share.Of(context), context.RequestAborted);
        await answer.Send(200);
    }

    private static Answer Answered(HttpContext context, ActionDescriptor action, object?[] outputs, string? message)
    {
        var answer = new Answer(context);
        try
        {
            ActionValues.WriteObject(answer.Writer, action.Outputs, outputs, message);
            answer.Writer.Flush();
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private async Task<T> Run<T>(ActionDescriptor action, Func<ActionRun, Task<T>> work, Share share, CancellationToken aborted)
        where T : class, IDisposable
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        ending.CancelAfter(TimeSpan.FromSeconds(action.Timeout));
        try
        {
            return await Run(action, work, new ActionMemory(action.Name, share), ending.Token);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            throw new Problem(503, $"{action.Name} hasn't ended within {Words.Count(action.Timeout, "second", "seconds")}, and was undone. Try again in a moment.");
        }
        catch (Refusal refusal)
        {
            throw Told(action, refusal);
        }
        catch (PostgresException error) when (IsConflict(error))
        {
            Log.Warning($"{action.Name}: others were in the way {Repeats + 1} times: {error.Message}");
            throw new Problem(503, "Others change the same records at the moment. Nothing was changed: try again in a moment.");
        }
    }

    private async Task<T> Run<T>(ActionDescriptor action, Func<ActionRun, Task<T>> work, ActionMemory memory, CancellationToken cancellation)
        where T : class, IDisposable
    {
        // Beyond its time a statement has its cancellation confirmed; a server that has gone silent confirms nothing.
        await using var transaction = new ActionTransaction(database, action.Timeout + 5, cancellation);
        for (var left = Repeats; ; left--)
        {
            var stale = false;
            try
            {
                return await Committed(work, new ActionRun(this, transaction, memory, cancellation), transaction);
            }
            catch (PostgresException error) when (left > 0 && (IsConflict(error) || Database.IsStale(error)))
            {
                stale = !IsConflict(error);
            }
            memory.Release();
            await transaction.Restart(stale);
            if (!stale) await Task.Delay(Random.Shared.Next(LongestPause), cancellation);
        }
    }

    private static async Task<T> Committed<T>(Func<ActionRun, Task<T>> work, ActionRun run, ActionTransaction transaction)
        where T : class, IDisposable
    {
        var result = await work(run);
        try
        {
            await transaction.Commit();
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    // What is told of an attribute is shown at the input of its name.
    private static Problem Told(ActionDescriptor action, Refusal refusal)
    {
        var errors = refusal.Errors?.Where(pair => action.Inputs.Any(input => input.Name == pair.Key)).ToDictionary();
        return new Problem(422, refusal.Message) { Title = "Refused", Code = refusal.Code, Errors = errors is { Count: > 0 } ? errors : null };
    }

    private static bool IsConflict(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;
}
