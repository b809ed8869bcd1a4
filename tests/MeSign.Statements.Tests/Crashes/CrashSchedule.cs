using MeSign.Statements.Sandbox.Smtp;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>What happens in one schedule: what is sent, who dies where, and what the relay does. All of it follows from the seed.</summary>
internal sealed record CrashSchedule
{
    /// <summary>Longer than any process needs for the work of a schedule: drawn beyond it, nobody dies.</summary>
    private const int LongestLife = 75;

    public required int Seed { get; init; }

    public required CrashWork Work { get; init; }

    /// <summary>At which step each process dies, in the order of their starts; those after them live.</summary>
    public required IReadOnlyList<int> Deaths { get; init; }

    public int Workers { get; init; } = 2;

    /// <summary>How often a message is handed to two workers at once, as when a lease was lost.</summary>
    public double Twice { get; init; }

    /// <summary>How often a sweep runs beside the work.</summary>
    public double Sweeps { get; init; }

    /// <summary>What the relay does wrong the first time.</summary>
    public Misbehaviour? Relay { get; init; }

    /// <summary>Whether somebody decides to send again what ends as Uncertain.</summary>
    public bool Resends { get; init; }

    public static CrashSchedule Of(int seed)
    {
#pragma warning disable CA5394 // The same seed must make the same schedule.
        var random = new Random(seed);
        var work = random.Next(100) switch { < 70 => CrashWork.Message, < 80 => CrashWork.Statement, _ => CrashWork.Batch };
        return new CrashSchedule
        {
            Seed = seed,
            Work = work,
            Deaths = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, LongestLife))],
            Workers = random.Next(2, 5),
            Twice = random.NextDouble() * 0.5,
            Sweeps = random.NextDouble() * 0.3,
            Relay = random.Next(100) switch
            {
                < 10 => Misbehaviour.Reply((SmtpStage)random.Next((int)SmtpStage.Mail, (int)SmtpStage.FinalDot + 1), "451 4.3.0 try later").Times(1),
                < 20 => Misbehaviour.DropAfterFinalDot(keepMessage: random.Next(2) == 0).Times(1),
                < 25 => Misbehaviour.Drop((SmtpStage)random.Next((int)SmtpStage.Connect, (int)SmtpStage.FinalDot)).Times(1),
                < 28 => Misbehaviour.Reply(SmtpStage.Recipient, "550 5.1.1 no such user").Times(1),
                _ => null,
            },
            Resends = random.Next(2) == 0,
        };
#pragma warning restore CA5394
    }

    /// <summary>One process that dies at one step, and one that finishes.</summary>
    public static CrashSchedule At(int step, CrashWork work) => new() { Seed = -step, Work = work, Deaths = [step], Workers = 1 };

    public override string ToString() => $"seed {Seed}: {Work}, {Workers} workers, deaths at {string.Join(", ", Deaths)}, relay {Relay?.Stage}:{Relay?.Fault}, resends {Resends}";
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
