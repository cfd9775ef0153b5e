// An orderly end: stop accepting first, let accepted connections have their answer, then close.
// Kestrel alone closes a connection that was accepted but has not sent its request yet; its client would see a failure
// although another process already serves the same socket.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Odcpub.Runtime;

public sealed class Drain
{
    // Long enough for a request that is on its way; connections kept alive without a request wait in vain.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly List<IConnectionListener> listeners = [];
    private int connections;

    /// <summary>True once the end has begun: every answer then closes its connection.</summary>
    public bool Started { get; private set; }

    public void Add(IConnectionListener listener)
    {
        lock (listeners) listeners.Add(listener);
    }

    /// <summary>Counts a listener's open connections.</summary>
    public void Count(ListenOptions options)
    {
        options.Protocols = HttpProtocols.Http1;
        options.Use(next => async connection =>
        {
            Interlocked.Increment(ref connections);
            try { await next(connection); }
            finally { Interlocked.Decrement(ref connections); }
        });
    }

    public void Start()
    {
        Started = true;
        Log.Info("ending: no new connections");
        lock (listeners)
        {
            foreach (var listener in listeners) listener.UnbindAsync().AsTask().GetAwaiter().GetResult();
        }
        var clock = Stopwatch.StartNew();
        while (Volatile.Read(ref connections) > 0 && clock.Elapsed < Grace) Thread.Sleep(10);
    }
}
