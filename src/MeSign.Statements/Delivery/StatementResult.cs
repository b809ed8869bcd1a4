using MeSign.Statements.Ledger;

namespace MeSign.Statements.Delivery;

/// <summary>Body of a message on <c>statement-results</c>: what became of a job. The bank may see the same result twice.</summary>
public sealed record StatementResult
{
    public int Version { get; init; } = 1;

    public required string Batch { get; init; }

    public required string Job { get; init; }

    public string? Issuer { get; init; }

    public required StatementState State { get; init; }

    /// <summary>Why it failed; only with Failed.</summary>
    public FailureCode? Code { get; init; }

    public string? Detail { get; init; }

    /// <summary>Without angle brackets; absent where no message was made.</summary>
    public string? MessageId { get; init; }

    /// <summary>Absent where no message was made.</summary>
    public bool? Encrypted { get; init; }

    /// <summary>When the state was recorded.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The result that a ledger row stands for.</summary>
    public static StatementResult Of(LedgerRow row) => new()
    {
        Batch = row.Batch,
        Job = row.Job,
        Issuer = row.Issuer,
        State = row.State,
        Code = row.Code,
        Detail = row.Detail,
        MessageId = row.MessageId,
        Encrypted = row.Encrypted,
        At = row.Updated,
    };
}
