using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Tests.Recipients;

/// <summary>A root, an issuing authority, and recipients' certificates with whatever is right or wrong about them.</summary>
internal sealed class RecipientPki
{
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public const string EmailProtection = "1.3.6.1.5.5.7.3.4";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    public const string AnyPurpose = "2.5.29.37.0";

    private static readonly Lazy<RecipientPki> LazyShared = new(() => new RecipientPki());
    private static readonly Lazy<ECDsa> LazyKey = new(() => ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private static readonly Lazy<RSA> LazyRsa = new(() => RSA.Create(2048));

    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _issuingKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public RecipientPki(string name = "Test", string[]? issuingPurposes = null)
    {
        var root = new CertificateRequest($"CN={name} Root", _rootKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        root.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        root.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(root.PublicKey, false));
        Root = root.CreateSelfSigned(Now.AddYears(-5), Now.AddYears(10));

        var issuing = new CertificateRequest($"CN={name} Issuing", _issuingKey, HashAlgorithmName.SHA256);
        issuing.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        issuing.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        issuing.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(issuing.PublicKey, false));
        issuing.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Root, true, false));
        if (issuingPurposes is not null)
            issuing.CertificateExtensions.Add(Purposes(issuingPurposes));
        using var issued = issuing.Create(Root, Now.AddYears(-4), Now.AddYears(9), RandomNumberGenerator.GetBytes(16));
        Issuing = issued.CopyWithPrivateKey(_issuingKey);
    }

    public static RecipientPki Shared => LazyShared.Value;

    public static ECDsa EcKey => LazyKey.Value;

    public static RSA RsaKey => LazyRsa.Value;

    public X509Certificate2 Root { get; }

    public X509Certificate2 Issuing { get; }

    /// <param name="key">P-256 where null; an RSA or ECDSA key.</param>
    /// <param name="publicKey">Of another kind than those.</param>
    /// <param name="purposes">Empty: no extendedKeyUsage.</param>
    /// <param name="usage">Null: no keyUsage.</param>
    public X509Certificate2 Issue(
        string address,
        AsymmetricAlgorithm? key = null,
        string[]? purposes = null,
        X509KeyUsageFlags? usage = X509KeyUsageFlags.KeyAgreement | X509KeyUsageFlags.KeyEncipherment,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        X509Extension? names = null,
        string subject = "CN=Recipient",
        PublicKey? publicKey = null)
    {
        var request = publicKey is not null ? new CertificateRequest(new X500DistinguishedName(subject), publicKey, HashAlgorithmName.SHA256)
            : (key ?? EcKey) is RSA rsa
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)(key ?? EcKey), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(names ?? Rfc822Name(address));
        if (usage is not null)
            request.CertificateExtensions.Add(new X509KeyUsageExtension(usage.Value, true));
        if (purposes is not [])
            request.CertificateExtensions.Add(Purposes(purposes ?? [EmailProtection]));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Issuing, true, false));
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return request.Create(
            Issuing.SubjectName, X509SignatureGenerator.CreateForECDsa(_issuingKey), from ?? Now.AddDays(-30), until ?? Now.AddDays(335), serial);
    }

    public byte[] Crl(DateTimeOffset nextUpdate, params X509Certificate2[] revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var certificate in revoked)
            builder.AddEntry(certificate, Now.AddDays(-2));
        return builder.Build(Issuing, 1, nextUpdate, HashAlgorithmName.SHA256, thisUpdate: Now.AddDays(-1));
    }

    public static X509Extension Rfc822Name(params string[] addresses) => Names(writer =>
    {
        foreach (var address in addresses)
            writer.WriteCharacterString(UniversalTagNumber.IA5String, address, new Asn1Tag(TagClass.ContextSpecific, 1));
    });

    public static X509Extension SmtpUtf8Mailbox(string address) => Names(writer =>
    {
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        {
            writer.WriteObjectIdentifier("1.3.6.1.5.5.7.8.9");
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                writer.WriteCharacterString(UniversalTagNumber.UTF8String, address);
        }
    });

    private static X509Extension Names(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            write(writer);
        return new X509Extension("2.5.29.17", writer.Encode(), critical: false);
    }

    private static X509EnhancedKeyUsageExtension Purposes(string[] purposes) => new([.. purposes.Select(oid => new Oid(oid))], false);
}
