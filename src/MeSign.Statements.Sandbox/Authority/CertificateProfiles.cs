using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Sandbox.Authority;

/// <summary>The certificates that the sandbox knows how to order.</summary>
internal static class CertificateProfiles
{
    /// <summary>A bank's signing certificate for PDF and mail, as a public CA issues it to an organisation.</summary>
    public static CertificateOrder Organization(string name, string fromAddress, KeyKind key = KeyKind.Rsa3072)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCountryOrRegion("CZ");
        subject.AddOrganizationName(name);
        // A scheme and number as ETSI EN 319 412-1 §5.1.4 writes them; of no registered company.
        subject.Add(CertificateOids.OrganizationIdentifier, "NTRCZ-00000000");
        subject.AddCommonName(name);
        return new CertificateOrder
        {
            Subject = subject.Build(),
            Key = key.NewKey(),
            KeyUsages = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation,
            ExtendedKeyUsages = [CertificateOids.EmailProtection, CertificateOids.DocumentSigning],
            Policies = [CertificateOids.OrganizationValidatedStrict],
            Addresses = [fromAddress],
        };
    }

    /// <summary>RFC 3161 §2.3: extendedKeyUsage critical, timeStamping and nothing else.</summary>
    public static CertificateOrder TimestampServer(KeyKind key = KeyKind.Rsa2048) => new()
    {
        Subject = TestAuthority.Name("MeSign Sandbox Timestamp Server"),
        Key = key.NewKey(),
        KeyUsages = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation,
        ExtendedKeyUsages = [CertificateOids.TimeStamping],
        ExtendedKeyUsageCritical = true,
        Until = TimeSpan.FromDays(1_800),
    };

    /// <summary>A TLS server on this machine.</summary>
    public static CertificateOrder LocalServer() => new()
    {
        Subject = TestAuthority.Name("localhost"),
        Key = KeyKind.P256.NewKey(),
        KeyUsages = X509KeyUsageFlags.DigitalSignature,
        ExtendedKeyUsages = [CertificateOids.ServerAuthentication],
        Localhost = true,
        Until = TimeSpan.FromDays(90),
    };

    /// <summary>A customer's S/MIME certificate: RSA to be encrypted to directly, EC by key agreement (RFC 8550 §4.4.2).</summary>
    public static CertificateOrder Recipient(RecipientOrder order)
    {
        var agreement = order.Key is KeyKind.P256 or KeyKind.P384 ? X509KeyUsageFlags.KeyAgreement : X509KeyUsageFlags.KeyEncipherment;
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(order.Name);
        var good = new CertificateOrder
        {
            Subject = subject.Build(),
            Key = order.Key.NewKey(),
            KeyUsages = X509KeyUsageFlags.DigitalSignature | agreement,
            ExtendedKeyUsages = [CertificateOids.EmailProtection],
            Policies = [CertificateOids.MailboxValidatedStrict],
            Addresses = [order.Address],
        };
        return order.Fault switch
        {
            RecipientFault.Expired => good with { From = TimeSpan.FromDays(-731), Until = TimeSpan.FromDays(-1) },
            RecipientFault.NotYetValid => good with { From = TimeSpan.FromDays(1) },
            RecipientFault.WrongAddress => good with { Addresses = ["someone.else@example.test"] },
            RecipientFault.NoKeyEncipherment => good with { KeyUsages = X509KeyUsageFlags.DigitalSignature },
            RecipientFault.NoEmailProtection => good with { ExtendedKeyUsages = [CertificateOids.DocumentSigning] },
            _ => good,
        };
    }
}
