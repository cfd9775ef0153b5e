// One request's part of the memory that large bodies and answers share.
using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Odcpub.Runtime;

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

    /// <summary>Has, in turn, what the request is going to use in all; for a body on its <paramref name="line"/>.</summary>
    public async ValueTask Reserve(long bytes, Line? line, CancellationToken cancellation)
    {
        if (bytes <= Math.Max(Small, taken)) return;
        await budget.Take(bytes - taken, line, cancellation);
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

    /// <summary>All that is held is this line's from now on.</summary>
    public void Enter(Line line)
    {
        line.Resume(taken);
        budget.Enter(line);
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
