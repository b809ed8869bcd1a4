using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using MimeKit;

namespace MeSign.Statements.Sealing;

/// <summary>The addresses that a certificate vouches for (RFC 8550 §3, RFC 9598 §3).</summary>
internal static class CertificateAddresses
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string SmtpUtf8Mailbox = "1.3.6.1.5.5.7.8.9";
    private const string EmailAddress = "1.2.840.113549.1.9.1";

    public static IReadOnlyList<string> Of(X509Certificate2 certificate)
    {
        var addresses = new List<string>();
        try
        {
            if (certificate.Extensions[SubjectAlternativeName] is { } extension)
                ReadNames(new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence(), addresses);
            foreach (var name in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
            {
                if (!name.HasMultipleElements && name.GetSingleElementType().Value == EmailAddress && name.GetSingleElementValue() is { } value)
                    addresses.Add(value);
            }
        }
        catch (AsnContentException)
        {
            // What cannot be read vouches for nothing.
        }
        return addresses;
    }

    /// <summary>Domains without regard to case and in either form of an IDN; local parts without regard to case, as mail is delivered.</summary>
    public static bool AreSame(string one, string other) =>
        string.Equals(MailboxAddress.EncodeAddrspec(one), MailboxAddress.EncodeAddrspec(other), StringComparison.OrdinalIgnoreCase);

    private static void ReadNames(AsnReader names, List<string> addresses)
    {
        while (names.HasData)
        {
            var tag = names.PeekTag();
            if (tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 1)))
            {
                addresses.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                continue;
            }
            if (tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                var other = names.ReadSequence(tag);
                if (other.ReadObjectIdentifier() == SmtpUtf8Mailbox)
                    addresses.Add(other.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadCharacterString(UniversalTagNumber.UTF8String));
                continue;
            }
            names.ReadEncodedValue();
        }
    }
}
