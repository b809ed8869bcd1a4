using MeSign.Statements.Delivery;

namespace MeSign.Statements.Tests.Delivery;

internal static class SmtpSubmissions
{
    /// <summary>Waits for a place and submits, as the pipeline does with its row's write in between.</summary>
    public static async Task<Submission> SubmitAsync(
        this SmtpSubmitter submitter, string relay, Envelope envelope, ReadOnlyMemory<byte> eml, CancellationToken cancellationToken)
    {
        using var place = await submitter.ReserveAsync(relay, cancellationToken);
        return await submitter.SubmitAsync(place, envelope, eml, cancellationToken);
    }
}
