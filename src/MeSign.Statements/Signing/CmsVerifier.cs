using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>
/// Verifies CMS signatures, ours and other programs' (RFC 5652 §5.6, RFC 5280 §6, ETSI EN 319 102-1 in outline). Fetches
/// nothing: trust, revocation lists and the clock are given.
/// </summary>
/// <param name="anchors">Roots of signers.</param>
/// <param name="timestampAnchors">Roots of timestamp authorities.</param>
/// <param name="crls">Revocation lists; those inside the signature are used beside them.</param>
/// <param name="time">Now, for a signature without a valid timestamp.</param>
/// <param name="requireRevocation">Whether a certificate that no list covers is a problem.</param>
/// <param name="pool">Certificates for paths; those inside the signature are used beside them.</param>
public sealed class CmsVerifier(
    TrustAnchors anchors, TrustAnchors timestampAnchors, CrlSet crls, TimeProvider time, bool requireRevocation = false, CertificatePool? pool = null)
{
    // Each costs a path and a signature.
    private const int MaxTimestamps = 4;

    private readonly CertificatePool _pool = pool ?? CertificatePool.Empty;

    /// <summary>The same, with more revocation data and certificates at hand: what a document carries beside its signatures.</summary>
    public CmsVerifier With(CrlSet more, CertificatePool certificates) =>
        new(anchors, timestampAnchors, crls.With(more), time, requireRevocation, _pool.With(certificates));

    /// <summary>Verifies a signature over content that is elsewhere; reads the stream once, to its end.</summary>
    public SignedDataVerdict VerifyDetached(ReadOnlyMemory<byte> signedData, Stream content, CmsProfile profile) =>
        Verify(signedData, profile, data => data.Content is null
            ? Digests(content, data)
            : throw new CryptographicException("The signature carries content of its own where it must be detached."));

    /// <summary>Verifies a signature that carries its content.</summary>
    public SignedDataVerdict VerifyOpaque(ReadOnlyMemory<byte> signedData, CmsProfile profile) =>
        Verify(signedData, profile, data => data.Content is { } content
            ? hash => CryptographicOperations.HashData(hash, content.Span)
            : throw new CryptographicException("The signature carries no content."));

    /// <summary>Verifies a TimeStampToken over data: a document timestamp (ETSI EN 319 142-1 §5.4.3).</summary>
    public TimestampVerdict VerifyTimestamp(ReadOnlyMemory<byte> token, Stream data)
    {
        // The token names its hash only inside: the data is hashed in every one that is accepted, in one pass.
        var digests = Digests(data, [HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512]);
        return TimestampCheck.Run(token, digests, timestampAnchors, crls, _pool);
    }

    private SignedDataVerdict Verify(
        ReadOnlyMemory<byte> encoded, CmsProfile profile, Func<SignedData, Func<HashAlgorithmName, byte[]>> content)
    {
        try
        {
            var data = SignedData.Read(encoded);
            var digests = content(data);
            var signers = data.Signers.Select(signer => Judge(data, signer, digests, profile)).ToList();
            return new(signers, data.Content, data.Certificates, signers.Count == 0 ? ["Nobody has signed it."] : []);
        }
        catch (CryptographicException e)
        {
            return new([], null, [], [e.Message]);
        }
    }

    private SignerVerdict Judge(SignedData data, SignerInfo signer, Func<HashAlgorithmName, byte[]> digests, CmsProfile profile)
    {
        var check = SignerCheck.Run(signer, data.Certificates, data.ContentType, digests);
        var problems = new List<string>(check.Problems);
        var lists = crls.With(CrlSet.Of(data.Crls));
        var timestamp = FindTimestamp(signer, lists);
        if (timestamp is { IsValid: false })
            problems.AddRange(timestamp.Problems);
        var signedAt = timestamp is { IsValid: true, GenTime: { } stamped } ? stamped : time.GetUtcNow();

        CertificatePathResult? path = null;
        if (check.Certificate is { } certificate)
        {
            var usage = UsageProblem(certificate, profile);
            var purpose = usage is null && profile == CmsProfile.Smime ? Oids.EmailProtection : null;
            path = CertificatePath.Check(certificate, _pool.Complete(certificate, data.Certificates), anchors, signedAt, lists, purpose, requireRevocation);
            if (!path.IsTrusted)
                problems.Add($"The signer's certificate is not trusted: {path.Detail}.");
            if (usage is not null)
                problems.Add(usage);
        }

        return new()
        {
            Certificate = check.Certificate,
            Identity = check.Certificate is null ? IdentityLevel.Unknown : IdentityLevel.Of(check.Certificate),
            DigestMatches = check.DigestMatches,
            SignatureMatches = check.SignatureMatches,
            IsBoundToCertificate = check.IsBoundToCertificate,
            Path = path,
            SigningTime = check.SigningTime,
            Timestamp = timestamp,
            SignedAt = signedAt,
            SignatureValue = signer.Signature,
            Algorithm = signer.Describe(),
            Problems = problems,
        };
    }

    /// <summary>The first valid signature timestamp, else the first one; null where there is none.</summary>
    private TimestampVerdict? FindTimestamp(SignerInfo signer, CrlSet lists)
    {
        TimestampVerdict? first = null;
        var tokens = signer.UnsignedAttributes.Where(attribute => attribute.Oid == Oids.SignatureTimestamp).SelectMany(attribute => attribute.Values);
        foreach (var token in tokens.Take(MaxTimestamps))
        {
            var verdict = TimestampCheck.Run(token, hash => CryptographicOperations.HashData(hash, signer.Signature.Span), timestampAnchors, lists, _pool);
            if (verdict.IsValid)
                return verdict;
            first ??= verdict;
        }

        return first;
    }

    private static string? UsageProblem(X509Certificate2 certificate, CmsProfile profile)
    {
        if (!CertificateUsage.MaySign(certificate))
            return "The signer's certificate is not for signing: its keyUsage has neither digitalSignature nor nonRepudiation.";

        return profile switch
        {
            CmsProfile.Smime when !CertificateUsage.Allows(certificate, Oids.EmailProtection) =>
                "The signer's certificate is not for mail: its extendedKeyUsage lacks emailProtection.",
            CmsProfile.Pades when !CertificateUsage.Allows(certificate, Oids.DocumentSigning, Oids.EmailProtection, Oids.CodeSigning,
                Oids.MicrosoftDocumentSigning, Oids.AdobeDocumentSigning) =>
                "The signer's certificate is not for documents: its extendedKeyUsage names no purpose that covers them.",
            _ => null,
        };
    }

    private static Func<HashAlgorithmName, byte[]> Digests(Stream content, SignedData data) =>
        Digests(content, [.. data.Signers.Select(signer => HashAlgorithms.Find(signer.DigestAlgorithm)).OfType<HashAlgorithmName>().Distinct()]);

    private static Func<HashAlgorithmName, byte[]> Digests(Stream content, IReadOnlyList<HashAlgorithmName> hashes)
    {
        var running = hashes.Select(IncrementalHash.CreateHash).ToList();
        var buffer = new byte[64 * 1024];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            foreach (var hash in running)
                hash.AppendData(buffer.AsSpan(0, read));
        }

        var digests = running.ToDictionary(hash => hash.AlgorithmName, hash => hash.GetHashAndReset());
        running.ForEach(hash => hash.Dispose());
        return hash => digests[hash];
    }
}
