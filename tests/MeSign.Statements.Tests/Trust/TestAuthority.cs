using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Tests.Trust;

/// <summary>A root, an issuing authority below it, and whatever certificates a test needs.</summary>
internal sealed class TestAuthority
{
    public static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset End = new(2036, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<TestAuthority> LazyShared = new(() => new TestAuthority());

    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RSA _issuingKey;

    private readonly Func<string, IEnumerable<X509Extension>> _pointers;

    /// <param name="pointers">Extensions of what an authority ("root", "issuing") issues: where its revocations are to be had.</param>
    public TestAuthority(string name = "Test", Func<string, IEnumerable<X509Extension>>? pointers = null, RSA? issuingKey = null)
    {
        _issuingKey = issuingKey ?? RSA.Create(2048);
        _pointers = pointers ?? (_ => []);
        var root = new CertificateRequest($"CN={name} Root", _rootKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        root.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        root.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(root.PublicKey, false));
        using var selfSigned = root.CreateSelfSigned(Begin, End);
        Root = X509CertificateLoader.LoadCertificate(selfSigned.RawData);

        var issuing = new CertificateRequest($"CN={name} Issuing", _issuingKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        issuing.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        issuing.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        issuing.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(issuing.PublicKey, false));
        issuing.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Root, true, false));
        foreach (var pointer in _pointers("root"))
            issuing.CertificateExtensions.Add(pointer);
        Issuing = issuing.Create(Root.SubjectName, X509SignatureGenerator.CreateForECDsa(_rootKey), Begin, End, Serial());
    }

    /// <summary>One for all tests that only need any authority.</summary>
    public static TestAuthority Shared => LazyShared.Value;

    public X509Certificate2 Root { get; }

    public X509Certificate2 Issuing { get; }

    public AsymmetricAlgorithm RootKey => _rootKey;

    public AsymmetricAlgorithm IssuingKey => _issuingKey;

    /// <summary>A certificate with its private key, by default for an organisation that signs mail and documents.</summary>
    public X509Certificate2 Issue(
        AsymmetricAlgorithm key,
        string subject = "CN=Example Bank",
        string[]? purposes = null,
        bool criticalPurposes = false,
        X509KeyUsageFlags usage = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation,
        DateTimeOffset? notBefore = null,
        DateTimeOffset? notAfter = null,
        string? policy = null,
        HashAlgorithmName? hash = null,
        IEnumerable<X509Extension>? extensions = null)
    {
        var digest = hash ?? HashAlgorithmName.SHA256;
        var request = key is RSA rsa
            ? new CertificateRequest(subject, rsa, digest, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, digest);
        var names = new SubjectAlternativeNameBuilder();
        names.AddEmailAddress("statements@bank.example");
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [.. (purposes ?? ["1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36"]).Select(oid => new Oid(oid))], criticalPurposes));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Issuing, true, false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        foreach (var pointer in _pointers("issuing"))
            request.CertificateExtensions.Add(pointer);
        foreach (var extension in extensions ?? [])
            request.CertificateExtensions.Add(extension);
        if (policy is not null)
            request.CertificateExtensions.Add(Policies(policy));

        var certificate = request.Create(
            Issuing.SubjectName, X509SignatureGenerator.CreateForRSA(_issuingKey, RSASignaturePadding.Pkcs1), notBefore ?? Begin, notAfter ?? End.AddDays(-1), Serial());
        return key is RSA pair ? certificate.CopyWithPrivateKey(pair) : certificate.CopyWithPrivateKey((ECDsa)key);
    }

    /// <summary>The issuing authority's list of revoked certificates, DER.</summary>
    public byte[] Revoke(DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, params (X509Certificate2 Certificate, DateTimeOffset At)[] revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var (certificate, at) in revoked)
            builder.AddEntry(certificate, at, X509RevocationReason.KeyCompromise);
        using var issuer = Issuing.CopyWithPrivateKey(_issuingKey);
        return builder.Build(issuer, 1, nextUpdate, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, thisUpdate);
    }

    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }

    private static X509Extension Policies(string oid)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
            writer.WriteObjectIdentifier(oid);
        return new("2.5.29.32", writer.Encode(), critical: false);
    }
}
