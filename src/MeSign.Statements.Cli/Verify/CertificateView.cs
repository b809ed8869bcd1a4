using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Cli.Verify;

/// <param name="Serial">Hexadecimal.</param>
/// <param name="NotBefore">UTC.</param>
/// <param name="NotAfter">UTC.</param>
internal sealed record CertificateView(string Subject, string Issuer, string Serial, DateTime NotBefore, DateTime NotAfter)
{
    /// <summary><c>good</c>, <c>revoked</c>, <c>unknown</c> with why, or <c>not listed</c>; null for a root, and where the path broke before.</summary>
    public string? Revocation { get; init; }

    public static CertificateView? Of(X509Certificate2? certificate) => certificate is null
        ? null
        : new(certificate.Subject, certificate.Issuer, certificate.SerialNumber, certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());

    public static IReadOnlyList<CertificateView> Of(IReadOnlyList<X509Certificate2> path, IReadOnlyList<RevocationStatus> statuses) =>
        [.. path.Select((certificate, i) => Of(certificate)! with { Revocation = i < statuses.Count ? Describe(statuses[i]) : null })];

    private static string Describe(RevocationStatus status) => status switch
    {
        { IsGood: true } => "good",
        { Revoked: { } since } => $"revoked at {since.UtcDateTime:u}",
        _ when status == RevocationStatus.NotListed => "not listed",
        _ => $"unknown: {status.Unknown}",
    };
}
