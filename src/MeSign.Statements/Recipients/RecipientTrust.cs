using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Recipients;

/// <summary>What recipients' certificates are checked against. Revocation lists follow their files; roots are as at the start.</summary>
internal sealed class RecipientTrust(IOptions<RecipientOptions> options, TimeProvider time)
{
    private readonly Lock _refreshing = new();
    private CrlSet _crls = CrlSet.None;
    private string _crlsSeen = "";
    private DateTimeOffset _nextLook;

    /// <summary>The roots, and the intermediates that help to reach them.</summary>
    public TrustAnchors Anchors { get; } = LoadAnchors(options.Value);

    /// <exception cref="StatementDelayedException">The lists cannot be read now.</exception>
    public CrlSet Crls
    {
        get
        {
            if (options.Value.Crls.Count == 0)
                return CrlSet.None;

            lock (_refreshing)
            {
                if (time.GetUtcNow() >= _nextLook)
                    Refresh();
                return _crls;
            }
        }
    }

    /// <exception cref="InvalidDataException">A path does not exist or a file is not a certificate.</exception>
    public static IReadOnlyList<X509Certificate2> LoadCertificates(IEnumerable<string> paths)
    {
        var certificates = new List<X509Certificate2>();
        foreach (var file in TrustFiles.Expand(paths))
        {
            try
            {
                certificates.AddRange(TrustFiles.Blocks(TrustFiles.Read(file), "CERTIFICATE").Select(der => X509CertificateLoader.LoadCertificate(der.Span)));
            }
            catch (CryptographicException fault)
            {
                throw new InvalidDataException($"{file} is not a certificate: give PEM or DER (X.509).", fault);
            }
        }

        return certificates;
    }

    private static TrustAnchors LoadAnchors(RecipientOptions options)
    {
        var anchors = TrustAnchors.Load(options.Roots);
        // A root does not become trusted by lying among the intermediates.
        var between = LoadCertificates(options.Intermediates)
            .Where(certificate => !certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData));
        return TrustAnchors.Of([.. anchors.Roots, .. anchors.Intermediates, .. between]);
    }

    private void Refresh()
    {
        try
        {
            var seen = string.Join('\n', TrustFiles.Expand(options.Value.Crls).Select(file => $"{file} {File.GetLastWriteTimeUtc(file).Ticks} {new FileInfo(file).Length}"));
            if (seen != _crlsSeen)
            {
                _crls = CrlSet.Load(options.Value.Crls);
                _crlsSeen = seen;
            }

            _nextLook = time.GetUtcNow() + options.Value.Refresh;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // The lists of before may lack the one that was revoked since.
            throw new StatementDelayedException("the revocation lists of recipients' certificates cannot be read", innerException: fault);
        }
    }
}
