namespace MeSign.Statements.Sandbox.Demo;

/// <summary>A message of <c>statement-results</c>, as far as the demo's bank reads it.</summary>
internal sealed record BankResult(string Batch, string Job, string State, string? Code, string? MessageId, bool? Encrypted);
