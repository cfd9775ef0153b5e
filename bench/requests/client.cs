// A load client: so many kept connections, each sends its next request when the one before is answered.
// Reads orders from standard input, a line each: port, connections, seconds, file of requests; answers each with a line:
// requests, failures, seconds, and the milliseconds within which 99 % were answered. A file holds requests as they are sent, each behind its length (4 bytes, big-endian).
#nullable enable
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace Bench;

public static class Client
{
    public static async Task Main()
    {
        while (Console.ReadLine() is { } line)
        {
            var order = line.Split(' ', 4);
            var (port, connections) = (int.Parse(order[0]), int.Parse(order[1]));
            var (seconds, requests) = (double.Parse(order[2], CultureInfo.InvariantCulture), Requests(order[3]));
            var watch = Stopwatch.StartNew();
            var length = TimeSpan.FromSeconds(seconds);
            var workers = Enumerable.Range(0, connections)
                .Select(number => Task.Run(() => new Connection(port, requests, number * 7919).Work(watch, length))).ToList();
            var found = await Task.WhenAll(workers);
            var took = watch.Elapsed.TotalSeconds;
            var times = found.SelectMany(one => one.Times).Order().ToList();
            var slow = Stopwatch.GetElapsedTime(0, times[times.Count * 99 / 100]).TotalMilliseconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times.Count} {found.Sum(one => one.Failed)} {took:F4} {slow:F2}"));
        }
    }

    private static List<byte[]> Requests(string path)
    {
        var all = File.ReadAllBytes(path);
        var found = new List<byte[]>();
        for (var at = 0; at < all.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(all.AsSpan(at));
            found.Add(all.AsSpan(at + 4, length).ToArray());
            at += 4 + length;
        }
        return found;
    }
}

public sealed class Connection(int port, List<byte[]> requests, int first)
{
    private readonly byte[] buffer = new byte[4 << 20];

    public async Task<(List<long> Times, int Failed)> Work(Stopwatch watch, TimeSpan length)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        var (times, failed) = (new List<long>(), 0);
        for (var next = first; watch.Elapsed < length; next++)
        {
            var sent = Stopwatch.GetTimestamp();
            await socket.SendAsync(requests[next % requests.Count]);
            if (!await Answered(socket)) failed++;
            times.Add(Stopwatch.GetTimestamp() - sent);
        }
        return (times, failed);
    }

    private async Task<bool> Answered(Socket socket)
    {
        var (filled, end) = (0, -1);
        while (end < 0 || filled < end)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled));
            if (read == 0) throw new IOException("the connection was closed");
            filled += read;
            end = End(buffer.AsSpan(0, filled));
        }
        return buffer[9] == '2';
    }

    // Where the answer ends, -1 while that can't be told.
    private static int End(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return -1;
        var length = answer[..head].IndexOf("Content-Length: "u8);
        if (length < 0) return answer.EndsWith("0\r\n\r\n"u8) ? answer.Length : -1;
        var digits = answer[(length + 16)..];
        return head + 4 + int.Parse(digits[..digits.IndexOf((byte)'\r')]);
    }
}
