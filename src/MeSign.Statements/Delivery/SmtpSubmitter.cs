using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Delivery;

/// <summary>Hands finished messages to relays, over connections that are kept.</summary>
internal sealed partial class SmtpSubmitter(
    IOptions<RelaysOptions> options, MailLogin login, RelayTlsFaults faults, TimeProvider time, ILogger<SmtpSubmitter> logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<RelayPool>> _pools = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Sends a message as it is, byte for byte, by the first of the relays that can be reached and can take it; it fails for what
    /// relays lack only where every one lacks it. Always ends with a result, and within the relay's timeout, which is shorter than
    /// the lease, from the moment that <paramref name="leaving"/> is called. <paramref name="cancellationToken"/> is heeded until
    /// the message's body begins to leave (Deferred, ShuttingDown) and not after: what follows is short, and giving up on it would
    /// leave it uncertain. The caller records the result even when the token is cancelled by then.
    /// </summary>
    /// <param name="relays">Keys under <c>MeSign:Relays</c> with their shares.</param>
    /// <param name="envelope">From and for whom.</param>
    /// <param name="eml">RFC 5322 message, CRLF line ends, 7-bit; UTF-8 where the envelope needs SMTPUTF8.</param>
    /// <param name="leaving">
    /// Called at most once, when the relay has taken sender and recipient and the body is about to leave: until then nothing can
    /// have been sent. Where it throws, nothing is sent, and its exception is the caller's.
    /// </param>
    public async Task<Submission> SubmitAsync(
        IReadOnlyDictionary<string, int> relays, Envelope envelope, ReadOnlyMemory<byte> eml, Func<Task> leaving, CancellationToken cancellationToken)
    {
        if (WireFormat.Fault(eml.Span, envelope.NeedsSmtpUtf8) is { } fault)
            return new Submission.Failed(FailureCode.MessageRefused, $"the sealed message cannot be sent: {fault}");

        Submission? tried = null;
        Submission? unable = null;
        Submission.Deferred? untried = null;
        var limited = false;
        foreach (var relay in RelayChoice.Order(relays))
        {
            // One without a share stands in for those that fail, and one that is at its limit has not failed.
            if (limited && relays[relay] == 0)
                break;

            if (Admit(relay, envelope, out var pool) is { } later)
            {
                limited |= later.Reason == DeferralReason.Limited;
                untried = untried?.After < later.After ? untried : later;
                continue;
            }

            var (submission, left) = await TryAsync(pool!, envelope, eml, leaving, cancellationToken);
            if (submission is Submission.Failed { Reply: null })
                unable ??= submission;
            else if (!left && submission is Submission.Deferred { Reason: DeferralReason.RelayUnavailable or DeferralReason.RelayTls or DeferralReason.RelayAuthentication })
                tried = submission;
            else
                return submission;
        }

        return tried ?? untried ?? unable ?? new Submission.Deferred(DeferralReason.RelayUnavailable, "no relay is configured");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in _pools.Values.Where(pool => pool.IsValueCreated))
            await pool.Value.DisposeAsync();
    }

    /// <summary>Whether the relay is to be tried now: null, and its limits are entered; otherwise why not.</summary>
    private Submission.Deferred? Admit(string relay, Envelope envelope, out RelayPool? pool)
    {
        pool = null;
        if (!options.Value.Relays.TryGetValue(relay, out var settings))
            return new Submission.Deferred(DeferralReason.RelayUnavailable, $"relay {relay} is not configured: add MeSign:Relays:{relay}");

        pool = _pools.GetOrAdd(relay, _ => new Lazy<RelayPool>(() => new RelayPool(relay, settings, login, faults, time))).Value;
        // Its limits say nothing where it is left alone, and a message that its limits hold back is not the one that goes to see.
        var alone = pool.Health.Rest();
        if (alone is null && pool.Limits.Enter(envelope.RecipientDomain) is { } full)
            return new Submission.Deferred(DeferralReason.Limited, $"relay {relay}: a limit of ours on messages at once or in a second", After: full);
        if ((alone ?? pool.Health.Enter()) is not { } rest)
            return null;

        if (alone is null)
            pool.Limits.Undo(envelope.RecipientDomain);
        return new Submission.Deferred(DeferralReason.RelayUnavailable, $"relay {relay} is left alone: it failed {pool.Health.Failures} times in a row", After: rest);
    }

    /// <returns>How it ended, and whether any of the message left.</returns>
    private async Task<(Submission Submission, bool Left)> TryAsync(
        RelayPool pool, Envelope envelope, ReadOnlyMemory<byte> eml, Func<Task> leaving, CancellationToken cancellationToken)
    {
        try
        {
            await pool.EnterAsync(cancellationToken);
            try
            {
                var started = time.GetTimestamp();
                using var attempt = new SubmissionAttempt(pool.Id, pool.Options.Timeout, time, cancellationToken);
                var submission = await RelayTransaction.RunAsync(pool, attempt, envelope, eml, leaving);
                var milliseconds = (long)time.GetElapsedTime(started).TotalMilliseconds;
                Log.Submitted(logger, pool.Id, submission.GetType().Name, submission.Reply, milliseconds);
                Note(pool.Health, submission);
                return (submission, attempt.ContentLeft);
            }
            finally
            {
                pool.Leave();
            }
        }
        finally
        {
            pool.Limits.Leave(envelope.RecipientDomain);
        }
    }

    private static void Note(RelayHealth health, Submission submission)
    {
        switch (submission)
        {
            case Submission.Deferred { Reason: DeferralReason.ShuttingDown }:
                break;
            case Submission.Uncertain or Submission.Deferred { Reason: DeferralReason.RelayUnavailable or DeferralReason.RelayTls or DeferralReason.RelayAuthentication }:
                health.Failed();
                break;
            default:
                health.Reached();
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Relay {Relay}: {Outcome} {Reply} in {Milliseconds} ms")]
        public static partial void Submitted(ILogger logger, string relay, string outcome, RelayReply? reply, long milliseconds);
    }
}
