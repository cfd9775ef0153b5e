// The socket transport, its listeners known to the drain; and a listener that others accept from, too, accepts nothing
// before this version can serve it.
using System;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections;

namespace Odcpub.Runtime;

public sealed class Listeners(IConnectionListenerFactory sockets, Drain drain, int shared, Task servable)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint or FileHandleEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellation = default)
    {
        var listener = await sockets.BindAsync(endpoint, cancellation);
        var waits = endpoint is FileHandleEndPoint file && file.FileHandle == (ulong)shared;
        listener = new CountingListener(listener, waits ? servable : Task.CompletedTask, drain);
        drain.Add(listener);
        return listener;
    }

    private sealed class CountingListener(IConnectionListener listener, Task servable, Drain drain) : IConnectionListener
    {
        private readonly CancellationTokenSource unbound = new();
        private bool waited;

        public EndPoint EndPoint => listener.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellation = default)
        {
            if (!waited)
            {
                try { await servable.WaitAsync(unbound.Token); }
                catch (OperationCanceledException) { return End(); } // it ends before it ever served
                waited = true;
            }
            var connection = await listener.AcceptAsync(cancellation);
            if (connection is null) return End();
            drain.Accepted();
            return connection;
        }

        private ConnectionContext? End()
        {
            drain.AcceptedLast();
            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellation = default)
        {
            unbound.Cancel();
            return listener.UnbindAsync(cancellation);
        }

        public ValueTask DisposeAsync() => listener.DisposeAsync();
    }
}
