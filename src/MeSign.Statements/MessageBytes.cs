using System.Buffers;
using System.Security.Cryptography;

namespace MeSign.Statements;

/// <summary>
/// The bytes of a finished message. A usual one is at hand; one of more than a megabyte is made anew, the same byte for byte, each time
/// that it is read, for with its layers of Base64 it is two and a half times the size of its documents.
/// </summary>
public sealed class MessageBytes
{
    private const int MaxWhole = 1 << 20;

    private byte[]? _whole;
    private readonly IDisposable? _secret;

    private MessageBytes(IEnumerable<ReadOnlyMemory<byte>> pieces, long length, byte[]? whole, IDisposable? secret)
    {
        Pieces = pieces;
        Length = length;
        _whole = whole;
        _secret = secret;
    }

    public long Length { get; }

    /// <summary>What it was made of is not needed any more.</summary>
    internal bool IsWhole => _whole is not null;

    /// <summary>The bytes in pieces, each good until the next is asked for.</summary>
    internal IEnumerable<ReadOnlyMemory<byte>> Pieces { get; }

    public static MessageBytes Of(byte[] bytes) => new([bytes], bytes.Length, whole: null, secret: null);

    /// <param name="pieces">The same bytes each time that they are enumerated.</param>
    /// <param name="secret">What is disposed of when they are not enumerated again.</param>
    internal static MessageBytes Of(IEnumerable<ReadOnlyMemory<byte>> pieces, long length, IDisposable? secret)
    {
        if (length > MaxWhole)
            return new(pieces, length, whole: null, secret);

        // Lent by the pool: a message's size of fresh memory costs more than all of its Base64.
        var whole = ArrayPool<byte>.Shared.Rent((int)length);
        var filled = 0;
        foreach (var piece in pieces)
        {
            piece.Span.CopyTo(whole.AsSpan(filled, (int)length - filled));
            filled += piece.Length;
        }
        secret?.Dispose();
        return new([whole.AsMemory(0, filled)], filled, whole, secret: null);
    }

    /// <summary>The same bytes behind others.</summary>
    internal MessageBytes Behind(byte[] head) => new(Pieces.Prepend(head), head.Length + Length, _whole, _secret);

    /// <summary>To be read as often as wanted, from its beginning or from anywhere.</summary>
    public Stream Open() => new PieceStream(Pieces, Length);

    /// <summary>SHA-256 of the bytes, lower-case hex.</summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in Pieces)
            hash.AppendData(piece.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public byte[] ToArray()
    {
        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)Length));
        using var stream = Open();
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Gives the memory back; the message is not read again. Not called where an exception left the work unfinished: somebody may still read.</summary>
    public void Return()
    {
        _secret?.Dispose();
        if (Interlocked.Exchange(ref _whole, null) is { } whole)
            ArrayPool<byte>.Shared.Return(whole);
    }
}
