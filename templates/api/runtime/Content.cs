// A large value of a request, where it lies in the body: read, decoded in its place and handed to the database without
// ever being in one piece. What is decoded is never longer than what it was decoded from.
using System;
using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Odcpub.Runtime;

public sealed class Content(Chunks chunks, long start, long length, bool escaped)
{
    /// <summary>In bytes.</summary>
    public long Length { get; private set; } = length;

    /// <summary>As it was given, in bytes of JSON.</summary>
    public long Raw { get; } = length;

    /// <summary>UTF-8 text, as opposed to a file's bytes.</summary>
    public bool IsText { get; private set; } = true;

    /// <summary>All of a body, a file's bytes as they are.</summary>
    public static Content Whole(Chunks body) => new(body, 0, body.Length, false) { IsText = false };

    public Stream Open() => new ContentStream(chunks, start, Length);

    /// <summary>From a JSON string's inside to UTF-8. False where half of a surrogate pair stands.</summary>
    public bool Unescape()
    {
        var (from, to) = (new Cursor(chunks, start), new Cursor(chunks, start));
        var end = start + Length;
        Span<byte> utf8 = stackalloc byte[4];
        if (!escaped) return true;
        while (from.Place < end)
        {
            var run = from.Ahead(end);
            var escape = run.IndexOf((byte)'\\');
            to.Write(from.Take(escape < 0 ? run.Length : escape));
            if (escape < 0) continue;
            from.Take(1);
            var escaped = from.Take(1)[0];
            if (escaped != 'u') { to.Write([Plain(escaped)]); continue; }
            if (!TryRune(ref from, end, out var rune)) return false;
            to.Write(utf8[..rune.EncodeToUtf8(utf8)]);
        }
        Length = to.Place - start;
        return true;
    }

    /// <summary>From base64 within a JSON string to bytes. False where it is none.</summary>
    public bool FromBase64()
    {
        if (!Unescape()) return false;
        IsText = false;
        var (from, to) = (new Cursor(chunks, start), new Cursor(chunks, start));
        var (end, kept, status) = (start + Length, 0, OperationStatus.NeedMoreData);
        Span<byte> text = stackalloc byte[4_096];
        Span<byte> bytes = stackalloc byte[3_072];
        while (from.Place < end)
        {
            var run = from.Ahead(end);
            run = from.Take(Math.Min(run.Length, text.Length - kept));
            run.CopyTo(text[kept..]);
            var all = text[..(kept + run.Length)];
            status = Base64.DecodeFromUtf8(all, bytes, out var consumed, out var written, isFinalBlock: from.Place == end);
            if (status == OperationStatus.InvalidData) return false;
            to.Write(bytes[..written]);
            all[consumed..].CopyTo(text);
            kept = all.Length - consumed;
        }
        Length = to.Place - start;
        return status == OperationStatus.Done;
    }

    /// <summary>What a text's rules ask for: its length in code points, or -1 where it is not valid UTF-8; whether it
    /// holds NUL; whether it shows anything.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (int Length, bool Nul, bool Shows) Look()
    {
        var decoder = new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder();
        Span<char> characters = stackalloc char[4_098];
        var (count, nul, shows) = (0, false, false);
        try
        {
            for (var place = start; place < start + Length;)
            {
                var piece = chunks.At(place);
                var bytes = piece.AsSpan(0, (int)Math.Min(Math.Min(piece.Count, 4_096), start + Length - place));
                place += bytes.Length;
                var found = characters[..decoder.GetChars(bytes, characters, flush: place == start + Length)];
                nul |= found.Contains('\0');
                shows = shows || !Blanks.Only(found);
                foreach (var character in found) count += char.IsLowSurrogate(character) ? 0 : 1;
            }
        }
        catch (DecoderFallbackException)
        {
            return (-1, nul, shows);
        }
        return (count, nul, shows);
    }

    /// <summary>A text in one piece, for the rules that need it so.</summary>
    public override string ToString()
    {
        using var reader = new StreamReader(Open(), new UTF8Encoding(false, throwOnInvalidBytes: true), false);
        return reader.ReadToEnd();
    }

    private static byte Plain(byte escaped) => escaped switch
    {
        (byte)'b' => (byte)'\b', (byte)'f' => (byte)'\f', (byte)'n' => (byte)'\n', (byte)'r' => (byte)'\r', (byte)'t' => (byte)'\t',
        _ => escaped,
    };

    // The reader of JSON has seen that four hexadecimal digits follow every \u.
    private static bool TryRune(ref Cursor from, long end, out Rune rune)
    {
        var first = (char)Hexadecimal(ref from);
        if (!char.IsSurrogate(first)) return Rune.TryCreate(first, out rune);
        rune = default;
        if (!char.IsHighSurrogate(first) || from.Place + 6 > end || from.Take(1)[0] != '\\' || from.Take(1)[0] != 'u') return false;
        return Rune.TryCreate(first, (char)Hexadecimal(ref from), out rune);
    }

    private static int Hexadecimal(ref Cursor from)
    {
        Span<char> digits = stackalloc char[4];
        for (var i = 0; i < 4; i++) digits[i] = (char)from.Take(1)[0];
        return int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    // A place in the pieces that only goes forward.
    private struct Cursor(Chunks chunks, long place)
    {
        public long Place { get; private set; } = place;

        /// <summary>What lies ahead in this piece, up to <paramref name="end"/>.</summary>
        public readonly Span<byte> Ahead(long end)
        {
            var piece = chunks.At(Place);
            return piece.AsSpan(0, (int)Math.Min(piece.Count, end - Place));
        }

        /// <summary>Goes over bytes that lie ahead in this piece.</summary>
        public Span<byte> Take(int count)
        {
            var taken = count == 0 ? default : chunks.At(Place).AsSpan(0, count);
            Place += count;
            return taken;
        }

        public void Write(scoped ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                var room = chunks.At(Place).AsSpan();
                var count = Math.Min(room.Length, bytes.Length);
                bytes[..count].CopyTo(room);
                bytes = bytes[count..];
                Place += count;
            }
        }
    }

    // Reading it never waits. Its length is known, so that the database's client copies nothing beforehand.
    private sealed class ContentStream(Chunks chunks, long start, long length) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => length;
        public override long Position { get; set; }

        public override int Read(Span<byte> buffer)
        {
            var left = length - Position;
            if (left <= 0 || buffer.Length == 0) return 0;
            var piece = chunks.At(start + Position);
            var count = (int)Math.Min(Math.Min(piece.Count, buffer.Length), left);
            piece.AsSpan(0, count).CopyTo(buffer);
            Position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation = default) => new(Read(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellation) =>
            Task.FromResult(Read(buffer.AsSpan(offset, count)));

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => length + offset,
        };

        public override void Flush() { }
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
