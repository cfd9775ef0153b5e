// The memory that large bodies and answers share. Each takes its part before it needs it: many at once wait their turn
// or are told to come again, so that what this process may use is never used up. In bytes.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Odcpub.Runtime;

public sealed class Budget
{
    // What the app itself needs of the memory that it may have: .NET, its code, descriptors, connections.
    private const long Own = 80_000_000;
    private const long Least = 8_000_000;
    private const long Most = 512_000_000;

    // What slow lines have for sure, of the whole.
    private const int SlowPart = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);
    private readonly LinkedList<Waiting> waiting = new();
    private readonly HashSet<Line> lines = [];
    private long free;
    private int tidying;
    private bool watching;

    private Budget(long whole) => Whole = free = whole;

    // Slow: when it asked.
    private sealed record Waiting(long Bytes, Line? Line, bool Slow)
    {
        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Two thirds of what this process may have beyond its own: what is not counted takes room too.
    /// A container's limit counts; .NET keeps a quarter of it back.</summary>
    public static Budget OfProcess { get; } =
        new(Math.Clamp((GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Own) * 2 / 3, Least, Most));

    /// <summary>All that there is: nothing larger can ever be served.</summary>
    public long Whole { get; }

    /// <summary>Takes this much as soon as it is there and those who asked before have theirs. For a
    /// <paramref name="line"/>, whose it is until <see cref="Leave(Line)"/>: it may be ended for others.</summary>
    public async ValueTask Take(long bytes, Line? line, CancellationToken cancellation)
    {
        var asked = new Waiting(bytes, line, line is { Slow: true });
        line?.Pause();
        lock (waiting)
        {
            waiting.AddLast(asked);
            Serve();
            if (waiting.Count > 0 && !watching)
            {
                watching = true;
                _ = Watch();
            }
        }
        try { await asked.Turn.Task.WaitAsync(Patience, cancellation); }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            if (Leave(asked)) throw error is TimeoutException ? Busy() : error;
            // Its turn has come in this very moment: it goes on, or what it has got is given back.
            if (!cancellation.IsCancellationRequested) return;
            Give(bytes);
            throw new OperationCanceledException(cancellation);
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
            Serve();
            all = free == Whole;
        }
        if (all && Interlocked.Exchange(ref tidying, 1) == 0) _ = Tidy();
    }

    /// <summary>What this line holds others may need.</summary>
    public void Enter(Line line)
    {
        lock (waiting) lines.Add(line);
    }

    public void Leave(Line line)
    {
        lock (waiting) lines.Remove(line);
    }

    public static Problem Busy() => new(503, "Too many large requests at once. Try again in a moment.") { RetryAfter = 3 };

    private long OfSlow => lines.Sum(line => line.Slow ? line.Held : 0);

    private void Serve()
    {
        while (Next() is { } next && next.Bytes <= free)
        {
            free -= next.Bytes;
            waiting.Remove(next);
            if (next.Line is { } line)
            {
                line.Resume(next.Bytes);
                lines.Add(line);
            }
            next.Turn.SetResult();
        }
    }

    // Who asked first; but slow lines have more than their part only where nobody else waits.
    private Waiting? Next()
    {
        var quick = waiting.FirstOrDefault(one => !one.Slow);
        if (quick is null) return waiting.First?.Value;
        var part = Whole / SlowPart - OfSlow;
        return waiting.First(one => one == quick || (one.Slow && one.Bytes <= part));
    }

    // While somebody waits: slow lines give back what they have beyond their part, first the one that would keep most for longest.
    private async Task Watch()
    {
        while (true)
        {
            await Task.Delay(Glance);
            lock (waiting)
            {
                watching = waiting.Count > 0;
                if (!watching) return;
                if (waiting.Any(one => !one.Slow) && OfSlow > Whole / SlowPart && !lines.Any(line => line.Ended))
                    lines.Where(line => line.Slow).MaxBy(line => line.Held - line.Moved)?.End();
            }
        }
    }

    // False where the turn has come in this very moment.
    private bool Leave(Waiting one)
    {
        lock (waiting)
        {
            if (!waiting.Remove(one)) return false;
            Serve(); // who was behind it may be shorter
            return true;
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
