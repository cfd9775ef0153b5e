// The line on which a large body comes or a large answer goes: how fast it is, and whether it keeps memory that others
// wait for. A slow one may, until they do.
using System;
using System.Threading;

namespace Odcpub.Runtime;

public sealed class Line : IDisposable
{
    /// <summary>What is not slow, in bytes a second: the largest body takes a minute.</summary>
    public const int Brisk = 500_000;

    // So long may it be behind: before anything has come, and later on. In milliseconds.
    private const long First = 1_000;
    private const long Grace = 3_000;

    private readonly CancellationTokenSource end;
    private long due = Environment.TickCount64 + First;
    private long paused;

    public Line(CancellationToken cancellation) => end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    /// <summary>For each wait; cancelled when the line is ended.</summary>
    public CancellationToken Token => end.Token;

    /// <summary>The memory that is kept for it, and what has gone over it, in bytes.</summary>
    public long Held { get; private set; }

    public long Moved { get; private set; }

    public bool Ended { get; private set; }

    public bool Slow => Environment.TickCount64 > Volatile.Read(ref due);

    /// <summary>So long from now the line may show nothing.</summary>
    public void Expect(TimeSpan patience) => end.CancelAfter(patience);

    /// <summary>So many bytes have gone over it.</summary>
    public void Move(long bytes)
    {
        Moved += bytes;
        Volatile.Write(ref due, Math.Min(Volatile.Read(ref due) + bytes * 1_000 / Brisk, Environment.TickCount64 + Grace));
    }

    /// <summary>Nobody reads from it for a while: that is not its doing.</summary>
    public void Pause()
    {
        paused = Environment.TickCount64;
        end.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    public void Resume(long held)
    {
        Held = held;
        if (paused > 0) Volatile.Write(ref due, Volatile.Read(ref due) + Environment.TickCount64 - paused);
    }

    /// <summary>Its memory is needed by others.</summary>
    public void End()
    {
        Ended = true;
        end.CancelAsync();
    }

    public Problem TooSlow() => new(503,
        $"Too many large requests at once, and this one is slow: less than {Brisk / 1_000} kB a second. Try again in a moment.") { RetryAfter = 3 };

    public void Dispose()
    {
        Budget.OfProcess.Leave(this);
        end.Dispose();
    }
}
