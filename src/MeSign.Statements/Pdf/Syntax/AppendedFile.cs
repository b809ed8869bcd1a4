namespace MeSign.Statements.Pdf.Syntax;

/// <summary>A file with what was appended to it, as one; the file itself is not copied.</summary>
internal sealed class AppendedFile(Stream file) : Stream
{
    private readonly List<(long Start, ReadOnlyMemory<byte> Bytes)> _parts = [];
    private long _length = file.Length;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position { get; set; }

    public void Append(ReadOnlyMemory<byte> bytes)
    {
        _parts.Add((_length, bytes));
        _length += bytes.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (Position >= _length)
            return 0;

        int read;
        if (Position < file.Length)
        {
            file.Position = Position;
            read = file.Read(buffer[..(int)Math.Min(buffer.Length, file.Length - Position)]);
        }
        else
        {
            var (start, bytes) = _parts.FindLast(part => part.Start <= Position);
            var rest = bytes.Span[(int)(Position - start)..];
            read = Math.Min(rest.Length, buffer.Length);
            rest[..read].CopyTo(buffer);
        }

        Position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Current => Position + offset,
        SeekOrigin.End => _length + offset,
        _ => offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
