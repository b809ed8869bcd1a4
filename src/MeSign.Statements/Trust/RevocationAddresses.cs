using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>Where a certificate says that its status is to be had.</summary>
internal static class RevocationAddresses
{
    private static readonly Asn1Tag Zero = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag UniformResourceIdentifier = new(TagClass.ContextSpecific, 6);

    /// <summary>OCSP responders over http or https (RFC 5280 §4.2.2.1).</summary>
    public static IReadOnlyList<Uri> Responders(X509Certificate2 certificate)
    {
        try
        {
            return [.. certificate.Extensions.OfType<X509AuthorityInformationAccessExtension>()
                .SelectMany(extension => extension.EnumerateOcspUris()).Select(ParseWeb).OfType<Uri>().Distinct()];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }

    /// <summary>Complete CRLs of the issuer itself over http or https (RFC 5280 §4.2.1.13).</summary>
    public static IReadOnlyList<Uri> Lists(X509Certificate2 certificate) =>
        [.. Points(certificate).Select(name => new AsnReader(name, AsnEncodingRules.DER))
            .Where(name => name.PeekTag().HasSameClassAndValue(UniformResourceIdentifier))
            .Select(name => name.ReadCharacterString(UniversalTagNumber.IA5String, UniformResourceIdentifier)).Select(ParseWeb).OfType<Uri>().Distinct()];

    /// <summary>The names of its distribution points, each an encoded GeneralName; those for some reasons or by another issuer are left out.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Points(X509Certificate2 certificate)
    {
        var names = new List<ReadOnlyMemory<byte>>();
        if (certificate.Extensions[Oids.CrlDistributionPoints] is not { } extension)
            return names;

        try
        {
            for (var points = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence(); points.HasData;)
            {
                var point = points.ReadSequence();
                if (!point.HasData || point.PeekTag() != Zero)
                    continue;
                var name = point.ReadSequence(Zero);
                if (!point.HasData)
                    names.AddRange(FullNames(name));
            }
        }
        catch (AsnContentException)
        {
            // What cannot be read names nothing; what was read before it stands.
        }

        return names;
    }

    /// <summary>The names of a DistributionPointName (RFC 5280 §4.2.1.13); none for one that is relative to the issuer's.</summary>
    /// <exception cref="AsnContentException">Malformed.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> FullNames(AsnReader distributionPointName)
    {
        var names = new List<ReadOnlyMemory<byte>>();
        if (distributionPointName.PeekTag() != Zero)
            return names;
        for (var all = distributionPointName.ReadSequence(Zero); all.HasData;)
        {
            var name = all.ReadEncodedValue();
            names.Add(name);
        }

        return names;
    }

    private static Uri? ParseWeb(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) && uri.UserInfo.Length == 0
            ? uri
            : null;
}
