using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>What a path check found.</summary>
/// <param name="Path">From the leaf upward, to the root where there is a way to one.</param>
/// <param name="Problem">The first check that failed; null where the certificate can be relied on.</param>
/// <param name="Detail">That problem in words, naming the certificate; null without one.</param>
public sealed record CertificatePathResult(IReadOnlyList<X509Certificate2> Path, PathProblem? Problem, string? Detail)
{
    /// <summary>The revocation status of each certificate of the path below the root, in its order; shorter where a problem came first.</summary>
    public IReadOnlyList<RevocationStatus> Revocation { get; init; } = [];

    public bool IsTrusted => Problem is null;
}

/// <summary>Why a path does not hold.</summary>
public enum PathProblem
{
    NotYetValid,
    Expired,

    /// <summary>No way to a configured root.</summary>
    Untrusted,
    Revoked,

    /// <summary>The CRLs at hand do not say: none of the issuer, or none that is recent enough.</summary>
    RevocationUnknown,

    /// <summary>A key or a digest on the path is too weak to believe.</summary>
    Weak,

    /// <summary>basicConstraints, nameConstraints, keyUsage or another rule of RFC 5280 §6 is broken.</summary>
    NotAllowed,

    /// <summary>An extendedKeyUsage on the path leaves the purpose out.</summary>
    Purpose,
}
