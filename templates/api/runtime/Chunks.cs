// Bytes in pooled pieces: a request's body, or an answer before it is sent. No piece is as large as what .NET keeps
// apart and seldom gives back, none is copied when more arrives, and all are counted in the request's share of memory.
using System;
using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Odcpub.Runtime;

public sealed class Chunks(HttpContext context) : IBufferWriter<byte>, IDisposable
{
    public const int Size = 65_536;
    private const int First = 4_096;

    // Kept here, as many as the budget ever gave out at once, until the process is idle: left to the collector, those
    // of one request would still be there when the next one needs its own.
    private static readonly ConcurrentBag<byte[]> Spare = [];

    private readonly List<Piece> pieces = [];
    private int gone;

    public static void GiveBack() => Spare.Clear();

    private sealed class Piece(byte[] bytes, bool counted)
    {
        public byte[] Bytes { get; } = bytes;
        public bool Counted { get; } = counted;
        public int Count { get; set; }
        public int Free => Bytes.Length - Count;
    }

    public long Length { get; private set; }

    public void Advance(int count)
    {
        pieces[^1].Count += count;
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = Math.Max(1, sizeHint);
        if (pieces.Count == 0 || pieces[^1].Free < needed) Add(Math.Max(needed, pieces.Count == 0 ? First : Size));
        var last = pieces[^1];
        return last.Bytes.AsMemory(last.Count);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Takes the last byte back; it was written by the last call.</summary>
    public void Shorten()
    {
        pieces[^1].Count--;
        Length--;
    }

    /// <summary>Reads a stream to its end: all pieces but the last are full and of one size. False where it is longer
    /// than <paramref name="most"/>; what is beyond is not read.</summary>
    public async Task<bool> ReadFrom(Stream stream, long most, CancellationToken cancellation)
    {
        while (true)
        {
            if (pieces.Count == 0 || pieces[^1].Free == 0) Add(Size);
            var last = pieces[^1];
            var count = await stream.ReadAsync(last.Bytes.AsMemory(last.Count), cancellation);
            if (count == 0) return true;
            Advance(count);
            if (Length > most) return false;
        }
    }

    public void Hash(IncrementalHash hash)
    {
        foreach (var piece in pieces) hash.AppendData(piece.Bytes, 0, piece.Count);
    }

    /// <summary>Sends all of it and gives each piece back when it has gone.</summary>
    public async Task SendTo(Stream stream, Line? line, CancellationToken cancellation)
    {
        for (; gone < pieces.Count; gone++)
        {
            await stream.WriteAsync(pieces[gone].Bytes.AsMemory(0, pieces[gone].Count), cancellation);
            line?.Move(pieces[gone].Count);
            Free(pieces[gone]);
        }
    }

    public ReadOnlySequence<byte> Sequence()
    {
        if (pieces.Count == 0) return ReadOnlySequence<byte>.Empty;
        if (pieces.Count == 1) return new ReadOnlySequence<byte>(pieces[0].Bytes, 0, pieces[0].Count);
        var first = new Segment(pieces[0].Bytes.AsMemory(0, pieces[0].Count), 0);
        var last = first;
        for (var i = 1; i < pieces.Count; i++) last = last.Then(pieces[i].Bytes.AsMemory(0, pieces[i].Count));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>The bytes from a place to the end of its piece, of what <see cref="ReadFrom"/> has read.</summary>
    public ArraySegment<byte> At(long place) =>
        new(pieces[(int)(place / Size)].Bytes, (int)(place % Size), Size - (int)(place % Size));

    public void Dispose()
    {
        for (; gone < pieces.Count; gone++) Free(pieces[gone]);
    }

    // What nearly every request needs is not counted.
    private void Add(int size)
    {
        var counted = pieces.Count > 0 || size > Size;
        if (counted) Share.Of(context).Use(size);
        pieces.Add(new Piece(counted && size == Size ? Whole() : ArrayPool<byte>.Shared.Rent(size), counted));
    }

    private static byte[] Whole() => Spare.TryTake(out var bytes) ? bytes : GC.AllocateUninitializedArray<byte>(Size);

    private void Free(Piece piece)
    {
        if (piece.Counted) Share.Of(context).Return(piece.Bytes.Length);
        if (piece.Counted && piece.Bytes.Length == Size) Spare.Add(piece.Bytes);
        else ArrayPool<byte>.Shared.Return(piece.Bytes);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
