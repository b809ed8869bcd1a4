using System.Text;
using MimeKit;

namespace MeSign.Statements.Delivery;

/// <summary>The body of a finished message; it knows how far its sending came.</summary>
internal sealed class StoredBody : MimePart
{
    private const int Block = 32 * 1024;

    private const int Waiting = 0;
    private const int Leaving = 1;
    private const int Stopped = 2;

    private readonly ReadOnlyMemory<byte> _body;
    private readonly RelayClient _client;
    private readonly Func<Task> _leaving;
    private int _progress;

    /// <param name="leaving">Called once, when the body is about to leave; it does not leave where that fails.</param>
    public StoredBody(ReadOnlyMemory<byte> body, RelayClient client, Func<Task> leaving)
        : base("application", "octet-stream")
    {
        _body = body;
        _client = client;
        _leaving = leaving;
        Headers.Clear();

        // By this MailKit asks for 8BITMIME (RFC 6152): signed header fields with addresses in UTF-8, which only pass with SMTPUTF8.
        if (!Ascii.IsValid(body.Span))
            ContentTransferEncoding = ContentEncoding.EightBit;
    }

    /// <summary>Whether any of it may have left.</summary>
    public bool IsLeaving => Volatile.Read(ref _progress) == Leaving;

    /// <summary>What was called when it was about to leave.</summary>
    public Task Announcement { get; private set; } = Task.CompletedTask;

    /// <summary>Whether all of it may have left, and with it the mark that ends the message.</summary>
    public bool MayHaveEnded { get; private set; }

    /// <summary>Keeps it from leaving.</summary>
    /// <returns>False where it is leaving already.</returns>
    public bool TryStop() => Interlocked.CompareExchange(ref _progress, Stopped, Waiting) != Leaving;

    // It is lines of text as it is, and any change would break its signature.
    public override void Prepare(EncodingConstraint constraint, int maxLineLength = 78)
    {
    }

    public override async Task WriteToAsync(FormatOptions options, Stream stream, bool contentOnly, CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref _progress) == Stopped)
            throw new OperationCanceledException("stopped before the content");

        Announcement = AnnounceAsync();
        await Announcement.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!Announcement.IsCompletedSuccessfully || Interlocked.CompareExchange(ref _progress, Leaving, Waiting) == Stopped)
            throw new OperationCanceledException("stopped before the content");

        var last = Math.Max(0, _body.Length - 1) / Block * Block;
        for (var sent = 0; sent < last; sent += Block)
            await stream.WriteAsync(_body.Slice(sent, Block), cancellationToken);

        // BDAT says beforehand how long the message is (RFC 3030 §2): its last byte is what ends it.
        if (_client.SendsChunks)
            End();
        await stream.WriteAsync(_body[last..], cancellationToken);
        await stream.FlushAsync(cancellationToken);
        if (!_client.SendsChunks)
            End();
    }

    // A failure before the first await is the caller's too.
    private async Task AnnounceAsync() => await _leaving();

    private void End()
    {
        // A relay that hung up by now has not taken the message, and that is certain. The same found out by an end written
        // into the closed connection would leave it uncertain.
        if (_client.HungUp())
            throw new IOException("the relay closed the connection before the end of the message");

        MayHaveEnded = true;
    }
}
