// The memory that large bodies and answers share. Each takes its part before it needs it: many at once wait their turn
// or are told to come again, so that what this process may use is never used up. In bytes.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Odcpub.Runtime;

public sealed class Budget
{
    // What the app itself needs of the memory that it may have: .NET, its code, descriptors, connections.
    private const long Own = 80_000_000;
    private const long Least = 8_000_000;
    private const long Most = 512_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private readonly LinkedList<(long Bytes, TaskCompletionSource Turn)> waiting = new();
    private long free;
    private int tidying;

    private Budget(long whole) => Whole = free = whole;

    /// <summary>Two thirds of what this process may have beyond its own: what is not counted takes room too.
    /// A container's limit counts; .NET keeps a quarter of it back.</summary>
    public static Budget OfProcess { get; } =
        new(Math.Clamp((GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Own) * 2 / 3, Least, Most));

    /// <summary>All that there is: nothing larger can ever be served.</summary>
    public long Whole { get; }

    /// <summary>Takes this much as soon as it is there and those who asked before have theirs.</summary>
    public async ValueTask Take(long bytes, CancellationToken cancellation)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (waiting)
        {
            if (waiting.Count == 0 && bytes <= free)
            {
                free -= bytes;
                return;
            }
            waiting.AddLast((bytes, turn));
        }
        try { await turn.Task.WaitAsync(Patience, cancellation); }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            if (Leave(turn)) throw error is TimeoutException ? Busy() : error;
            if (error is not TimeoutException) Give(bytes);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Takes this much if it is there now, for work that has begun.</summary>
    public bool TryTake(long bytes)
    {
        lock (waiting)
        {
            if (bytes > free) return false;
            free -= bytes;
            return true;
        }
    }

    public void Give(long bytes)
    {
        if (bytes == 0) return;
        bool all;
        lock (waiting)
        {
            free += bytes;
            while (waiting.First is { } next && next.Value.Bytes <= free)
            {
                free -= next.Value.Bytes;
                waiting.RemoveFirst();
                next.Value.Turn.SetResult();
            }
            all = free == Whole;
        }
        if (all && Interlocked.Exchange(ref tidying, 1) == 0) _ = Tidy();
    }

    public static Problem Busy() => new(503, "Too many large requests at once. Try again in a moment.") { RetryAfter = 3 };

    // False where the turn has come in this very moment.
    private bool Leave(TaskCompletionSource turn)
    {
        lock (waiting)
        {
            for (var place = waiting.First; place is not null; place = place.Next)
            {
                if (place.Value.Turn != turn) continue;
                waiting.Remove(place);
                return true;
            }
            return false;
        }
    }

    // A process that has nothing to do collects nothing: what large requests have used is given back when they are over.
    private async Task Tidy()
    {
        await Task.Delay(Idle);
        Volatile.Write(ref tidying, 0);
        lock (waiting)
        {
            if (free != Whole) return;
        }
        Chunks.GiveBack();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}

/// <summary>One request's part of the budget, given back when its answer has been sent.</summary>
public sealed class Share : IDisposable
{
    // What no request is asked for: it fits whatever all of them do.
    private const long Small = Chunks.Size;

    private readonly Budget budget = Budget.OfProcess;
    private long taken;
    private long used;

    public static Share Of(HttpContext context)
    {
        if (context.Features.Get<Share>() is { } known) return known;
        var share = new Share();
        context.Features.Set(share);
        context.Response.RegisterForDispose(share);
        return share;
    }

    /// <summary>More than this no request can have.</summary>
    public long Largest => budget.Whole;

    /// <summary>True when something was needed that was not there.</summary>
    public bool Short { get; private set; }

    /// <summary>Has, in turn, what the request is going to use in all.</summary>
    public async ValueTask Reserve(long bytes, CancellationToken cancellation)
    {
        if (bytes <= Math.Max(Small, taken)) return;
        await budget.Take(bytes - taken, cancellation);
        taken = bytes;
    }

    /// <summary>Has so much for the request, in all, if it is there now.</summary>
    public bool TryReserve(long bytes)
    {
        if (bytes - taken > 0 && !budget.TryTake(bytes - taken)) return false;
        taken = Math.Max(taken, bytes);
        return true;
    }

    /// <summary>Counts what is used; where that is more than was reserved, it must be there now.</summary>
    public void Use(long bytes)
    {
        used += bytes;
        var more = used - Small - taken;
        if (more <= 0) return;
        if (used > budget.Whole) throw TooLarge();
        Short = !budget.TryTake(more);
        if (Short) throw Budget.Busy();
        taken += more;
    }

    public Problem TooLarge() => new(413,
        $"The answer would be larger than {Largest / 1_000_000} MB, which is all that this app's memory allows. Ask for fewer records or attributes (fields), or for shorter texts (cut).");

    public void Return(long bytes) => used -= bytes;

    /// <summary>Keeps so much of what was reserved, and gives the rest back.</summary>
    public void Keep(long bytes)
    {
        if (bytes >= taken) return;
        budget.Give(taken - bytes);
        taken = bytes;
    }

    public void Dispose() => Keep(0);
}
