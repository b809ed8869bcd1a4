namespace MeSign.Statements.Pdf;

/// <summary>The bytes that a signature covers, one after the other.</summary>
internal sealed class SignedBytes(Stream file, SignedRange range) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => range.End - (range.GapEnd - range.GapStart);

    public override long Position
    {
        get => _position <= range.GapStart ? _position : _position - (range.GapEnd - range.GapStart);
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_position == range.GapStart)
            _position = range.GapEnd;

        var end = _position < range.GapStart ? range.GapStart : range.End;
        var count = (int)Math.Min(buffer.Length, end - _position);
        file.Position = _position;
        var read = file.Read(buffer[..count]);
        _position += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
