using MeSign.Statements.Delivery;

namespace MeSign.Statements.Tests.Delivery;

internal static class SmtpSubmissions
{
    /// <summary>Submits by one relay, with nothing to be done before the body leaves.</summary>
    public static Task<Submission> SubmitAsync(
        this SmtpSubmitter submitter, string relay, Envelope envelope, ReadOnlyMemory<byte> eml, CancellationToken cancellationToken) =>
        submitter.SubmitAsync(Only(relay), envelope, eml, () => Task.CompletedTask, cancellationToken);

    public static IReadOnlyDictionary<string, int> Only(string relay) => new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { [relay] = 1 };
}
