using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Signing;

/// <summary>
/// Gathers what proves that nothing in the paths of a signer and its timestamp authorities was revoked: certificates, OCSP
/// responses and CRLs, verified, and shared by all documents while they are fresh. Safe for many calls at once.
/// </summary>
public sealed class ValidationMaterialSource
{
    private readonly RevocationSource _revocation;

    internal ValidationMaterialSource(RevocationSource revocation) => _revocation = revocation;

    /// <summary>Also the way to ask at start whether an identity is revoked: give no tokens and leave the result.</summary>
    /// <param name="timestamps">Tokens as <see cref="TimestampClient"/> gave them; empty for the signer's path alone.</param>
    /// <exception cref="StatementFailedException">SigningCertificateRevoked, or RevocationNotPublished.</exception>
    /// <exception cref="StatementDelayedException">An OCSP responder or CRL server gives no usable answer now, or an authority is revoked.</exception>
    /// <exception cref="InvalidOperationException">The identity's root is unknown.</exception>
    public async Task<ValidationMaterial> GatherAsync(
        SigningIdentity identity, IReadOnlyList<TimestampToken> timestamps, CancellationToken cancellationToken)
    {
        var root = identity.Root ?? throw new InvalidOperationException("The identity's root is unknown: who vouches for its chain cannot be asked.");
        var signer = new[] { identity.Certificate }.Concat(identity.Chain).Append(root).DistinctBy(one => one.Thumbprint, StringComparer.Ordinal).ToList();
        var links = Links(signer, isSigner: true)
            .Concat(timestamps.SelectMany(token => Links(token.Path, isSigner: false)))
            .DistinctBy(link => link.Certificate.Thumbprint, StringComparer.Ordinal)
            .ToList();

        var proofs = await Task.WhenAll(links.Select(link => ProveAsync(link, cancellationToken)));
        return new(
            [.. signer.Concat(timestamps.SelectMany(token => token.Path)).DistinctBy(one => one.Thumbprint, StringComparer.Ordinal).Select(one => one.RawDataMemory)],
            [.. proofs.Where(proof => proof.IsOcsp).Select(proof => proof.Der)],
            [.. proofs.Select(proof => proof.IsOcsp ? proof.ResponderList : proof.Der).OfType<ReadOnlyMemory<byte>>().Distinct()]);
    }

    private async Task<RevocationProof> ProveAsync(Link link, CancellationToken cancellationToken)
    {
        var name = link.Certificate.Subject;
        try
        {
            var proof = await _revocation.FindAsync(link.Certificate, link.Issuer, cancellationToken)
                ?? throw new StatementFailedException(
                    FailureCode.RevocationNotPublished,
                    $"{name} names no OCSP responder and no CRL over http: give its issuer's list in {RevocationOptions.Section}:Crls, or sign at level B-T");
            return proof.RevokedAt is not { } since ? proof : throw Revoked(link, $"{name} was revoked at {since.UtcDateTime:u}");
        }
        catch (RevocationUnknownException e)
        {
            throw new StatementDelayedException($"The revocation status of {name} is unknown: {e.Message}.", innerException: e);
        }
    }

    // Another authority's misfortune passes when its operator or ours acts; our own signature must not be made again.
    private static Exception Revoked(Link link, string detail) => link.IsSigner
        ? new StatementFailedException(FailureCode.SigningCertificateRevoked, $"{detail}: renew the signing identity")
        : new StatementDelayedException($"The timestamp authority is not to be used: {detail}.");

    private static IEnumerable<Link> Links(IReadOnlyList<X509Certificate2> path, bool isSigner) =>
        path.Zip(path.Skip(1), (certificate, issuer) => new Link(certificate, issuer, isSigner));

    private readonly record struct Link(X509Certificate2 Certificate, X509Certificate2 Issuer, bool IsSigner);
}
