using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>What a verification of SignedData found.</summary>
/// <param name="Signers">One for each SignerInfo, in order.</param>
/// <param name="Content">The content of an opaque signature; null for a detached one, or where it cannot be read.</param>
/// <param name="Certificates">All certificates that came along; untrusted.</param>
/// <param name="Problems">What speaks against the whole of it, before any signer; empty as a rule.</param>
public sealed record SignedDataVerdict(
    IReadOnlyList<SignerVerdict> Signers,
    ReadOnlyMemory<byte>? Content,
    IReadOnlyList<X509Certificate2> Certificates,
    IReadOnlyList<string> Problems)
{
    /// <summary>There is a signer, and every signer's signature holds.</summary>
    public bool IsValid => Problems.Count == 0 && Signers.Count > 0 && Signers.All(signer => signer.IsValid);

    /// <summary>The first signer: statements have one.</summary>
    public SignerVerdict? Signer => Signers.Count > 0 ? Signers[0] : null;

    /// <summary>All problems, those of every signer included.</summary>
    public IEnumerable<string> AllProblems => Problems.Concat(Signers.SelectMany(signer => signer.Problems));
}

/// <summary>What was found of one signer.</summary>
public sealed record SignerVerdict
{
    /// <summary>Null where it did not come along.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>How far the authority checked who that is.</summary>
    public required IdentityLevel Identity { get; init; }

    /// <summary>The content is the one that was signed.</summary>
    public required bool DigestMatches { get; init; }

    /// <summary>The signature is by the certificate's key.</summary>
    public required bool SignatureMatches { get; init; }

    /// <summary>A signing-certificate attribute names the certificate (RFC 5035): baseline level B needs it.</summary>
    public required bool IsBoundToCertificate { get; init; }

    /// <summary>The path at <see cref="SignedAt"/>, and its problem if it has one; null without a certificate.</summary>
    public CertificatePathResult? Path { get; init; }

    /// <summary>The signer's own claim of the time, if it made one.</summary>
    public DateTimeOffset? SigningTime { get; init; }

    /// <summary>The signature timestamp, if there is one; the first valid one where there are several.</summary>
    public TimestampVerdict? Timestamp { get; init; }

    /// <summary>When the signature is known to have existed: its timestamp's time if that is valid, else now.</summary>
    public required DateTimeOffset SignedAt { get; init; }

    /// <summary>What was hashed and signed: for the timestamp's imprint and for archives.</summary>
    public required ReadOnlyMemory<byte> SignatureValue { get; init; }

    /// <summary>For example <c>RSA PKCS#1 v1.5, SHA-256</c>.</summary>
    public required string Algorithm { get; init; }

    /// <summary>What speaks against it, in plain words; empty for a good one.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    public bool IsValid => Problems.Count == 0;

    /// <summary>The signer's common name, or its whole subject.</summary>
    public string? Name => Certificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
}
