using System.Globalization;
using System.Text.RegularExpressions;

namespace MeSign.Statements.Delivery;

/// <summary>How one attempt to hand a message to a relay ended.</summary>
/// <param name="Reply">The relay's answer that decided; null where none came.</param>
public abstract record Submission(RelayReply? Reply)
{
    /// <summary>The relay answered the end of the message with 250: it is the relay's responsibility now (RFC 5321 §4.2.5).</summary>
    public sealed record Relayed(RelayReply? Reply) : Submission(Reply);

    /// <summary>Certainly not taken, and it may work later: try again after <see cref="DeferralSchedule"/>'s delay.</summary>
    /// <param name="Detail">For the ledger: what was in the way; never an address.</param>
    /// <param name="After">Given where no attempt was made: how long to wait with one.</param>
    public sealed record Deferred(DeferralReason Reason, string Detail, RelayReply? Reply = null, TimeSpan? After = null) : Submission(Reply);

    /// <summary>
    /// Certainly not taken, and it never will be as it stands. Without a reply: not offered, for the relay announced that it
    /// could not take it, as another one may.
    /// </summary>
    /// <param name="Detail">For the ledger and the bank; never an address.</param>
    public sealed record Failed(FailureCode Code, string Detail, RelayReply? Reply = null) : Submission(Reply);

    /// <summary>The end of the message may have left and no answer to it was read: the relay may have taken it.</summary>
    /// <param name="Detail">For the ledger: what happened.</param>
    public sealed record Uncertain(string Detail) : Submission((RelayReply?)null);
}

public enum DeferralReason
{
    /// <summary>No connection, a connection lost, no answer in time, or 421: nothing was said about this message.</summary>
    RelayUnavailable,

    /// <summary>No TLS, or none that the settings accept. A person must look at the relay or the settings.</summary>
    RelayTls,

    /// <summary>The relay refused our credentials or wants some. A person must look at the settings.</summary>
    RelayAuthentication,

    /// <summary>The relay said 4xx: greylisting, a full mailbox, a rate limit.</summary>
    Postponed,

    /// <summary>This worker is shutting down and had not begun to send.</summary>
    ShuttingDown,

    /// <summary>A limit of ours on connections or messages per second.</summary>
    Limited,
}

/// <param name="Code">Three digits (RFC 5321 §4.2).</param>
/// <param name="Enhanced">Enhanced status code (RFC 3463) where the relay gives one, such as <c>5.1.1</c>.</param>
public sealed partial record RelayReply(int Code, string? Enhanced)
{
    /// <summary>Takes the enhanced code from the head of a reply's text and forgets the text: it quotes addresses.</summary>
    public static RelayReply Of(int code, string text) =>
        new(code, EnhancedCode().Match(text) is { Success: true } match ? match.Groups["code"].Value : null);

    public override string ToString() => Enhanced is null
        ? Code.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Code} {Enhanced}");

    // RFC 2034 §4 puts it first; some relays write a # before it.
    [GeneratedRegex(@"^\s*#?(?<code>[245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EnhancedCode();
}
