using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace MeSign.Statements.Sandbox.Smtp;

/// <summary>The bytes of one connection: lines and contents in, replies out, plain or over TLS, and the faults that break it.</summary>
internal sealed class SmtpWire(Socket socket, SmtpSinkOptions options) : IDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    private readonly SmtpInput _input = new(options.IdleTimeout);
    private readonly ArrayBufferWriter<byte> _replies = new();
    private Stream _stream = new NetworkStream(socket, ownsSocket: true);

    public bool Tls { get; private set; }

    public string? ClientCertificate { get; private set; }

    /// <summary>Whether the client has sent ahead of our answer.</summary>
    public bool HasBytes => _input.HasBytes;

    public void Dispose() => _stream.Dispose();

    public async Task StartTlsAsync(SslServerAuthenticationOptions tlsOptions, CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream);
        _stream = tls;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.IdleTimeout);
        await tls.AuthenticateAsServerAsync(tlsOptions, limit.Token);
        Tls = true;
        ClientCertificate = tls.RemoteCertificate?.GetCertHashString();
    }

    /// <summary>The next line; null at the end. Replies to pipelined commands leave together (RFC 2920 §3.2).</summary>
    /// <exception cref="InvalidDataException">The line is too long.</exception>
    public async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        if (!_input.HasLine)
            await FlushAsync(cancellationToken);
        return await _input.ReadLineAsync(_stream, cancellationToken);
    }

    public ValueTask WaitForBytesAsync(CancellationToken cancellationToken) => _input.WaitForBytesAsync(_stream, cancellationToken);

    public ValueTask<MessageContent?> ReadContentAsync(CancellationToken cancellationToken) =>
        _input.ReadContentAsync(_stream, options.MaxMessageBytes, cancellationToken);

    /// <param name="between">What happens when half of it has come; true ends the connection.</param>
    /// <returns>False where the client left before the end of the chunk.</returns>
    public async ValueTask<bool> ReadChunkAsync(MemoryStream to, int size, Func<Task<bool>> between, CancellationToken cancellationToken) =>
        await _input.ReadChunkAsync(_stream, to, size / 2, cancellationToken) && !await between()
        && await _input.ReadChunkAsync(_stream, to, size - size / 2, cancellationToken);

    public void Reply(string line)
    {
        Encoding.UTF8.GetBytes(line, _replies);
        _replies.Write("\r\n"u8);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_replies.WrittenCount == 0)
            return;
        await _stream.WriteAsync(_replies.WrittenMemory, cancellationToken);
        _replies.ResetWrittenCount();
    }

    /// <summary>Sends a last reply to a client that may be gone.</summary>
    public async Task SayLastAsync(string line)
    {
        Reply(line);
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await FlushAsync(limit.Token);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // It does not listen either.
        }
    }

    /// <returns>True where the fault was the answer; false after a stall that ended.</returns>
    /// <exception cref="IOException">The connection was dropped.</exception>
    public async Task<bool> CommitAsync(Misbehaviour fault, CancellationToken cancellationToken)
    {
        switch (fault.Fault)
        {
            case SmtpFault.Reply:
                Reply(fault.Answer!);
                return true;
            case SmtpFault.Drop:
                if (fault.Garbles)
                {
                    // What a broken TLS library or a box in the middle makes of the handshake.
                    Reply("220 2.0.0 ready to start TLS");
                    await FlushAsync(cancellationToken);
                    await _stream.WriteAsync("\x16\x03\x01\x00\x02garbage"u8.ToArray(), cancellationToken);
                }

                // Without lingering: the client sees a reset, as from a relay whose machine went down.
                socket.Close(0);
                throw new IOException("dropped on purpose");
            default:
                await FlushAsync(cancellationToken);
                await StallAsync(fault.Duration, cancellationToken);
                return false;
        }
    }

    private async Task StallAsync(TimeSpan? duration, CancellationToken cancellationToken)
    {
        if (duration is { } known)
        {
            await Task.Delay(known, cancellationToken);
            return;
        }

        while (!(socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0))
            await Task.Delay(Glance, cancellationToken);
    }
}
