using System.Formats.Asn1;

namespace MeSign.Statements.Trust;

/// <summary>Extension of certificates, CRLs and OCSP (RFC 5280 §4.1).</summary>
internal readonly record struct Extension(string Oid, bool IsCritical, ReadOnlyMemory<byte> Value)
{
    /// <exception cref="AsnContentException">The next value is not an Extension.</exception>
    public static Extension Read(AsnReader extensions)
    {
        var extension = extensions.ReadSequence();
        var oid = extension.ReadObjectIdentifier();
        var critical = extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean();
        return new(oid, critical, extension.ReadOctetString());
    }

    /// <exception cref="AsnContentException">One of them must be understood to go on.</exception>
    public static void RefuseCritical(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            if (Read(extensions) is { IsCritical: true, Oid: var oid })
                throw new AsnContentException($"The critical extension {oid} is not supported.");
        }
    }
}
