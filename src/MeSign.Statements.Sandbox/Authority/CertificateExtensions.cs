using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MeSign.Statements.Sandbox.Authority;

/// <summary>Extensions for which .NET has no builder, or none that fits (RFC 5280 §4.2).</summary>
internal static class CertificateExtensions
{
    private static readonly Asn1Tag Explicit0 = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <summary>RFC 5280 §4.2.1.4, without qualifiers.</summary>
    public static X509Extension Policies(IEnumerable<string> policies)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var policy in policies)
            {
                using (writer.PushSequence())
                    writer.WriteObjectIdentifier(policy);
            }
        }

        return new X509Extension("2.5.29.32", writer.Encode(), critical: false);
    }

    /// <summary>RFC 5280 §4.2.1.6; addresses outside ASCII as SmtpUTF8Mailbox (RFC 9598 §3).</summary>
    public static X509Extension AlternativeNames(CertificateOrder order)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var address in order.Addresses)
                WriteAddress(writer, address);
            if (order.Localhost)
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, "localhost", new Asn1Tag(TagClass.ContextSpecific, 2));
                writer.WriteOctetString(IPAddress.Loopback.GetAddressBytes(), new Asn1Tag(TagClass.ContextSpecific, 7));
            }
        }

        return new X509Extension("2.5.29.17", writer.Encode(), critical: false);
    }

    public static X509Extension ExtendedKeyUsages(CertificateOrder order)
    {
        var purposes = new OidCollection();
        foreach (var purpose in order.ExtendedKeyUsages)
            purposes.Add(new Oid(purpose));
        return new X509EnhancedKeyUsageExtension(purposes, order.ExtendedKeyUsageCritical);
    }

    private static void WriteAddress(AsnWriter writer, string address)
    {
        if (Ascii.IsValid(address))
        {
            writer.WriteCharacterString(UniversalTagNumber.IA5String, address, new Asn1Tag(TagClass.ContextSpecific, 1));
            return;
        }

        using (writer.PushSequence(Explicit0))
        {
            writer.WriteObjectIdentifier(CertificateOids.SmtpUtf8Mailbox);
            using (writer.PushSequence(Explicit0))
                writer.WriteCharacterString(UniversalTagNumber.UTF8String, address);
        }
    }
}
