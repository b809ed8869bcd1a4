using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Issuers;
using MeSign.Statements.Sealing;

namespace MeSign.Statements.Tests.Sealing.Interop;

/// <summary>One form of message, taken apart into the files that other programs are given.</summary>
/// <param name="Form">As the table says it.</param>
/// <param name="Recipient">Null for a message that is only signed.</param>
/// <param name="Encrypted">File of the CMS around everything; null for a message that is only signed.</param>
/// <param name="Entity">File of what must come out of it.</param>
/// <param name="Signature">File of the SignedData.</param>
/// <param name="Content">File of what it signs, where that is not inside.</param>
internal sealed record InteropMessage(string Form, X509Certificate2? Recipient, string? Encrypted, string? Entity, string Signature, string? Content)
{
    public static async Task<InteropMessage> MakeAsync(
        Workbench bench, SealingBench sealing, string form, Issuer issuer, X509Certificate2? recipient, ReadOnlyMemory<byte> document)
    {
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, document);
        var sealed_ = await sealing.Sealer.SealAsync(message, issuer, recipient is null ? [] : [recipient], TestContext.Current.CancellationToken);
        var name = string.Concat(form.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        var outer = RawEntity.Read(sealed_.Eml.ToArray());
        if (recipient is null)
            return Signed(bench, name, form, outer, recipient, null, null);

        var cms = outer.DecodedBody();
        var entity = Decrypt(cms, recipient);
        return Signed(bench, name, form, RawEntity.Read(entity), recipient, bench.Write($"{name}.p7m", cms.Span), bench.Write($"{name}.entity", entity));
    }

    private static InteropMessage Signed(
        Workbench bench, string name, string form, RawEntity entity, X509Certificate2? recipient, string? encrypted, string? entityFile)
    {
        if (!entity.ContentType.IsMimeType("multipart", "signed"))
            return new(form, recipient, encrypted, entityFile, bench.Write($"{name}.signed", entity.DecodedBody().Span), Content: null);

        var parts = entity.Parts(most: 3);
        return new(form, recipient, encrypted, entityFile,
            bench.Write($"{name}.signed", RawEntity.Read(parts[1]).DecodedBody().Span), bench.Write($"{name}.content", parts[0].Span));
    }

    private static byte[] Decrypt(ReadOnlyMemory<byte> cms, X509Certificate2 recipient)
    {
        var info = new AsnReader(cms, AsnEncodingRules.BER).ReadSequence();
        var authenticated = info.ReadObjectIdentifier() == CmsOids.AuthEnvelopedData;
        var content = EncryptedContent.Read(info.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)), authenticated);
        return content.Decrypt(content.Keys.Single(key => key.IsFor(recipient)), SealingPki.Key(recipient));
    }
}
