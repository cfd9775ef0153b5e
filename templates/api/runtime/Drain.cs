// An orderly end: stop accepting, let accepted connections have their answer, then close.
// Kestrel alone closes a connection that was accepted but has not sent its request yet, and the system resets those that
// wait to be accepted; their clients would see a failure although another process serves already.
using System;
using System.Collections.Generic;
using System.Threading;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Odcpub.Runtime;

/// <summary><paramref name="shared"/>: another process accepts from the same socket, so nobody waits in vain.</summary>
public sealed class Drain(bool shared)
{
    // Waits are counted in pauses, not in time: a process that gets no processor meanwhile has not waited.
    private const int PauseMilliseconds = 10;

    // Nobody new for so long: whoever sends connections here knows that this process ends. A node's rules come after
    // the cluster's decision, and later on a busy machine.
    private const int NobodyNew = 100;
    private const int LongestWelcome = 500;

    // A connection that was opened for a request gets it served; one kept alive is only given the time in which a
    // request that is on its way arrives, since its client knows that it may be closed.
    private const int LongestForNew = 500;
    private const int LongestForKept = 50;

    private readonly List<IConnectionListener> listeners = [];
    private int begun;
    private int closed;
    private int served;
    private int ended;

    /// <summary>True once the end has begun: every answer then closes its connection.</summary>
    public bool Started { get; private set; }

    public void Add(IConnectionListener listener)
    {
        lock (listeners) listeners.Add(listener);
    }

    /// <summary>A connection was taken from a listener; it is counted here, since on a busy machine it is a while
    /// before anybody looks at it.</summary>
    public void Accepted() => Interlocked.Increment(ref begun);

    /// <summary>A listener gives no connection any more.</summary>
    public void AcceptedLast() => Interlocked.Increment(ref closed);

    /// <summary>Follows a listener's connections.</summary>
    public void Count(ListenOptions options)
    {
        options.Protocols = HttpProtocols.Http1;
        options.Use(next => async connection =>
        {
            try { await next(connection); }
            finally
            {
                Serves(connection.Items);
                Interlocked.Increment(ref ended);
            }
        });
    }

    /// <summary>The connection has had its first request, or will have none.</summary>
    public void Serves(IDictionary<object, object?> connection)
    {
        if (connection.TryAdd(this, null)) Interlocked.Increment(ref served);
    }

    public void Start()
    {
        Started = true;
        Log.Info("ending: no new connections");
        if (!shared) AwaitNobodyNew();
        lock (listeners)
        {
            foreach (var listener in listeners) listener.UnbindAsync().AsTask().GetAwaiter().GetResult();
        }
        Await(LongestForNew, () => Volatile.Read(ref closed) >= listeners.Count);
        Await(LongestForNew, () => Volatile.Read(ref served) == Volatile.Read(ref begun));
        Await(LongestForKept, () => Volatile.Read(ref ended) == Volatile.Read(ref begun));
    }

    private void AwaitNobodyNew()
    {
        var (last, quiet) = (Volatile.Read(ref begun), 0);
        Await(LongestWelcome, () =>
        {
            var now = Volatile.Read(ref begun);
            quiet = now == last ? quiet + 1 : 0;
            last = now;
            return quiet > NobodyNew;
        });
    }

    private static void Await(int pauses, Func<bool> done)
    {
        for (; pauses > 0 && !done(); pauses--) Thread.Sleep(PauseMilliseconds);
    }
}
