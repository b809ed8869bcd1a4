using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Soak;

/// <summary>Statements that have one thing in common: what goes wrong with them, and where they must end.</summary>
/// <param name="Name">Also the recipient's mailbox, by which the relay knows whom to misbehave for; numbered where there are several.</param>
/// <param name="PerThousand">How many of a thousand statements are of this kind.</param>
/// <param name="End">Where each ends.</param>
/// <param name="AtRelay">How many messages the relay has of each then.</param>
internal sealed record SoakKind(string Name, int PerThousand, StatementState End, int AtRelay)
{
    /// <summary>The code that a Failed one bears.</summary>
    public FailureCode? Code { get; init; }

    /// <summary>What is wrong with the job.</summary>
    public Func<TestJob, TestJob> Job { get; init; } = job => job;

    /// <summary>What the relay does when it sees the recipient.</summary>
    public Misbehaviour? Fault { get; init; }

    /// <summary>Whether the fault meets as many messages as there are statements, and no more.</summary>
    public bool IsPassing { get; init; }

    public bool HasCertificate { get; init; } = true;

    /// <summary>How many people they go to.</summary>
    public int People { get; init; } = 1;

    public IEnumerable<string> Addresses => Enumerable.Range(0, People).Select(Address);

    public string Address(int number) => People == 1 ? $"{Name}@example.test" : $"{Name}.{number % People}@example.test";

    /// <summary>What is under the name of a document and is none.</summary>
    public static byte[] Text { get; } = "This is no PDF."u8.ToArray();

    /// <summary>5 % of the statements are bad jobs, 5 % have no certificate, 5 % meet a fault of the relay.</summary>
    public static IReadOnlyList<SoakKind> All { get; } =
    [
        new("good", 850, StatementState.Relayed, 1) { People = 50 },

        Bad("unknown-field", FailureCode.UnknownField, job => job.With(body => body["colour"] = "red")),
        Bad("unknown-issuer", FailureCode.UnknownIssuer, job => job.With(body => body["issuer"] = "nobody")),
        Bad("no-document", FailureCode.DocumentNotFound, job => job.With(body => body["document"]!["blob"] = "missing.pdf")),
        Bad("other-document", FailureCode.DocumentHashMismatch, job => job.With(body => body["document"]!["sha256"] = new string('0', 64))),
        Bad("not-a-pdf", FailureCode.DocumentNotPdf, job => job.With(body =>
        {
            body["document"]!["blob"] = "text.pdf";
            body["document"]!["sha256"] = TestJob.HashOf(Text);
        })),

        new("nobody", 25, StatementState.Held, 0) { HasCertificate = false },
        new("expired", 20, StatementState.Held, 0),
        new("nobody-in-time", 5, StatementState.Expired, 0) { HasCertificate = false, Job = job => job.ExpiringIn(TimeSpan.FromMinutes(1)) },

        Relay("refused", StatementState.Failed, 0, Misbehaviour.Reply(SmtpStage.Recipient, "550 5.1.1 no such user")) with { Code = FailureCode.RecipientRefused },
        Relay("spam", StatementState.Failed, 0, Misbehaviour.Reply(SmtpStage.FinalDot, "554 5.7.1 refused")) with { Code = FailureCode.MessageRefused },
        Relay("greylisted", StatementState.Relayed, 1, Misbehaviour.Reply(SmtpStage.Recipient, "451 4.7.1 greylisted")) with { IsPassing = true },
        Relay("disk-full", StatementState.Relayed, 1, Misbehaviour.Reply(SmtpStage.FinalDot, "452 4.3.1 insufficient system storage")) with { IsPassing = true },
        Relay("closing", StatementState.Relayed, 1, Misbehaviour.Reply(SmtpStage.Recipient, "421 4.3.2 closing")) with { IsPassing = true },
        Relay("dropped", StatementState.Relayed, 1, Misbehaviour.Drop(SmtpStage.Data)) with { IsPassing = true },
        Relay("taken-and-dropped", StatementState.Uncertain, 1, Misbehaviour.DropAfterFinalDot(keepMessage: true)),
        Relay("lost-and-dropped", StatementState.Uncertain, 0, Misbehaviour.DropAfterFinalDot(keepMessage: false)),
        Relay("silent", StatementState.Uncertain, 1, Misbehaviour.Stall(SmtpStage.FinalDot)),
        Relay("never", StatementState.Expired, 0, Misbehaviour.Reply(SmtpStage.Recipient, "450 4.2.1 later")) with { Job = job => job.ExpiringIn(TimeSpan.FromMinutes(1)) },
    ];

    private static SoakKind Bad(string name, FailureCode code, Func<TestJob, TestJob> change) =>
        new(name, 10, StatementState.Failed, 0) { Code = code, Job = change };

    private static SoakKind Relay(string name, StatementState end, int atRelay, Misbehaviour fault) => new(name, 5, end, atRelay) { Fault = fault };
}
