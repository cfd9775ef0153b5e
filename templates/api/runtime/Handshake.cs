// A handshake of its own with the database's server, for what it says of a client's certificate. It says so after the
// handshake (TLS 1.3), when the driver writes already: the answer is lost where the server has closed the connection.
using System;
using System.IO;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;

namespace Odcpub.Runtime;

internal static class Handshake
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // postgresql.org/docs/current/protocol-message-formats.html, SSLRequest.
    private static readonly byte[] Request = [0, 0, 0, 8, 4, 210, 22, 47];

    /// <summary>What the handshake, or the wait for a word of the server's after it, ends with; null where it is not
    /// the server's word.</summary>
    public static async Task<Exception?> Failure(string host, int port, Action<SslClientAuthenticationOptions> prepare)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, patience.Token);
            await using var plain = client.GetStream();
            await plain.WriteAsync(Request, patience.Token);
            var answer = new byte[1];
            await plain.ReadExactlyAsync(answer, patience.Token);
            if (answer[0] != 'S') return null;
            await using var over = new SslStream(plain);
            var options = new SslClientAuthenticationOptions { TargetHost = host };
            prepare(options);
            options.RemoteCertificateValidationCallback ??= (_, _, _, _) => true;
            await over.AuthenticateAsClientAsync(options, patience.Token);
            await over.ReadExactlyAsync(answer, patience.Token);
            return null;
        }
        catch (Exception error) when (error is IOException or AuthenticationException) { return error; }
        catch (Exception error) when (error is SocketException or OperationCanceledException) { return null; }
    }
}
