namespace MeSign.Statements.Ledger;

/// <summary>What a statement is known by everywhere: its row, its blob, its queue messages.</summary>
/// <remarks>
/// Both parts are 1 to 64 of <c>A–Z a–z 0–9 . _ -</c> and begin with a letter or digit, so that a key is safe as a table
/// key, as a blob name (no <c>..</c> segment, no separator) and in a log.
/// </remarks>
public sealed record StatementKey
{
    private const int MaxLength = 64;

    /// <exception cref="ArgumentException">A part is not of the form above.</exception>
    public StatementKey(string batch, string job)
    {
        Batch = Checked(batch, nameof(batch));
        Job = Checked(job, nameof(job));
    }

    public string Batch { get; }

    public string Job { get; }

    public override string ToString() => $"{Batch}/{Job}";

    /// <summary>Whether a text may stand as a batch or a job.</summary>
    public static bool IsPart(string? text) =>
        text is { Length: > 0 and <= MaxLength }
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static string Checked(string text, string name) => IsPart(text)
        ? text
        : throw new ArgumentException($"{name} is not 1 to {MaxLength} of A-Z a-z 0-9 . _ - beginning with a letter or digit", name);
}
