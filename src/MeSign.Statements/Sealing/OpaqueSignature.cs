using System.Formats.Asn1;

namespace MeSign.Statements.Sealing;

/// <summary>Makes room for the signed content inside a detached signature.</summary>
internal static class OpaqueSignature
{
    /// <summary>The SignedData of <paramref name="detached"/> around an eContent of that length (RFC 5652 §5.1, §5.2).</summary>
    public static DerShell Around(ReadOnlyMemory<byte> detached, long contentLength)
    {
        var contentInfo = new AsnReader(detached, AsnEncodingRules.DER).ReadSequence();
        contentInfo.ReadObjectIdentifier();
        var signedData = contentInfo.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        var version = signedData.ReadEncodedValue();
        var digestAlgorithms = signedData.ReadEncodedValue();
        signedData.ReadEncodedValue();

        var shell = new DerShell(contentLength)
            .Wrap(0x04)
            .Wrap(0xA0)
            .PrependOid(CmsOids.Data)
            .Wrap(0x30)
            .Prepend(digestAlgorithms.Span)
            .Prepend(version.Span);
        while (signedData.HasData)
            shell.Append(signedData.ReadEncodedValue().Span);
        return shell.Wrap(0x30).Wrap(0xA0).PrependOid(CmsOids.SignedData).Wrap(0x30);
    }
}
