using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>What it takes to forge a message: the tools of somebody on the way, or of a dishonest recipient with his own key.</summary>
internal static class MailForgery
{
    private static readonly byte[] Pdf = [.. "%PDF-1.7\n"u8, .. RandomNumberGenerator.GetBytes(3_000)];

    public static async Task<byte[]> SealAsync(params X509Certificate2[] recipients)
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer();
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf);
        return (await sealing.Sealer.SealAsync(message, issuer, recipients, TestContext.Current.CancellationToken)).Eml.ToArray();
    }

    /// <summary>EFAIL: who knows the plaintext's first block chooses another one by the initialisation vector.</summary>
    public static byte[] SpliceFirstBlock(byte[] sent)
    {
        var cms = RawEntity.Read(sent).DecodedBody().ToArray();
        var vector = cms.AsSpan().IndexOf(AesCbc) + AesCbc.Length + 2;
        var known = "Content-Type: ap"u8;
        var wanted = "Content-type: t/"u8;
        for (var i = 0; i < 16; i++)
            cms[vector + i] ^= (byte)(known[i] ^ wanted[i]);
        return Rewrap(sent, cms);
    }

    /// <summary>Text of the content altered inside the envelope, under the signature that it had.</summary>
    public static byte[] AlterContent(byte[] sent, X509Certificate2 reader)
    {
        var signed = RawEntity.Read(Decrypt(sent, reader)).DecodedBody().ToArray();
        signed[signed.AsSpan().IndexOf("is attached"u8)] ^= 0x20;
        return Encrypt(sent, [.. "Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\n"u8, .. signed], reader);
    }

    public static byte[] StripSignature(byte[] sent, X509Certificate2 reader) => Encrypt(sent, Content(Decrypt(sent, reader)), reader);

    /// <summary>The message of one reader, sent on to another as if it had been written to that one.</summary>
    public static byte[] SendOn(byte[] sent, X509Certificate2 reader, X509Certificate2 other) => Encrypt(sent, Decrypt(sent, reader), other);

    public static byte[] SwapSender(byte[] sent) => Encoding.ASCII.GetBytes(Replace(Encoding.ASCII.GetString(sent), "From: ", "statements@bank.evil.test"));

    /// <summary>The sender's certificate on a list of its authority, as of two days ago.</summary>
    public static byte[] RevokeSigner()
    {
        var now = TimeProvider.System.GetUtcNow();
        var list = new CertificateRevocationListBuilder();
        list.AddEntry(SealingPki.Signer(), now.AddDays(-2), X509RevocationReason.KeyCompromise);
        return list.Build(SealingPki.Root, 1, now.AddDays(1), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, now.AddDays(-1));
    }

    /// <summary>id-aes256-CBC as it stands in DER.</summary>
    private static ReadOnlySpan<byte> AesCbc => [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2A];

    /// <summary>What is in the envelope: header section and all.</summary>
    public static byte[] Decrypt(byte[] eml, X509Certificate2 key)
    {
        var info = new AsnReader(RawEntity.Read(eml).DecodedBody(), AsnEncodingRules.BER).ReadSequence();
        info.ReadObjectIdentifier();
        var content = EncryptedContent.Read(info.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)), authenticated: false);
        return content.Decrypt(content.Keys.Single(candidate => candidate.IsFor(key)), DecryptionKey.Of(key));
    }

    /// <summary>The entity in an envelope that anyone can make, under the header of the original.</summary>
    public static byte[] Encrypt(byte[] original, byte[] entity, X509Certificate2 recipient)
    {
        using var envelope = new Envelope([RecipientKey.Read(recipient)], entity.Length, ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1);
        return Rewrap(original, [.. envelope.Seal([entity]).SelectMany(piece => piece.ToArray())]);
    }

    /// <summary>The envelope under the header of the original.</summary>
    public static byte[] Rewrap(byte[] original, byte[] cms) =>
    [
        .. Header(original),
        .. "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\n"u8,
        .. Encoding.ASCII.GetBytes(Convert.ToBase64String(cms, Base64FormattingOptions.InsertLineBreaks)),
    ];

    /// <summary>The header section outside, without the fields of the content.</summary>
    public static byte[] Header(byte[] eml) => eml[..eml.AsSpan().IndexOf("Content-Type:"u8)];

    /// <summary>What an opaque signature is over.</summary>
    public static byte[] Content(byte[] signedEntity) =>
        new CmsVerifier(TrustAnchors.None, TrustAnchors.None, CrlSet.None, TimeProvider.System)
            .VerifyOpaque(RawEntity.Read(signedEntity).DecodedBody(), CmsProfile.Smime).Content!.Value.ToArray();

    /// <summary>Another value for a field, folded lines and all.</summary>
    public static string Replace(string eml, string field, string value)
    {
        var start = eml.IndexOf($"{field}", StringComparison.Ordinal);
        var end = start;
        do
            end = eml.IndexOf("\r\n", end + 1, StringComparison.Ordinal);
        while (eml[end + 2] == ' ');
        return $"{eml[..start]}{field}{value}{eml[end..]}";
    }
}
