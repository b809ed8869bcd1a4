using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox.Samples;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>One job that the demo drops, and what must become of it.</summary>
internal sealed record DemoJob
{
    /// <summary>Unique in the batch; also the name of its document's files.</summary>
    public required string Id { get; init; }

    public required int Seed { get; init; }

    public required SamplePerson Recipient { get; init; }

    public required DemoCase Case { get; init; }

    /// <summary>The policy as the contract writes it.</summary>
    public string Encryption => Case == DemoCase.PreferredWithoutCertificate ? "preferred" : "required";

    public StatementState ExpectedState => Case switch
    {
        DemoCase.RequiredWithoutCertificate or DemoCase.ExpiredCertificate => StatementState.Held,
        DemoCase.Malformed or DemoCase.NotPdf => StatementState.Failed,
        _ => StatementState.Relayed,
    };

    public FailureCode? ExpectedCode => Case switch
    {
        DemoCase.Malformed => FailureCode.UnreadableJob,
        DemoCase.NotPdf => FailureCode.DocumentNotPdf,
        _ => null,
    };

    /// <summary>Whether the message must be encrypted; null where there must be none.</summary>
    public bool? ExpectedEncrypted => ExpectedState == StatementState.Relayed ? Case == DemoCase.Ordinary : null;

    /// <summary>What must stand in the recorded detail; null where there is nothing to explain.</summary>
    public string? ExpectedReason => Case switch
    {
        DemoCase.RequiredWithoutCertificate => "no certificate of the recipient is known",
        DemoCase.ExpiredCertificate => "Expired",
        _ => null,
    };

    /// <summary>In the words of the outcome table.</summary>
    public string Expected => Words(ExpectedState, ExpectedCode, ExpectedEncrypted);

    public static string Words(StatementState state, FailureCode? code, bool? encrypted) => (state, encrypted) switch
    {
        (StatementState.Relayed, true) => "Relayed, encrypted",
        (StatementState.Relayed, false) => "Relayed, signed only",
        _ => code is null ? state.ToString() : $"{state} {code}",
    };
}

internal enum DemoCase
{
    /// <summary>A good certificate: signed and encrypted.</summary>
    Ordinary,

    /// <summary>No certificate and encryption is required: held.</summary>
    RequiredWithoutCertificate,

    /// <summary>No certificate and encryption is only preferred: signed only.</summary>
    PreferredWithoutCertificate,

    /// <summary>The only certificate is out of date: held, with that reason.</summary>
    ExpiredCertificate,

    /// <summary>The job's JSON breaks off in the middle.</summary>
    Malformed,

    /// <summary>The document is a text file.</summary>
    NotPdf,
}
