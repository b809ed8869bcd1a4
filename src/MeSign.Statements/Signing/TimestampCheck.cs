using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>Checks a TimeStampToken (RFC 3161 §2.4.2): what it stamps, who signed it, and whether that one may.</summary>
internal static class TimestampCheck
{
    // Tokens of public authorities stay under 10 kB; the rest is somebody's experiment with our memory.
    private const int MaxBytes = 256 * 1024;

    /// <param name="data">The stamped bytes in their digests.</param>
    /// <param name="pool">Certificates that the token may leave out.</param>
    public static TimestampVerdict Run(
        ReadOnlyMemory<byte> token, Func<HashAlgorithmName, byte[]> data, TrustAnchors anchors, CrlSet crls, CertificatePool pool) =>
        Run(token, data, (certificate, others, genTime) =>
            CertificatePath.Check(certificate, pool.Complete(certificate, others), anchors, genTime, crls, Oids.TimeStamping), out _, elsewhere: pool.And(anchors.Intermediates));

    /// <param name="path">Finds the authority's path at a time.</param>
    /// <param name="load">Reads a certificate; a new one each time where null.</param>
    /// <param name="info">What the token says, where it can be read.</param>
    /// <param name="elsewhere">Where the authority's own certificate may be that the token leaves out (RFC 3161 §2.4.1, certReq).</param>
    public static TimestampVerdict Run(
        ReadOnlyMemory<byte> token,
        Func<HashAlgorithmName, byte[]> data,
        Func<X509Certificate2, IReadOnlyList<X509Certificate2>, DateTimeOffset, CertificatePathResult> path,
        out Rfc3161TimestampTokenInfo? info,
        Func<ReadOnlyMemory<byte>, X509Certificate2>? load = null,
        IEnumerable<X509Certificate2>? elsewhere = null)
    {
        info = null;
        if (token.Length > MaxBytes)
            return Unreadable($"The timestamp has {token.Length} bytes, more than {MaxBytes}.");

        SignedData signed;
        try
        {
            signed = SignedData.Read(token, load);
        }
        catch (CryptographicException)
        {
            return Unreadable("The timestamp cannot be read as a token.");
        }

        if (signed is not { ContentType: Oids.TimestampInfo, Content: { } content, Signers: [var signer] }
            || !Rfc3161TimestampTokenInfo.TryDecode(content, out info, out var consumed) || consumed != content.Length)
            return Unreadable("The timestamp holds no token information with one signer.");

        try
        {
            return Judge(signed with { Certificates = [.. signed.Certificates, .. elsewhere ?? []] }, content, signer, info, data, path);
        }
        catch (CryptographicException)
        {
            return Unreadable("The timestamp has a certificate that cannot be read.");
        }
    }

    private static TimestampVerdict Judge(
        SignedData signed,
        ReadOnlyMemory<byte> content,
        SignerInfo signer,
        Rfc3161TimestampTokenInfo info,
        Func<HashAlgorithmName, byte[]> data,
        Func<X509Certificate2, IReadOnlyList<X509Certificate2>, DateTimeOffset, CertificatePathResult> path)
    {
        var check = SignerCheck.Run(signer, signed.Certificates, signed.ContentType, hash => CryptographicOperations.HashData(hash, content.Span));
        List<string> problems = [.. check.Problems.Select(problem => $"Timestamp: {problem}")];
        CheckImprint(info, data, problems);
        if (check.Certificate is not { } authority)
            return new(info.Timestamp, null, info.PolicyId.Value, [], problems);

        if (!check.IsBoundToCertificate && check.Problems.Count == 0)
            problems.Add("Timestamp: the signing-certificate attribute is missing (RFC 3161 §2.4.2).");
        if (!CertificateUsage.IsTimestampAuthority(authority))
            problems.Add("Timestamp: its certificate is not one for time-stamping alone (critical extendedKeyUsage, RFC 3161 §2.3).");
        var result = path(authority, signed.Certificates, info.Timestamp);
        if (!result.IsTrusted)
            problems.Add($"Timestamp: {result.Detail}.");

        return new(info.Timestamp, authority, info.PolicyId.Value, result.Path, problems) { Revocation = result.Revocation };
    }

    private static void CheckImprint(Rfc3161TimestampTokenInfo info, Func<HashAlgorithmName, byte[]> data, List<string> problems)
    {
        var oid = info.HashAlgorithmId.Value!;
        if (HashAlgorithms.Find(oid) is not { } hash)
            problems.Add($"Timestamp: its imprint uses {HashAlgorithms.Name(oid)}, which proves nothing today.");
        else if (!info.GetMessageHash().Span.SequenceEqual(data(hash)))
            problems.Add("Timestamp: it was made for other data, its imprint differs.");
    }

    private static TimestampVerdict Unreadable(string problem) => new(null, null, null, [], [problem]);
}
