namespace MeSign.Statements.Ledger;

/// <summary>A job that came under an id that another job has: it was not sent.</summary>
/// <param name="Key">The id that both claim.</param>
/// <param name="JobSha256">SHA-256 of the job that came second, lower-case hex.</param>
/// <param name="Received">When it first arrived.</param>
public sealed record JobConflict(StatementKey Key, string JobSha256, DateTimeOffset Received);
