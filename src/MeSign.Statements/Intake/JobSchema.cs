namespace MeSign.Statements.Intake;

/// <summary>The contract of version 1 as JSON Schema 2020-12, for senders that check before they send.</summary>
public static class JobSchema
{
    public const string FileName = "statement-job.v1.schema.json";

    public static BinaryData Read()
    {
        using var resource = typeof(JobSchema).Assembly.GetManifestResourceStream(FileName)
            ?? throw new InvalidOperationException($"{FileName} is not in the assembly");
        return BinaryData.FromStream(resource);
    }
}
