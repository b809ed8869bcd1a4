using MimeKit;

namespace MeSign.Statements.Delivery;

/// <summary>The body of a finished message; it knows how far its sending came.</summary>
internal sealed class StoredBody : MimeEntity
{
    private const int Block = 32 * 1024;

    private const int Waiting = 0;
    private const int Leaving = 1;
    private const int Stopped = 2;

    private readonly ReadOnlyMemory<byte> _body;
    private readonly RelayClient _client;
    private int _progress;

    public StoredBody(ReadOnlyMemory<byte> body, RelayClient client)
        : base("application", "octet-stream")
    {
        _body = body;
        _client = client;
        Headers.Clear();
    }

    /// <summary>Whether any of it may have left.</summary>
    public bool IsLeaving => Volatile.Read(ref _progress) == Leaving;

    /// <summary>Whether all of it has left, so that the final dot may have left too. It must be sent with DATA.</summary>
    public bool MayHaveEnded { get; private set; }

    /// <summary>Keeps it from leaving.</summary>
    /// <returns>False where it is leaving already.</returns>
    public bool TryStop() => Interlocked.CompareExchange(ref _progress, Stopped, Waiting) != Leaving;

    // It is 7-bit as it is, and any change would break its signature.
    public override void Prepare(EncodingConstraint constraint, int maxLineLength = 78)
    {
    }

    public override async Task WriteToAsync(FormatOptions options, Stream stream, bool contentOnly, CancellationToken cancellationToken = default)
    {
        if (Interlocked.CompareExchange(ref _progress, Leaving, Waiting) == Stopped)
            throw new OperationCanceledException("stopped before the content");

        for (var sent = 0; sent < _body.Length; sent += Block)
            await stream.WriteAsync(_body.Slice(sent, Math.Min(Block, _body.Length - sent)), cancellationToken);
        await stream.FlushAsync(cancellationToken);

        // A relay that hung up by now has not taken the message, and that is certain. The same found out by a dot written
        // into the closed connection would leave it uncertain.
        if (_client.HungUp())
            throw new IOException("the relay closed the connection before the end of the message");

        MayHaveEnded = true;
    }
}
