namespace MeSign.Statements;

/// <summary>A row of pieces as a stream to be read. Going back makes them anew.</summary>
/// <param name="pieces">The same bytes each time that they are enumerated.</param>
/// <param name="length">Bytes of them all.</param>
internal sealed class PieceStream(IEnumerable<ReadOnlyMemory<byte>> pieces, long length) : Stream
{
    private IEnumerator<ReadOnlyMemory<byte>> _pieces = pieces.GetEnumerator();
    private ReadOnlyMemory<byte> _rest;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override int Read(Span<byte> buffer)
    {
        while (_rest.IsEmpty)
        {
            if (!_pieces.MoveNext())
                return 0;
            _rest = _pieces.Current;
        }
        var take = Math.Min(buffer.Length, _rest.Length);
        _rest.Span[..take].CopyTo(buffer);
        _rest = _rest[take..];
        _position += take;
        return take;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Read(buffer.Span));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => _position + offset, _ => length + offset };
        ArgumentOutOfRangeException.ThrowIfNegative(target, nameof(offset));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(target, length, nameof(offset));
        if (target < _position)
        {
            _pieces.Dispose();
            (_pieces, _rest, _position) = (pieces.GetEnumerator(), default, 0);
        }
        Span<byte> passed = stackalloc byte[1024];
        while (_position < target)
        {
            if (Read(passed[..(int)Math.Min(passed.Length, target - _position)]) == 0)
                throw new EndOfStreamException();
        }
        return _position;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _pieces.Dispose();
        base.Dispose(disposing);
    }
}
