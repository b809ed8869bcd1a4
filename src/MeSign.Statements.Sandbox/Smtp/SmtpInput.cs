using System.Text;

namespace MeSign.Statements.Sandbox.Smtp;

/// <summary>Reads command lines and message contents from one stream, neither longer than allowed.</summary>
internal sealed class SmtpInput(TimeSpan idleTimeout)
{
    // RFC 5321 §4.5.3.1.4 has 512 octets; SIZE, DSN and SMTPUTF8 parameters and AUTH responses (RFC 4954 §4) lengthen it.
    private const int LongestLine = 12_288;
    private const int LongestTextLine = 998;

    private byte[] _buffer = new byte[16_384];
    private int _start;
    private int _end;

    /// <summary>Bytes that the client has sent ahead of our answer.</summary>
    public bool HasBytes => _end > _start;

    public bool HasLine => _buffer.AsSpan(_start, _end - _start).Contains((byte)'\n');

    /// <summary>One line without its line end; null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The line is too long.</exception>
    public async ValueTask<string?> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = _buffer.AsSpan(_start, _end - _start);
            var at = line.IndexOf((byte)'\n');
            if (at >= 0)
            {
                _start += at + 1;
                return Encoding.UTF8.GetString(line[..at].TrimEnd((byte)'\r'));
            }

            if (line.Length > LongestLine)
                throw new InvalidDataException("command line too long");
            if (!await FillAsync(stream, cancellationToken))
                return null;
        }
    }

    /// <summary>Waits for the first bytes of a message, so that a reset meets a client that is sending.</summary>
    public async ValueTask WaitForBytesAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (!HasBytes)
            await FillAsync(stream, cancellationToken);
    }

    /// <summary>Everything up to the final dot, dots unstuffed (RFC 5321 §4.5.2); null where the client left before it.</summary>
    public async ValueTask<MessageContent?> ReadContentAsync(Stream stream, int maxBytes, CancellationToken cancellationToken)
    {
        // A line end in front lets one search find the final dot of an empty message too.
        var content = new MemoryStream(64 * 1024);
        content.Write("\r\n"u8);
        var tooLarge = false;
        while (true)
        {
            content.Write(_buffer, _start, _end - _start);
            var fresh = _end - _start;
            _start = _end = 0;

            var written = content.GetBuffer().AsSpan(0, (int)content.Length);
            var from = Math.Max(0, written.Length - fresh - 4);
            var at = written[from..].IndexOf("\r\n.\r\n"u8);
            if (at >= 0)
            {
                var length = from + at + 2;
                var rest = written[(length + 3)..];
                rest.CopyTo(_buffer);
                _end = rest.Length;
                return tooLarge || length - 2 > maxBytes ? MessageContent.TooLarge : Unstuff(written[..length]);
            }

            if (written.Length > maxBytes + 8L)
            {
                // Read on to the final dot, but keep no more than what may begin it.
                tooLarge = true;
                var tail = written[^4..].ToArray();
                content.SetLength(0);
                content.Write(tail);
            }

            if (!await FillAsync(stream, cancellationToken))
                return null;
        }
    }

    /// <returns>False where the client left before that many bytes had come.</returns>
    public async ValueTask<bool> ReadChunkAsync(Stream stream, MemoryStream to, int size, CancellationToken cancellationToken)
    {
        while (size > 0)
        {
            if (_end == _start && !await FillAsync(stream, cancellationToken))
                return false;

            var taken = Math.Min(size, _end - _start);
            to.Write(_buffer, _start, taken);
            _start += taken;
            size -= taken;
        }

        return true;
    }

    private static MessageContent Unstuff(ReadOnlySpan<byte> stuffed)
    {
        var content = new byte[stuffed.Length - 2];
        var written = 0;
        string? problem = null;
        var rest = stuffed[2..];
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = rest[..(end + 1)];
            rest = rest[line.Length..];
            if (line.Length < 2 || line[^2] != '\r' || line[..^2].Contains((byte)'\r'))
                problem ??= "550 5.6.0 bare CR or LF in the message (RFC 5321 section 2.3.8)";
            if (line[0] == '.')
                line = line[1..];
            if (line.Length - 2 > LongestTextLine)
                problem ??= "550 5.6.0 line over 998 octets (RFC 5322 section 2.1.1)";
            line.CopyTo(content.AsSpan(written));
            written += line.Length;
        }

        return new MessageContent(content.AsMemory(0, written), problem);
    }

    private async ValueTask<bool> FillAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        idle.CancelAfter(idleTimeout);
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), idle.Token);
        _end += read;
        return read > 0;
    }
}

/// <param name="Bytes">The message.</param>
/// <param name="Refusal">The reply that it earns instead of 250, if any.</param>
internal sealed record MessageContent(ReadOnlyMemory<byte> Bytes, string? Refusal)
{
    public static MessageContent TooLarge { get; } = new(default, "552 5.3.4 message larger than SIZE says");
}
