namespace MeSign.Statements.Intake;

/// <summary>Some lines of a manifest, and the order for the rest.</summary>
/// <param name="Continuation">Null where the manifest is done.</param>
public sealed record ManifestChunk(IReadOnlyList<ManifestLine> Lines, BatchOrder? Continuation);

/// <summary>One line of a manifest: a job for the queue, or the reason why it is none.</summary>
/// <param name="Number">The line's number, 1 the first; in CSV the row's, with the header.</param>
/// <param name="Identity">Under what the line is recorded; the same each time that the manifest is read.</param>
/// <param name="Job">The job's JSON with its batch, for <c>statement-jobs</c>; null where the line is refused.</param>
/// <param name="Refusal">Null where there is a job.</param>
public sealed record ManifestLine(long Number, JobIdentity Identity, BinaryData? Job, ManifestRefusal? Refusal)
{
    /// <summary>Where the line stands, for people.</summary>
    public required string Place { get; init; }

    /// <summary>What its columns mean, where the manifest is CSV.</summary>
    public CsvForm? Form { get; init; }

    /// <summary>A fault of the job with the place, and the column, that it comes from.</summary>
    public string Explain(string detail) => Form?.ColumnOf(detail) is { } column ? $"{Place}, column {JobText.Quote(column)}: {detail}" : $"{Place}: {detail}";
}

/// <param name="Code">The Failed outcome's code.</param>
/// <param name="Detail">One sentence that names the line, the field and the fix.</param>
public sealed record ManifestRefusal(FailureCode Code, string Detail);
