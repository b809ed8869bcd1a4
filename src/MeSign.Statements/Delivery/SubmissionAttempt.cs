using System.Globalization;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace MeSign.Statements.Delivery;

/// <summary>
/// One attempt under its two limits (the relay's timeout; the caller's token until the content leaves), and what a failure
/// in it means.
/// </summary>
internal sealed class SubmissionAttempt : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenRegistration _stop;
    private readonly CancellationToken _caller;
    private StoredMessage? _message;

    public SubmissionAttempt(string relay, TimeSpan timeout, TimeProvider time, CancellationToken caller)
    {
        Relay = relay;
        _timeout = timeout;
        _caller = caller;
        _limit = new CancellationTokenSource(timeout, time);
        _stop = caller.UnsafeRegister(static state => ((SubmissionAttempt)state!).Stop(), this);
    }

    public string Relay { get; }

    public CancellationToken Token => _limit.Token;

    public bool IsOver => _limit.IsCancellationRequested;

    public StoredMessage Message => _message ?? throw new InvalidOperationException("no message yet");

    /// <summary>Whether any of the message's content may have left.</summary>
    public bool ContentLeft => _message?.Content.IsLeaving ?? false;

    /// <summary>Whether it was the caller who could not let the content leave.</summary>
    public bool IsNotAnnounced => _message is { Content.Announcement: { IsCompleted: true, IsCompletedSuccessfully: false } };

    /// <summary>The exceptions in which a relay, a network and a library say no. Others are faults of this program.</summary>
    public static bool IsExpected(Exception exception) => exception is
        SocketException or IOException or ProtocolException or CommandException or OperationCanceledException or TimeoutException
        or AuthenticationException or ServiceNotAuthenticatedException or ServiceNotConnectedException
        or SslHandshakeException or NotSupportedException or ObjectDisposedException or InvalidDataException or UnauthorizedAccessException;

    public void Begin(StoredMessage stored)
    {
        Interlocked.Exchange(ref _message, stored);
        if (_caller.IsCancellationRequested)
            Stop();
    }

    /// <summary>Forgets a message that did not come to leave: what follows is about a new connection.</summary>
    public void Reset() => Interlocked.Exchange(ref _message, null);

    public Submission Explain(Exception exception)
    {
        // An answer is an answer, whatever happened after it.
        if (Answer(exception) is var (phase, reply))
            return ReplyClassifier.Classify(phase, reply, Relay);
        if (_message is { Content.MayHaveEnded: true })
            return new Submission.Uncertain($"relay {Relay}: {Reason(exception)} after the end of the message");

        return exception switch
        {
            // Each step says in words of its own that it was given up, a TLS handshake as a failed one.
            _ when _caller.IsCancellationRequested && !ContentLeft =>
                new Submission.Deferred(DeferralReason.ShuttingDown, "this worker is shutting down"),
            _ when IsOver => new Submission.Deferred(DeferralReason.RelayUnavailable, $"relay {Relay}: {Reason(exception)}"),
            // A certificate in the settings that cannot be read; the message says which.
            InvalidDataException setting => new Submission.Deferred(DeferralReason.RelayTls, $"relay {Relay}: MeSign:Relays:{Relay}:{setting.Message}"),
            SslHandshakeException or UnauthorizedAccessException => new Submission.Deferred(
                DeferralReason.RelayTls, $"relay {Relay}: no TLS connection with an accepted certificate (see MeSign:Relays:{Relay}:TrustedRoots and Host)"),
            NotSupportedException when _message is null => new Submission.Deferred(
                DeferralReason.RelayTls, $"relay {Relay} does not offer what the settings require: STARTTLS, or AUTH (see MeSign:Relays:{Relay})"),
            AuthenticationException => new Submission.Deferred(
                DeferralReason.RelayAuthentication, $"relay {Relay} wants other credentials (see MeSign:Relays:{Relay}:User and PasswordFile)"),
            _ => new Submission.Deferred(DeferralReason.RelayUnavailable, $"relay {Relay}: {Reason(exception)}"),
        };
    }

    public void Dispose()
    {
        _stop.Dispose();
        _limit.Dispose();
    }

    private void Stop()
    {
        if (Volatile.Read(ref _message)?.Content.TryStop() ?? true)
            _limit.Cancel();
    }

    private (SmtpPhase Phase, RelayReply Reply)? Answer(Exception exception) => exception switch
    {
        SmtpCommandException refusal => (Phase(refusal), RelayReply.Of((int)refusal.StatusCode, refusal.Message)),
        // MailKit's word for 530, whatever it answers.
        ServiceNotAuthenticatedException => (UnauthenticatedPhase, RelayReply.Of((int)SmtpStatusCode.AuthenticationRequired, exception.Message)),
        // The answer to AUTH: the code, a colon and the text.
        AuthenticationException { Message: [_, _, _, ':', ..] message } when int.TryParse(message[..3], NumberStyles.None, CultureInfo.InvariantCulture, out var code) =>
            (SmtpPhase.Authenticate, RelayReply.Of(code, message[4..])),
        _ => null,
    };

    private SmtpPhase UnauthenticatedPhase => _message switch
    {
        { Content.MayHaveEnded: true } => SmtpPhase.End,
        { SenderTaken: true } => SmtpPhase.Recipient,
        _ => SmtpPhase.Sender,
    };

    private SmtpPhase Phase(SmtpCommandException refusal) => refusal.ErrorCode switch
    {
        SmtpErrorCode.SenderNotAccepted => SmtpPhase.Sender,
        SmtpErrorCode.RecipientNotAccepted => SmtpPhase.Recipient,
        SmtpErrorCode.MessageNotAccepted => SmtpPhase.End,
        _ => _message is null ? SmtpPhase.Connect : SmtpPhase.Data,
    };

    private string Reason(Exception exception) => exception switch
    {
        // Whatever gives way first when the time is over, that is the reason.
        _ when IsOver && !_caller.IsCancellationRequested => $"no answer within {_timeout}",
        OperationCanceledException or TimeoutException => $"no answer within {_timeout}",
        SocketException socket => $"no connection ({socket.SocketErrorCode})",
        IOException { InnerException: SocketException socket } => $"connection lost ({socket.SocketErrorCode})",
        ProtocolException => "connection closed, or an answer that is not SMTP",
        _ => $"connection lost ({exception.GetType().Name})",
    };
}
