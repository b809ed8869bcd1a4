using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>The certification authorities that an installation has chosen to trust; the system's own list is never used.</summary>
public sealed class TrustAnchors
{
    private TrustAnchors(IReadOnlyList<X509Certificate2> roots, IReadOnlyList<X509Certificate2> intermediates)
    {
        Roots = roots;
        Intermediates = intermediates;
    }

    /// <summary>Trusts nothing.</summary>
    public static TrustAnchors None { get; } = new([], []);

    /// <summary>Self-issued certificates: where a path may end.</summary>
    public IReadOnlyList<X509Certificate2> Roots { get; }

    /// <summary>Other certificates of the same files: they help to build a path, they are not trusted by themselves.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; }

    /// <summary>Reads roots from files (PEM with any number of certificates, or DER), folders (every file in them, not below), and PEM given as such.</summary>
    /// <exception cref="InvalidDataException">A path does not exist, a file is not a certificate, or no root is among them.</exception>
    public static TrustAnchors Load(IEnumerable<string> paths)
    {
        var named = paths as IReadOnlyCollection<string> ?? [.. paths];
        var certificates = new X509Certificate2Collection();
        foreach (var pem in named.Where(IsPem))
            certificates.ImportFromPem(pem);
        foreach (var file in TrustFiles.Expand(named.Where(path => !IsPem(path))))
            certificates.AddRange(Read(file).ToArray());
        if (named.Count > 0 && !certificates.Any(IsSelfIssued))
            throw new InvalidDataException($"No root certificate in {string.Join(", ", named)}: a root's issuer is its own subject.");

        return Of(certificates);
    }

    /// <summary>Anchors from certificates at hand.</summary>
    public static TrustAnchors Of(IEnumerable<X509Certificate2> certificates)
    {
        var distinct = certificates.DistinctBy(certificate => certificate.Thumbprint, StringComparer.Ordinal).ToList();
        return new([.. distinct.Where(IsSelfIssued)], [.. distinct.Where(certificate => !IsSelfIssued(certificate))]);
    }

    private static bool IsPem(string text) => text.StartsWith("-----BEGIN ", StringComparison.Ordinal);

    private static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static IEnumerable<X509Certificate2> Read(string file)
    {
        try
        {
            var bytes = TrustFiles.Read(file);
            return [.. TrustFiles.Blocks(bytes, "CERTIFICATE").Select(der => X509CertificateLoader.LoadCertificate(der.Span))];
        }
        catch (CryptographicException e)
        {
            throw new InvalidDataException($"{file} is not a certificate: give PEM or DER (X.509).", e);
        }
    }
}
