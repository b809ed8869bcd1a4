namespace MeSign.Statements.Sandbox.Timestamps;

/// <summary>Something that the timestamp server does wrong on request, always or so many times.</summary>
internal sealed class TimestampFault
{
    private int _left = int.MaxValue;

    private TimestampFault(TimestampFaultKind kind) => Kind = kind;

    public TimestampFaultKind Kind { get; }

    /// <summary>HTTP status of <see cref="TimestampFaultKind.Status"/>.</summary>
    public int StatusCode { get; private init; }

    /// <summary>Seconds in Retry-After, if it is sent.</summary>
    public int? RetryAfter { get; private init; }

    /// <summary>How long <see cref="TimestampFaultKind.Slow"/> waits before a right answer.</summary>
    public TimeSpan Delay { get; private init; }

    /// <summary>An HTTP error such as 503, or 429 with Retry-After.</summary>
    public static TimestampFault Status(int statusCode, int? retryAfter = null) =>
        new(TimestampFaultKind.Status) { StatusCode = statusCode, RetryAfter = retryAfter };

    public static TimestampFault Slow(TimeSpan delay) => new(TimestampFaultKind.Slow) { Delay = delay };

    public static TimestampFault Of(TimestampFaultKind kind) => kind is TimestampFaultKind.Status or TimestampFaultKind.Slow
        ? throw new ArgumentException($"{kind} has a method of its own.", nameof(kind))
        : new(kind);

    public TimestampFault Times(int times) => new(Kind)
    {
        StatusCode = StatusCode,
        RetryAfter = RetryAfter,
        Delay = Delay,
        _left = times,
    };

    /// <summary>True while it is not used up; a counted one is used up by that.</summary>
    internal bool Takes() => Volatile.Read(ref _left) == int.MaxValue || Interlocked.Decrement(ref _left) >= 0;
}

internal enum TimestampFaultKind
{
    /// <summary>An HTTP status and no token.</summary>
    Status,

    /// <summary>A right answer, late.</summary>
    Slow,

    /// <summary>The connection is reset.</summary>
    Drop,

    /// <summary>Bytes that are not a response.</summary>
    Garbage,

    /// <summary>A well-formed rejection (RFC 3161 §2.4.2, status 2, systemFailure).</summary>
    Rejection,

    /// <summary>A token with another nonce.</summary>
    WrongNonce,

    /// <summary>A token without the nonce that was asked for.</summary>
    NoNonce,

    /// <summary>A token over another digest.</summary>
    WrongImprint,

    /// <summary>A token whose signature is broken.</summary>
    BrokenSignature,

    /// <summary>A token signed by a certificate that is not for timestamps.</summary>
    WrongCertificate,
}
