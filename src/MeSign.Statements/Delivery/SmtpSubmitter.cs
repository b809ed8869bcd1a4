using System.Collections.Concurrent;
using System.Text;
using MailKit.Net.Smtp;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MimeKit;

namespace MeSign.Statements.Delivery;

/// <summary>Hands finished messages to relays, over connections that are kept.</summary>
internal sealed partial class SmtpSubmitter(IOptions<RelaysOptions> options, MailLogin login, TimeProvider time, ILogger<SmtpSubmitter> logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<RelayPool>> _pools = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Waits for one of the relay's connections to be free. Whoever holds the place submits at once, so that Submitting is on
    /// record for what is really being sent and not for what waits in line.
    /// </summary>
    /// <param name="relay">Key under <c>MeSign:Relays</c>.</param>
    public async Task<RelayPlace> ReserveAsync(string relay, CancellationToken cancellationToken)
    {
        if (!options.Value.Relays.TryGetValue(relay, out var settings))
            return new RelayPlace(relay, null, TimeSpan.Zero);

        var pool = _pools.GetOrAdd(relay, _ => new Lazy<RelayPool>(() => new RelayPool(settings, login, time))).Value;
        await pool.EnterAsync(cancellationToken);
        return new RelayPlace(relay, pool, settings.Timeout);
    }

    /// <summary>
    /// Sends a message as it is, byte for byte. Ends within the relay's timeout, which is shorter than the lease, and always
    /// with a result. <paramref name="cancellationToken"/> is heeded until the message's content begins to leave (Deferred,
    /// ShuttingDown) and not after: what follows is short, and giving up on it would leave it uncertain. The caller records
    /// the result even when the token is cancelled by then.
    /// </summary>
    /// <param name="place">From <see cref="ReserveAsync"/>; for this one message.</param>
    /// <param name="envelope">From and for whom.</param>
    /// <param name="eml">RFC 5322 message, 7-bit, CRLF line ends.</param>
    public async Task<Submission> SubmitAsync(RelayPlace place, Envelope envelope, ReadOnlyMemory<byte> eml, CancellationToken cancellationToken)
    {
        if (place.Pool is not { } pool)
            return new Submission.Deferred(DeferralReason.RelayUnavailable, $"relay {place.Relay} is not configured: add MeSign:Relays:{place.Relay}");
        if (WireFormat.Fault(eml.Span) is { } fault)
            return new Submission.Failed(FailureCode.MessageRefused, $"the sealed message cannot be sent: {fault}");

        var started = time.GetTimestamp();
        using var attempt = new SubmissionAttempt(place.Relay, place.Timeout, time, cancellationToken);
        var submission = await SubmitAsync(pool, attempt, envelope, eml);
        var outcome = submission.GetType().Name;
        var milliseconds = (long)time.GetElapsedTime(started).TotalMilliseconds;
        Log.Submitted(logger, place.Relay, outcome, submission.Reply, milliseconds);
        return submission;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in _pools.Values.Where(pool => pool.IsValueCreated))
            await pool.Value.DisposeAsync();
    }

    private static async Task<Submission> SubmitAsync(RelayPool pool, SubmissionAttempt attempt, Envelope envelope, ReadOnlyMemory<byte> eml)
    {
        try
        {
            // A kept connection may die at the moment it is used. Nothing of the message has left then, so that one fresh
            // connection is the same attempt, not another.
            if (pool.Reuse() is { } kept)
            {
                var submission = await SendAsync(pool, kept, attempt, envelope, eml);
                if (submission is not Submission.Deferred { Reason: DeferralReason.RelayUnavailable } || attempt.IsOver || attempt.ContentLeft)
                    return submission;
            }

            attempt.Reset();
            return await SendAsync(pool, await pool.ConnectAsync(attempt.Token), attempt, envelope, eml);
        }
        catch (Exception exception) when (SubmissionAttempt.IsExpected(exception))
        {
            return attempt.Explain(exception);
        }
    }

    private static async Task<Submission> SendAsync(
        RelayPool pool, RelayClient client, SubmissionAttempt attempt, Envelope envelope, ReadOnlyMemory<byte> eml)
    {
        var between = false;
        try
        {
            client.Messages++;
            attempt.Begin(new StoredMessage(eml, client));
            var submission = await TransactAsync(client, attempt, envelope);
            between = true;
            return submission;
        }
        catch (Exception exception) when (SubmissionAttempt.IsExpected(exception))
        {
            // After a refusal MailKit resets the transaction. Where it was cut short in that, an answer is still on its way,
            // and would be read as the answer to the next message.
            between = exception is SmtpCommandException && !attempt.IsOver;
            return attempt.Explain(exception);
        }
        finally
        {
            if (between)
                await pool.KeepAsync(client);
            else
                client.Dispose();
        }
    }

    private static async Task<Submission> TransactAsync(RelayClient client, SubmissionAttempt attempt, Envelope envelope)
    {
        var international = !Ascii.IsValid(LocalPart(envelope.ReturnPath)) || !Ascii.IsValid(LocalPart(envelope.Recipient));
        if (international && !client.Capabilities.HasFlag(SmtpCapabilities.UTF8))
            return new Submission.Failed(FailureCode.RecipientRefused, $"relay {attempt.Relay} does not offer SMTPUTF8, which the address needs (RFC 6531)");
        if (client.Capabilities.HasFlag(SmtpCapabilities.Size) && client.MaxSize > 0 && attempt.Message.Length > client.MaxSize)
            return new Submission.Failed(FailureCode.MessageTooLarge, $"the message has {attempt.Message.Length} bytes, relay {attempt.Relay} takes {client.MaxSize}");

        client.EnvelopeId = envelope.Id;
        var format = FormatOptions.Default.Clone();
        format.International = international;
        var text = await client.SendAsync(
            format, attempt.Message, new MailboxAddress("", envelope.ReturnPath), [new MailboxAddress("", envelope.Recipient)], attempt.Token);
        return ReplyClassifier.Classify(SmtpPhase.End, RelayReply.Of(250, text), attempt.Relay);
    }

    private static ReadOnlySpan<char> LocalPart(string address) =>
        address.LastIndexOf('@') is var at and >= 0 ? address.AsSpan(0, at) : address;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Relay {Relay}: {Outcome} {Reply} in {Milliseconds} ms")]
        public static partial void Submitted(ILogger logger, string relay, string outcome, RelayReply? reply, long milliseconds);
    }
}
