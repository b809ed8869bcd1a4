using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>Certificate paths by RFC 5280 §6 to configured roots. Nothing is ever fetched from the network.</summary>
public static class CertificatePath
{
    // Enough for any honest chain with cross-certificates; the search grows with their number.
    private const int MaxIntermediates = 32;

    /// <summary>Looks for a path from the certificate to an anchor that holds at the given time.</summary>
    /// <param name="intermediates">Certificates that may lie between; untrusted.</param>
    /// <param name="at">When every certificate of the path must be valid.</param>
    /// <param name="crls">Revocation lists at hand. A certificate that no list covers passes, unless <paramref name="requireRevocation"/>.</param>
    /// <param name="purpose">An extendedKeyUsage OID that no certificate on the path may leave out; any where null.</param>
    /// <param name="requireRevocation">Whether a certificate whose status the lists do not tell is refused.</param>
    public static CertificatePathResult Check(
        X509Certificate2 leaf,
        IEnumerable<X509Certificate2> intermediates,
        TrustAnchors anchors,
        DateTimeOffset at,
        CrlSet? crls = null,
        string? purpose = null,
        bool requireRevocation = false)
    {
        if (EncryptionKeys.IsPostQuantum(leaf))
        {
            var others = intermediates.Take(MaxIntermediates).ToArray();
            var result = PostQuantumPath.Check(
                leaf, [.. others, .. anchors.Intermediates, .. anchors.Roots], authority => Check(authority, others, anchors, at, crls, purpose, requireRevocation), at);
            return result.Problem is null ? Revocation([.. result.Path], crls ?? CrlSet.None, at, requireRevocation) : result;
        }

        var path = Build(leaf, intermediates, anchors, at, purpose, out var flags, out var blamed);
        if (Judge(flags, blamed, at) is { } problem)
            return new(path, problem, Describe(problem, blamed, flags));

        if (WeakLink(path) is { } weak)
            return new(path, PathProblem.Weak, weak);

        return Revocation(path, crls ?? CrlSet.None, at, requireRevocation);
    }

    private static List<X509Certificate2> Build(
        X509Certificate2 leaf,
        IEnumerable<X509Certificate2> intermediates,
        TrustAnchors anchors,
        DateTimeOffset at,
        string? purpose,
        out X509ChainStatusFlags flags,
        out X509Certificate2 blamed)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = at.UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.CustomTrustStore.AddRange(anchors.Roots.ToArray());
        chain.ChainPolicy.ExtraStore.AddRange(intermediates.Take(MaxIntermediates).Concat(anchors.Intermediates).ToArray());
        if (purpose is not null)
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(purpose));

        _ = chain.Build(leaf);

        flags = X509ChainStatusFlags.NoError;
        blamed = leaf;
        var path = new List<X509Certificate2>();
        foreach (var element in chain.ChainElements)
        {
            path.Add(path.Count == 0 ? leaf : element.Certificate);
            var own = element.ChainElementStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
            if (own != X509ChainStatusFlags.NoError && flags == X509ChainStatusFlags.NoError)
                blamed = path[^1];
            flags |= own;
        }

        // An element may be clean while the chain as a whole is not.
        flags |= chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        return path;
    }

    private static PathProblem? Judge(X509ChainStatusFlags flags, X509Certificate2 blamed, DateTimeOffset at) => flags switch
    {
        X509ChainStatusFlags.NoError => null,
        _ when (flags & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.NotSignatureValid
            | X509ChainStatusFlags.Cyclic | X509ChainStatusFlags.ExplicitDistrust)) != 0 => PathProblem.Untrusted,
        _ when flags.HasFlag(X509ChainStatusFlags.NotTimeValid) =>
            blamed.NotBefore.ToUniversalTime() > at.UtcDateTime ? PathProblem.NotYetValid : PathProblem.Expired,
        _ when flags.HasFlag(X509ChainStatusFlags.HasWeakSignature) => PathProblem.Weak,
        _ when flags.HasFlag(X509ChainStatusFlags.NotValidForUsage) => PathProblem.Purpose,
        _ => PathProblem.NotAllowed,
    };

    private static string Describe(PathProblem problem, X509Certificate2 blamed, X509ChainStatusFlags flags)
    {
        var name = blamed.Subject;
        return problem switch
        {
            PathProblem.NotYetValid => $"{name} is valid only from {blamed.NotBefore.ToUniversalTime():u}",
            PathProblem.Expired => $"{name} expired at {blamed.NotAfter.ToUniversalTime():u}",
            PathProblem.Untrusted => $"{name} leads to no trusted root",
            PathProblem.Purpose => $"{name} is not for this purpose (extendedKeyUsage)",
            _ => $"{name} breaks a rule of certificate paths ({flags})",
        };
    }

    // The root is trusted for being configured: how it signed itself says nothing.
    private static string? WeakLink(List<X509Certificate2> path)
    {
        for (var i = 0; i < path.Count; i++)
        {
            if (KeyStrength.Problem(path[i]) is { } weak)
                return $"{path[i].Subject} has a {weak}";
            if (i < path.Count - 1 && HashAlgorithms.IsWeak(path[i].SignatureAlgorithm.Value!))
                return $"{path[i].Subject} is signed with {HashAlgorithms.Name(path[i].SignatureAlgorithm.Value!)}, which is broken";
        }

        return null;
    }

    private static CertificatePathResult Revocation(List<X509Certificate2> path, CrlSet crls, DateTimeOffset at, bool required)
    {
        var statuses = new List<RevocationStatus>();
        CertificatePathResult Result(PathProblem? problem, string? detail) => new(path, problem, detail) { Revocation = statuses };

        for (var i = 0; i < path.Count - 1; i++)
        {
            var status = crls.Find(path[i], path[i + 1], at);
            statuses.Add(status);
            if (status is { Revoked: { } since })
                return Result(PathProblem.Revoked, $"{path[i].Subject} was revoked at {since.UtcDateTime:u}");
            if (status.Unknown is { } why && (required || status.Covered))
                return Result(PathProblem.RevocationUnknown, $"the status of {path[i].Subject} is unknown: {why}");
        }

        return Result(null, null);
    }
}
