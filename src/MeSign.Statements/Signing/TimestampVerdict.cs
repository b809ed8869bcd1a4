using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>What a check of an RFC 3161 token found.</summary>
/// <param name="GenTime">When it says it was made; null where the token cannot be read.</param>
/// <param name="Certificate">The authority's certificate, if it came along.</param>
/// <param name="Policy">The authority's policy OID.</param>
/// <param name="Path">The certificates from the authority's upward.</param>
/// <param name="Problems">What speaks against it, in plain words; empty for a good one.</param>
public sealed record TimestampVerdict(
    DateTimeOffset? GenTime,
    X509Certificate2? Certificate,
    string? Policy,
    IReadOnlyList<X509Certificate2> Path,
    IReadOnlyList<string> Problems)
{
    /// <summary>The revocation status of each certificate of the path at <see cref="GenTime"/>, in its order; shorter where a problem came first.</summary>
    public IReadOnlyList<RevocationStatus> Revocation { get; init; } = [];

    public bool IsValid => Problems.Count == 0;

    /// <summary>The authority's common name, or its whole subject.</summary>
    public string? Authority => Certificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
}
