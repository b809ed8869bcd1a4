namespace MeSign.Statements.Delivery;

/// <summary>Hands finished messages to relays, over connections that are kept.</summary>
internal sealed class SmtpSubmitter : IAsyncDisposable
{
    /// <summary>
    /// Sends a message as it is, byte for byte. Ends within the relay's timeout, which is shorter than the lease.
    /// <paramref name="cancellationToken"/> is heeded until the message's content begins to leave (the result is Deferred,
    /// ShuttingDown) and not after: what then follows is short, and giving up on it would leave it uncertain. The caller
    /// records the result even when the token is cancelled by then.
    /// </summary>
    /// <param name="relay">Key under <c>MeSign:Relays</c>.</param>
    /// <param name="envelope">From and for whom.</param>
    /// <param name="eml">RFC 5322 message, CRLF line ends.</param>
    public Task<Submission> SubmitAsync(string relay, Envelope envelope, ReadOnlyMemory<byte> eml, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
