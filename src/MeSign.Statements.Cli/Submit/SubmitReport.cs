using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MeSign.Statements.Cli.Submit;

/// <param name="Job">The one job; null for a batch.</param>
/// <param name="Jobs">How many jobs.</param>
/// <param name="Blob">The document of one job, or the batch's manifest.</param>
/// <param name="TemplatesNotChecked">Why the issuer's templates could not be filled here, where they are configured.</param>
internal sealed record Submitted(string Batch, string? Job, int Jobs, string? Blob, string? Sha256, string? TemplatesNotChecked);

/// <summary>Says what was submitted, and how to follow it.</summary>
internal sealed class SubmitReport(TextWriter output, bool json)
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public void Write(Submitted submitted)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(submitted, Json));
            return;
        }

        output.WriteLine(submitted.Job is { } job
            ? $"Job {job} of batch {submitted.Batch} is on its queue."
            : $"Batch {submitted.Batch} with {submitted.Jobs} jobs is ordered; its manifest is {submitted.Blob}.");
        if (submitted.TemplatesNotChecked is { } reason)
            output.WriteLine($"Its template was not checked: {PlainText.Of(reason)}");
        output.WriteLine($"Follow it: mesign status {submitted.Batch} --watch");
    }
}
