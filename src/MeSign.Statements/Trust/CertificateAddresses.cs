using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>The mail addresses of a certificate's subjectAltName.</summary>
public static class CertificateAddresses
{
    private const string SubjectAltName = "2.5.29.17";

    /// <summary>id-on-SmtpUTF8Mailbox (RFC 9598 §3).</summary>
    private const string SmtpUtf8Mailbox = "1.3.6.1.5.5.7.8.9";

    private static readonly Asn1Tag OtherName = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Rfc822Name = new(TagClass.ContextSpecific, 1);

    /// <summary>Every rfc822Name (RFC 5280 §4.2.1.6) and SmtpUTF8Mailbox (RFC 9598) that is an address.</summary>
    // An emailAddress in the subject is no proof: CAs check what they put into subjectAltName (RFC 8550 §3).
    public static IReadOnlyList<EmailAddress> Read(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var addresses = new List<EmailAddress>();
        foreach (var extension in certificate.Extensions.Where(extension => extension.Oid?.Value == SubjectAltName))
        {
            try
            {
                var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
                while (names.HasData)
                {
                    if (ReadName(names) is { } text && EmailAddress.TryParse(text, out var address, out _))
                        addresses.Add(address);
                }
            }
            catch (AsnContentException)
            {
                // What cannot be read names nobody; what was read before it stands.
            }
        }

        return addresses;
    }

    /// <summary>RFC 5280 §7.5 and RFC 9598 §5: the domain without case and in A-labels; the local part as the installation compares it.</summary>
    public static bool Match(EmailAddress left, EmailAddress right, bool caseSensitiveLocalPart)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left.Domain == right.Domain
            && (caseSensitiveLocalPart ? left.Local == right.Local : EmailAddress.FoldLocal(left.Local) == EmailAddress.FoldLocal(right.Local));
    }

    private static string? ReadName(AsnReader names)
    {
        var tag = names.PeekTag();
        if (tag.HasSameClassAndValue(Rfc822Name))
            return names.ReadCharacterString(UniversalTagNumber.IA5String, Rfc822Name);
        if (!tag.HasSameClassAndValue(OtherName))
        {
            _ = names.ReadEncodedValue();
            return null;
        }

        var name = names.ReadSequence(OtherName);
        if (name.ReadObjectIdentifier() != SmtpUtf8Mailbox)
            return null;
        var mailbox = name.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)).ReadCharacterString(UniversalTagNumber.UTF8String);

        // RFC 9598 §3: an ASCII local part belongs into rfc822Name. Here it would slip past a CA's rfc822Name constraints.
        return System.Text.Ascii.IsValid(mailbox.AsSpan(0, Math.Max(0, mailbox.IndexOf('@', StringComparison.Ordinal)))) ? null : mailbox;
    }
}
