using System.Text.Json;
using MeSign.Statements.Ledger;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>What became of one job: an object of <c>outcomes.json</c>. Files are relative to that file's folder.</summary>
internal sealed record DemoOutcome
{
    public required string Batch { get; init; }

    public required string Job { get; init; }

    /// <summary>The address that the job names.</summary>
    public required string Recipient { get; init; }

    /// <summary>Null where the job has no outcome.</summary>
    public StatementState? State { get; init; }

    public FailureCode? Code { get; init; }

    public string? Detail { get; init; }

    public bool? Encrypted { get; init; }

    public string? MessageId { get; init; }

    /// <summary>genTime of the message's signature timestamp, as found in the mail.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>In words, such as <c>Relayed, encrypted</c>.</summary>
    public required string Expected { get; init; }

    /// <inheritdoc cref="Expected"/>
    public required string Actual { get; init; }

    public string? Mail { get; init; }

    public required string Original { get; init; }

    public string? Signed { get; init; }

    /// <summary>What is not as it should be; empty for a good one.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    public static Task WriteAsync(IReadOnlyList<DemoOutcome> outcomes, string path, CancellationToken cancellationToken) =>
        File.WriteAllBytesAsync(path, JsonSerializer.SerializeToUtf8Bytes(outcomes, DemoJson.Options), cancellationToken);
}
