using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Pdf.Syntax;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Pdf.Seeds;

/// <summary>What a field's author demands of the signer's certificate (ISO 32000-2 table 238).</summary>
internal sealed class CertificateSeed(PdfDocument document, PdfDictionary seed)
{
    // Bits of /Ff.
    private const long Subject = 1 << 0;
    private const long Issuer = 1 << 1;
    private const long Policy = 1 << 2;
    private const long SubjectName = 1 << 3;
    private const long KeyUsage = 1 << 5;

    // Where to get a certificate: of no matter to who has one.
    private const long Address = 1 << 6;

    private const string CertificatePolicies = "2.5.29.32";

    private readonly long _required = document.Resolve(seed["Ff"]) is PdfInteger flags ? flags.Value : 0;

    /// <returns>Which demand the identity does not meet; null where it meets all.</returns>
    public string? Problem(SigningIdentity identity)
    {
        if ((_required & ~(Subject | Issuer | Policy | SubjectName | KeyUsage | Address)) != 0)
            return "something of the signer's certificate that ISO 32000-2 does not know (/Ff)";

        var certificate = identity.Certificate;
        IEnumerable<X509Certificate2> issuers = identity.Root is { } root ? [.. identity.Chain, root] : identity.Chain;
        if (Demands(Subject, "Subject") && !Strings("Subject").Any(der => Is(certificate, der)))
            return "another signer's certificate (/Subject)";
        if (Demands(Issuer, "Issuer") && !Strings("Issuer").Any(der => issuers.Any(issuer => Is(issuer, der))))
            return "a certificate of another issuer (/Issuer)";
        if (Demands(Policy, "OID") && !Strings("OID").Select(PdfText.ToText).Intersect(Policies(certificate), StringComparer.Ordinal).Any())
            return "a certificate under another policy (/OID)";
        if (Demands(SubjectName, "SubjectDN") && !Items("SubjectDN").Any(name => document.Dictionary(name) is { } attributes && Names(certificate, attributes)))
            return "a certificate of another name (/SubjectDN)";
        return Demands(KeyUsage, "KeyUsage") && !Strings("KeyUsage").Any(pattern => Allows(certificate, PdfText.ToText(pattern)))
            ? "a certificate of another key usage (/KeyUsage)"
            : null;
    }

    private bool Demands(long flag, string key) => (_required & flag) != 0 && document.Resolve(seed[key]) is not null;

    private IEnumerable<PdfObject?> Items(string key) => document.Resolve(seed[key]) is PdfArray array ? array.Items.Select(document.Resolve) : [];

    private IEnumerable<PdfString> Strings(string key) => Items(key).OfType<PdfString>();

    private static bool Is(X509Certificate2 certificate, PdfString der) => certificate.RawDataMemory.Span.SequenceEqual(der.Bytes.Span);

    private static IEnumerable<string> Policies(X509Certificate2 certificate)
    {
        if (certificate.Extensions[CertificatePolicies] is not { } extension)
            yield break;
        for (var policies = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence(); policies.HasData;)
            yield return policies.ReadSequence().ReadObjectIdentifier();
    }

    // Every attribute that is given, by its short name or its OID.
    private bool Names(X509Certificate2 certificate, PdfDictionary attributes)
    {
        var parts = certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements)
            .Select(part => (Oid: part.GetSingleElementType().Value, Value: part.GetSingleElementValue()))
            .ToList();
        return attributes.Entries.All(attribute => document.Resolve(attribute.Value) is PdfString value
            && parts.Exists(part => part.Oid == AttributeOid(attribute.Key) && part.Value == PdfText.ToText(value)));
    }

    private static string? AttributeOid(string name) => name is [>= '0' and <= '9', ..] ? name : new Oid(name).Value;

    // Nine characters in the order of RFC 5280 §4.2.1.3: 1 must be set, 0 must not, X may; what is left off may as well.
    private static bool Allows(X509Certificate2 certificate, string pattern)
    {
        X509KeyUsageFlags[] order =
        [
            X509KeyUsageFlags.DigitalSignature, X509KeyUsageFlags.NonRepudiation, X509KeyUsageFlags.KeyEncipherment,
            X509KeyUsageFlags.DataEncipherment, X509KeyUsageFlags.KeyAgreement, X509KeyUsageFlags.KeyCertSign,
            X509KeyUsageFlags.CrlSign, X509KeyUsageFlags.EncipherOnly, X509KeyUsageFlags.DecipherOnly,
        ];
        var usage = certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault()?.KeyUsages ?? X509KeyUsageFlags.None;
        return order.Zip(pattern).All(pair => pair.Second switch
        {
            '1' => usage.HasFlag(pair.First),
            '0' => !usage.HasFlag(pair.First),
            _ => true,
        });
    }
}
