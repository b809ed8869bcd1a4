using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Sandbox.Authority;

/// <summary>
/// A certification authority for development: a root, an issuing CA under it, and their revocation lists. Its keys exist
/// in memory only and its names say what it is. Safe for many orders at once.
/// </summary>
internal sealed class TestAuthority : IDisposable
{
    private const string Warning = "(development only, never trust)";

    private static readonly TimeSpan CrlLifetime = TimeSpan.FromDays(7);

    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _issuingKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TimeProvider _time;
    private readonly Uri _distribution;
    private readonly CertificateRevocationListBuilder _revoked = new();
    private long _crlNumber;

    /// <param name="distribution">Folder URI under which <c>root.crl</c>, <c>issuing.crl</c>, <c>root.cer</c> and <c>issuing.cer</c> are served.</param>
    /// <param name="time">The instant that validity is counted from.</param>
    public TestAuthority(Uri distribution, TimeProvider time)
    {
        _time = time;
        _distribution = distribution;

        var root = new CertificateRequest(Name("MeSign Sandbox Root CA " + Warning), _rootKey, HashAlgorithmName.SHA256);
        AddAuthorityExtensions(root, pathLength: 1);
        var rootGenerator = X509SignatureGenerator.CreateForECDsa(_rootKey);
        Root = root.Create(root.SubjectName, rootGenerator, Now.AddYears(-5), Now.AddYears(10), SerialNumber());

        var issuing = new CertificateRequest(Name("MeSign Sandbox Issuing CA " + Warning), _issuingKey, HashAlgorithmName.SHA256);
        AddAuthorityExtensions(issuing, pathLength: 0);
        issuing.CertificateExtensions.Add(CertificateExtensions.Policies([CertificateOids.AnyPolicy]));
        AddIssuerExtensions(issuing, Root, "root");
        Issuing = issuing.Create(Root.SubjectName, rootGenerator, Now.AddYears(-4), Now.AddYears(8), SerialNumber());

        using var rootWithKey = Root.CopyWithPrivateKey(_rootKey);
        RootCrl = new CertificateRevocationListBuilder().Build(
            rootWithKey, 1, Now + CrlLifetime, HashAlgorithmName.SHA256, thisUpdate: Now.AddHours(-1));
        IssuingCrl = BuildIssuingCrl();
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 Issuing { get; }

    /// <summary>The root's revocation list (RFC 5280 §5), DER.</summary>
    public byte[] RootCrl { get; }

    /// <summary>The issuing CA's revocation list as of the last revocation, DER.</summary>
    public byte[] IssuingCrl { get; private set; }

    private DateTimeOffset Now => _time.GetUtcNow();

    public static X500DistinguishedName Name(string commonName)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddOrganizationName("MeSign Sandbox");
        name.AddCommonName(commonName);
        return name.Build();
    }

    /// <summary>Issues a certificate under the issuing CA.</summary>
    /// <returns>The certificate with the order's private key.</returns>
    public X509Certificate2 Issue(CertificateOrder order)
    {
        var publicKey = order.Key switch
        {
            RSA rsa => new PublicKey(rsa),
            ECDsa ecdsa => new PublicKey(ecdsa),
            _ => throw new ArgumentException("RSA or ECDSA.", nameof(order)),
        };
        // The hash is the issuer's choice: its signature generator signs, not the subject's key.
        var request = new CertificateRequest(order.Subject, publicKey, HashAlgorithmName.SHA256);
        var extensions = request.CertificateExtensions;
        extensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        extensions.Add(new X509KeyUsageExtension(order.KeyUsages, critical: true));
        extensions.Add(new X509SubjectKeyIdentifierExtension(publicKey, X509SubjectKeyIdentifierHashAlgorithm.ShortSha256, critical: false));
        if (order.ExtendedKeyUsages.Count > 0)
            extensions.Add(CertificateExtensions.ExtendedKeyUsages(order));
        if (order.Policies.Count > 0)
            extensions.Add(CertificateExtensions.Policies(order.Policies));
        if (order.Addresses.Count > 0 || order.Localhost)
            extensions.Add(CertificateExtensions.AlternativeNames(order));
        AddIssuerExtensions(request, Issuing, "issuing");

        using var certificate = request.Create(
            Issuing.SubjectName, X509SignatureGenerator.CreateForECDsa(_issuingKey), Now + order.From, Now + order.Until, SerialNumber());
        return order.Key is RSA key ? certificate.CopyWithPrivateKey(key) : certificate.CopyWithPrivateKey((ECDsa)order.Key);
    }

    /// <summary>Issues a recipient's certificate, with the fault that was ordered.</summary>
    public X509Certificate2 Issue(RecipientOrder order)
    {
        var certificate = Issue(CertificateProfiles.Recipient(order));
        if (order.Fault == RecipientFault.Revoked)
            Revoke(certificate);
        return certificate;
    }

    /// <summary>Issues many side by side, because RSA keys take their time; in the order of the orders.</summary>
    public IReadOnlyList<X509Certificate2> Issue(IReadOnlyList<RecipientOrder> orders) =>
        [.. orders.AsParallel().AsOrdered().Select(Issue)];

    /// <summary>Puts a certificate of the issuing CA on its revocation list.</summary>
    public void Revoke(X509Certificate2 certificate)
    {
        lock (_revoked)
        {
            _revoked.AddEntry(certificate, Now.AddHours(-1), X509RevocationReason.KeyCompromise);
            IssuingCrl = BuildIssuingCrl();
        }
    }

    public void Dispose()
    {
        Root.Dispose();
        Issuing.Dispose();
        _rootKey.Dispose();
        _issuingKey.Dispose();
    }

    private byte[] BuildIssuingCrl()
    {
        using var issuer = Issuing.CopyWithPrivateKey(_issuingKey);
        return _revoked.Build(issuer, ++_crlNumber, Now + CrlLifetime, HashAlgorithmName.SHA256, thisUpdate: Now.AddHours(-1));
    }

    private static void AddAuthorityExtensions(CertificateRequest request, int pathLength)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, hasPathLengthConstraint: true, pathLength, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(
            new X509SubjectKeyIdentifierExtension(request.PublicKey, X509SubjectKeyIdentifierHashAlgorithm.ShortSha256, critical: false));
    }

    private void AddIssuerExtensions(CertificateRequest request, X509Certificate2 issuer, string file)
    {
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(
            CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([new Uri(_distribution, file + ".crl").AbsoluteUri]));
        request.CertificateExtensions.Add(
            new X509AuthorityInformationAccessExtension([], [new Uri(_distribution, file + ".cer").AbsoluteUri]));
    }

    // RFC 5280 §4.1.2.2: positive, at most 20 octets; 16 random ones cannot be guessed.
    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }
}
