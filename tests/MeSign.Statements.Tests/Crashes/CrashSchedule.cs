using MeSign.Statements.Sandbox.Smtp;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>
/// What happens to one statement (or one manifest and its statements): what it is, where workers die on it, what the relay does to
/// it, who is handed it twice. All of it follows from the seed; what runs beside it on the same queues does not.
/// </summary>
internal sealed record CrashSchedule
{
    /// <summary>Steps that the work takes at most where nobody dies: drawn beyond them, nobody dies.</summary>
    private const int LongestWork = 75;

    public required int Seed { get; init; }

    public required CrashWork Work { get; init; }

    /// <summary>At which step a worker dies of it, counted from the death before on.</summary>
    public required IReadOnlyList<int> Deaths { get; init; }

    /// <summary>How often a message is handed to two workers at once, as when a lease was lost.</summary>
    public double Twice { get; init; }

    /// <summary>Whether what a dead worker had sent of a message is lost with its connection; it arrives otherwise.</summary>
    public bool Loses { get; init; }

    /// <summary>What the relay does wrong the first time.</summary>
    public Misbehaviour? Relay { get; init; }

    /// <summary>Whether somebody decides to send again what ends as Uncertain.</summary>
    public bool Resends { get; init; }

    /// <summary>Whether somebody finds that the relay did take what ends as Uncertain, where it is not sent again.</summary>
    public bool Resolves { get; init; }

    /// <summary>Whether the queue gives up on a message at its first failure: it goes to the poison queue, and what is recorded of it is retried by somebody.</summary>
    public bool GivesUp { get; init; }

    /// <summary>Its statements on record, a refused line among them.</summary>
    public int Rows => Work == CrashWork.Batch ? 3 : 1;

    public static CrashSchedule Of(int seed)
    {
#pragma warning disable CA5394 // The same seed must make the same schedule.
        var random = new Random(seed);
        var work = random.Next(100) switch { < 80 => CrashWork.Message, < 92 => CrashWork.Statement, _ => CrashWork.Batch };
        return new CrashSchedule
        {
            Seed = seed,
            Work = work,
            Deaths = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, LongestWork))],
            Twice = random.Next(3) == 0 ? random.NextDouble() * 0.5 : 0,
            Relay = random.Next(100) switch
            {
                < 10 => Misbehaviour.Reply((SmtpStage)random.Next((int)SmtpStage.Mail, (int)SmtpStage.FinalDot + 1), "451 4.3.0 try later").Times(1),
                < 20 => Misbehaviour.DropAfterFinalDot(keepMessage: random.Next(2) == 0).Times(1),
                < 25 => Misbehaviour.Drop((SmtpStage)random.Next((int)SmtpStage.Connect, (int)SmtpStage.FinalDot)).Times(1),
                < 28 => Misbehaviour.Reply(SmtpStage.Recipient, "550 5.1.1 no such user").Times(1),
                _ => null,
            },
            Resends = random.Next(2) == 0,
            GivesUp = random.Next(5) == 0 && work != CrashWork.Batch,
            Loses = random.Next(2) == 0,
            Resolves = random.Next(2) == 0,
        };
#pragma warning restore CA5394
    }

    /// <summary>One death at one step.</summary>
    public static CrashSchedule At(int step, CrashWork work) => new() { Seed = -step, Work = work, Deaths = [step] };

    /// <summary>A death that makes the queue give up on the message, and another at a step of what follows from that.</summary>
    public static CrashSchedule GivenUpAt(int first, int next) => new() { Seed = -next, Work = CrashWork.Message, Deaths = [first, next], GivesUp = true };

    public override string ToString() => $"seed {Seed}: {Work}, deaths at {string.Join(", ", Deaths)}, twice {Twice:F1}, loses {Loses}, relay {Relay?.Stage}:{Relay?.Fault}, resends {Resends}, resolves {Resolves}, gives up {GivesUp}";
}

internal enum CrashWork
{
    /// <summary>One job without a document: the cheapest.</summary>
    Message,

    /// <summary>One job with a PDF.</summary>
    Statement,

    /// <summary>A manifest of three lines, one of them bad, expanded one or two at a time.</summary>
    Batch,
}
