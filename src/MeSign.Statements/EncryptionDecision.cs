using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Recipients;

namespace MeSign.Statements;

/// <summary>What the policy makes of the certificates that were found.</summary>
/// <param name="Certificates">To encrypt to; none means signed only.</param>
/// <param name="Hold">Why the statement waits; null where it goes on.</param>
/// <param name="Rejected">The certificates that must not be used, each with its reason; null where there are none.</param>
internal sealed record EncryptionDecision(IReadOnlyList<X509Certificate2> Certificates, string? Hold, string? Rejected)
{
    /// <exception cref="StatementFailedException">The job asks for less than its issuer allows.</exception>
    public static void Admit(StatementJob job, Issuer issuer)
    {
        // Strongest first: a greater value is a weaker policy.
        if (job.Encryption is { } asked && asked > issuer.WeakestEncryption)
        {
            throw new StatementFailedException(
                FailureCode.EncryptionNotAllowed,
                $"encryption \"{Name(asked)}\" is weaker than issuer {issuer.Id} allows: ask for \"{Name(issuer.WeakestEncryption)}\" or stronger");
        }
    }

    public static EncryptionDecision Decide(EncryptionPolicy policy, RecipientCertificates found)
    {
        var rejected = found.Rejected.Count == 0
            ? null
            : string.Join(", ", found.Rejected.Take(5).Select(certificate => $"{certificate.Problem} {certificate.Thumbprint[..Math.Min(16, certificate.Thumbprint.Length)]} ({certificate.Source})"));

        return policy switch
        {
            EncryptionPolicy.Never => new EncryptionDecision([], null, null),
            _ when found.Usable.Count > 0 => new EncryptionDecision(found.Usable, null, rejected),
            EncryptionPolicy.Preferred => new EncryptionDecision([], null, rejected),
            _ => new EncryptionDecision([], Reason(rejected), rejected),
        };
    }

    private static string Reason(string? rejected) => rejected is null
        ? "no certificate of the recipient is known and encryption is required"
        : $"no usable certificate of the recipient is known and encryption is required: {rejected}";

    private static string Name(EncryptionPolicy policy) => policy switch
    {
        EncryptionPolicy.Required => "required",
        EncryptionPolicy.Preferred => "preferred",
        _ => "never",
    };
}
