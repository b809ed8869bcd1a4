namespace MeSign.Statements.Pdf.Syntax;

/// <summary>Random access to a file's bytes through windows; a file in memory is not copied.</summary>
internal sealed class PdfSource
{
    private readonly Stream _stream;
    private readonly ReadOnlyMemory<byte>? _memory;
    private byte[] _window = [];

    public PdfSource(Stream stream)
    {
        if (!stream.CanSeek)
            throw new ArgumentException("A PDF is read from a seekable stream", nameof(stream));

        _stream = stream;
        Length = stream.Length;
        if (stream is MemoryStream memory && memory.TryGetBuffer(out var buffer))
            _memory = buffer;
    }

    private PdfSource(PdfSource whole, long length)
    {
        _stream = whole._stream;
        _memory = whole._memory;
        Length = length;
    }

    public long Length { get; }

    /// <summary>The same file, as if it ended sooner.</summary>
    public PdfSource Until(long length) => new(this, length);

    /// <summary>Up to <paramref name="count"/> bytes at <paramref name="offset"/>, fewer only at the file's end. Good until the next read.</summary>
    public ReadOnlyMemory<byte> Read(long offset, int count)
    {
        if (offset < 0 || offset >= Length)
            return default;

        count = (int)Math.Min(count, Length - offset);
        if (_memory is { } memory)
            return memory.Slice((int)offset, count);

        if (_window.Length < count)
            _window = new byte[Math.Max(count, 4096)];
        _stream.Position = offset;
        var read = _stream.ReadAtLeast(_window.AsSpan(0, count), count, throwOnEndOfStream: false);
        return _window.AsMemory(0, read);
    }
}
