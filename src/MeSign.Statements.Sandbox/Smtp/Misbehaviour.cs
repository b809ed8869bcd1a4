namespace MeSign.Statements.Sandbox.Smtp;

/// <summary>Something that the sink does wrong on request: at one point of the dialogue, for everyone or one recipient, always or so many times.</summary>
internal sealed class Misbehaviour
{
    private readonly TaskCompletionSource _met = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = int.MaxValue;

    private Misbehaviour(SmtpStage stage, SmtpFault fault) => (Stage, Fault) = (stage, fault);

    public SmtpStage Stage { get; }

    public SmtpFault Fault { get; }

    /// <summary>The reply line instead of the right one.</summary>
    public string? Answer { get; private init; }

    /// <summary>Whether the message is stored although the client never hears of it.</summary>
    public bool KeepsMessage { get; private init; }

    /// <summary>Whether it answers with bytes that are no TLS before it drops the connection.</summary>
    public bool Garbles { get; private init; }

    /// <summary>How long a stall lasts; until the client leaves where null.</summary>
    public TimeSpan? Duration { get; private init; }

    /// <summary>Only for this envelope recipient; from <see cref="SmtpStage.Recipient"/> on, earlier nobody knows it.</summary>
    public string? Recipient { get; private init; }

    /// <summary>Ends when a client first came to it.</summary>
    public Task Met => _met.Task;

    /// <summary>Answers with a refusal, such as <c>550 5.1.1 no such user</c> or <c>451 4.3.0 try later</c>.</summary>
    public static Misbehaviour Reply(SmtpStage stage, string reply) => new(stage, SmtpFault.Reply) { Answer = reply };

    /// <summary>Resets the connection; at <see cref="SmtpStage.Content"/> that is before the final dot.</summary>
    public static Misbehaviour Drop(SmtpStage stage) => new(stage, SmtpFault.Drop);

    /// <summary>Says yes to STARTTLS and then sends no TLS.</summary>
    public static Misbehaviour BreakTls() => new(SmtpStage.StartTls, SmtpFault.Drop) { Garbles = true };

    /// <summary>Takes the whole message, then resets the connection instead of answering.</summary>
    public static Misbehaviour DropAfterFinalDot(bool keepMessage) => new(SmtpStage.FinalDot, SmtpFault.Drop) { KeepsMessage = keepMessage };

    /// <summary>Says nothing and reads nothing for a while, then goes on as if nothing had happened.</summary>
    public static Misbehaviour Stall(SmtpStage stage, TimeSpan? duration = null) => new(stage, SmtpFault.Stall) { Duration = duration };

    public Misbehaviour For(string recipient) => Stage >= SmtpStage.Recipient
        ? new(Stage, Fault) { Answer = Answer, KeepsMessage = KeepsMessage, Duration = Duration, Recipient = recipient, _left = _left }
        : throw new ArgumentException($"At {Stage} the sink does not know the recipient yet.", nameof(recipient));

    public Misbehaviour Times(int times) => new(Stage, Fault)
    {
        Answer = Answer,
        KeepsMessage = KeepsMessage,
        Garbles = Garbles,
        Duration = Duration,
        Recipient = Recipient,
        _left = times,
    };

    /// <summary>True where it applies here; a counted one is used up by that.</summary>
    internal bool Takes(SmtpStage stage, IEnumerable<string> recipients)
    {
        var takes = stage == Stage
            && (Recipient is null || recipients.Contains(Recipient, StringComparer.OrdinalIgnoreCase))
            && (Volatile.Read(ref _left) == int.MaxValue || Interlocked.Decrement(ref _left) >= 0);
        if (takes)
            _met.TrySetResult();
        return takes;
    }
}

/// <summary>Points of an SMTP dialogue, in their order.</summary>
internal enum SmtpStage
{
    /// <summary>Instead of the greeting.</summary>
    Connect,
    Hello,
    StartTls,
    Authenticate,
    Mail,
    Recipient,

    /// <summary>At the DATA command.</summary>
    Data,

    /// <summary>In the middle of the message.</summary>
    Content,

    /// <summary>After the final dot.</summary>
    FinalDot,
}

internal enum SmtpFault
{
    Reply,
    Drop,
    Stall,
}
