using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Signing;

/// <summary>Certificates that came along beside a signature, for building paths; untrusted.</summary>
public sealed class CertificatePool
{
    // What a path can use of it; a store of many signers holds more.
    private const int MostAbove = 16;

    private readonly ILookup<string, X509Certificate2> _bySubject;

    private CertificatePool(IEnumerable<X509Certificate2> certificates) =>
        _bySubject = certificates.ToLookup(certificate => Convert.ToHexString(certificate.SubjectName.RawData), StringComparer.Ordinal);

    /// <summary>Holds nothing.</summary>
    public static CertificatePool Empty { get; } = new([]);

    /// <summary>Of DER; what is no certificate is left out.</summary>
    public static CertificatePool Of(IEnumerable<ReadOnlyMemory<byte>> encoded)
    {
        var certificates = new List<X509Certificate2>();
        foreach (var der in encoded)
        {
            try
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(der.Span));
            }
            catch (CryptographicException)
            {
                continue;
            }
        }

        return new(certificates);
    }

    /// <summary>Both pools as one.</summary>
    public CertificatePool With(CertificatePool other) =>
        new(_bySubject.Concat(other._bySubject).SelectMany(certificates => certificates).DistinctBy(one => one.Thumbprint, StringComparer.Ordinal));

    /// <summary>All of them, those that came along elsewhere with <paramref name="others"/>.</summary>
    public IEnumerable<X509Certificate2> And(IEnumerable<X509Certificate2> others) => others.Concat(_bySubject.SelectMany(certificates => certificates));

    /// <summary>What came with a certificate and, after what may have issued it, what may have issued that, and so on.</summary>
    public IReadOnlyList<X509Certificate2> Complete(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> others) =>
        _bySubject.Count == 0 ? others : [.. Above([certificate, .. others]), .. others];

    private List<X509Certificate2> Above(IEnumerable<X509Certificate2> certificates)
    {
        var found = new List<X509Certificate2>();
        var asked = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<X509Certificate2>(certificates);
        while (waiting.TryDequeue(out var certificate) && found.Count < MostAbove)
        {
            var issuer = Convert.ToHexString(certificate.IssuerName.RawData);
            if (!asked.Add(issuer))
                continue;
            foreach (var above in _bySubject[issuer].Take(MostAbove - found.Count))
            {
                found.Add(above);
                waiting.Enqueue(above);
            }
        }

        return found;
    }
}
