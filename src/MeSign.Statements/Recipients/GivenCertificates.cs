using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Intake;

namespace MeSign.Statements.Recipients;

/// <summary>Certificates that a person names for a recipient: checked as those of every source are.</summary>
public sealed class GivenCertificates
{
    private const string Source = "command line";

    private readonly CertificateCheck _check;
    private readonly TimeProvider _time;

    internal GivenCertificates(CertificateCheck check, TimeProvider time)
    {
        _check = check;
        _time = time;
    }

    /// <param name="paths">Files or folders with the recipient's certificates, and those of authorities between them and a configured root.</param>
    /// <exception cref="InvalidDataException">A path does not exist or a file is not a certificate.</exception>
    /// <exception cref="StatementFailedException">The recipient's address is none.</exception>
    /// <exception cref="StatementDelayedException">The revocation lists cannot be read.</exception>
    public RecipientCertificates Check(JobRecipient recipient, IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        ArgumentNullException.ThrowIfNull(paths);
        if (!EmailAddress.TryParse(recipient.Address, out var address, out var problem))
            throw new StatementFailedException(FailureCode.InvalidAddress, $"recipient.email is not an address: {problem}");

        var certificates = RecipientTrust.LoadCertificates(paths);
        var authorities = certificates.Where(IsAuthority).ToList();
        var judged = certificates.Except(authorities)
            .DistinctBy(certificate => certificate.Thumbprint, StringComparer.Ordinal)
            .Select(certificate => (Certificate: certificate, Problem: _check.Find(certificate, address, authorities, _time.GetUtcNow())))
            .ToList();
        return new(
            [.. judged.Where(one => one.Problem is null).Select(one => one.Certificate)],
            [.. judged.Where(one => one.Problem is not null).Select(one => new RejectedCertificate(CertificateTable.Thumbprint(one.Certificate.RawData), one.Problem!.Value, Source))]);
    }

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority);
}
