using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Sealing;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>Forms that no judge from the distribution's packages knows: opened where others made them, and taken apart with openssl's primitives where we did.</summary>
public class ForeignMessageTests
{
    [Theory]
    [InlineData("X25519", 3, "Opened by another implementation.\n")]
    [InlineData("ML-KEM-768", 3, "Opened by another implementation.\n")]
    [InlineData("ML-KEM-1024", 3, "Opened by another implementation.\n")]
    [InlineData("RFC9936", 1, "Hello, world!")]
    public void Opens_what_other_implementations_closed(string vector, int messages, string content)
    {
        var (key, all) = Read(vector);

        var opened = all.Select(message => Encoding.ASCII.GetString(Open(message, key))).ToArray();

        opened.ShouldBe(Enumerable.Repeat(content, messages));
    }

    [Theory]
    [InlineData("X25519")]
    [InlineData("ML-KEM-768")]
    public void An_altered_message_of_theirs_does_not_open(string vector)
    {
        var (key, messages) = Read(vector);
        var altered = messages[1].ToArray();
        altered[^20] ^= 1;

        Should.Throw<CryptographicException>(() => Open(altered, key));
    }

    [Fact]
    public void Another_key_does_not_open_it()
    {
        var (key, messages) = Read("ML-KEM-768");
        using var other = SealingPki.Make("ML-KEM-768", "CN=x", "client@example.test", X509KeyUsageFlags.KeyEncipherment);

        // FIPS 203 §6.3: decapsulation never fails, it makes another secret.
        Should.Throw<CryptographicException>(() => Content(messages[0]).Keys.Single().Unwrap(SealingPki.Key(other)));
        Should.Throw<CryptographicException>(() => DecryptionKey.Of(key.Certificate, SealingPki.Pkcs8(other))).Message.ShouldContain("not the certificate's");
    }

    [Theory]
    [InlineData("rsa2048")]
    [InlineData("P-256")]
    [InlineData("X25519")]
    [InlineData("ML-KEM-1024")]
    public void A_key_beside_its_certificate_opens(string kind)
    {
        var recipient = SealingPki.Recipient(kind);
        using var publicOnly = X509CertificateLoader.LoadCertificate(recipient.RawData);
        var pkcs8 = SealingPki.Pkcs8(recipient)
            ?? recipient.GetRSAPrivateKey()?.ExportPkcs8PrivateKey() ?? recipient.GetECDiffieHellmanPrivateKey()!.ExportPkcs8PrivateKey();

        var message = Close("hello"u8.ToArray(), recipient);

        Open(message, DecryptionKey.Of(publicOnly, pkcs8)).ShouldBe("hello"u8.ToArray());
        Should.Throw<CryptographicException>(() => DecryptionKey.Of(publicOnly, new byte[10]));
    }

    /// <summary>RFC 8418 §2.2 in the shell: derive, HKDF, AES key unwrap, AES-CBC, each by openssl.</summary>
    [Fact]
    public void Openssl_primitives_open_what_was_closed_to_x25519()
    {
        using var bench = new Workbench();
        var recipient = SealingPki.Recipient("X25519");
        var content = RandomNumberGenerator.GetBytes(1000);

        var message = Close(content, recipient);

        var info = new AsnReader(message, AsnEncodingRules.DER).ReadSequence();
        info.ReadObjectIdentifier();
        var data = info.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        data.ReadInteger();
        var agreement = data.ReadSetOf().ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 1));
        agreement.ReadInteger().ShouldBe(3);
        var originator = agreement.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadEncodedValue().ToArray();
        originator[0] = 0x30;
        agreement.ReadEncodedValue().ToArray().ShouldBe(Convert.FromHexString(
            // dhSinglePass-stdDH-hkdf-sha256-scheme with id-aes256-wrap.
            "301A" + "060B2A864886F70D0109100313" + "300B060960864801650304012D"));
        var forUs = agreement.ReadSequence().ReadSequence();
        forUs.ReadEncodedValue();
        var wrapped = forUs.ReadOctetString();
        var encrypted = data.ReadSequence();
        encrypted.ReadObjectIdentifier();
        var algorithm = encrypted.ReadSequence();
        algorithm.ReadObjectIdentifier();
        var vector = algorithm.ReadOctetString();

        bench.Write("peer", originator);
        bench.Write("own", SealingPki.Pkcs8(recipient));
        bench.Write("wrapped", wrapped);
        bench.Write("content", encrypted.ReadOctetString(new Asn1Tag(TagClass.ContextSpecific, 0)));
        var secret = bench.Run("openssl", "pkeyutl", "-derive", "-inkey", "own", "-keyform", "DER", "-peerkey", "peer", "-peerform", "DER");
        // ECC-CMS-SharedInfo: id-aes256-wrap, and 256 bits as suppPubInfo.
        var kek = bench.Run("openssl", "kdf", "-binary", "-keylen", "32", "-kdfopt", "digest:SHA256", "-kdfopt", $"hexkey:{Convert.ToHexString(secret)}",
            "-kdfopt", "hexinfo:3015300B060960864801650304012DA206040400000100", "HKDF");
        var key = bench.Run("openssl", "enc", "-d", "-id-aes256-wrap", "-K", Convert.ToHexString(kek), "-iv", "A6A6A6A6A6A6A6A6", "-in", "wrapped");
        bench.Run("openssl", "enc", "-d", "-aes-256-cbc", "-K", Convert.ToHexString(key), "-iv", Convert.ToHexString(vector), "-in", "content").ShouldBe(content);
    }

    private static (DecryptionKey Key, IReadOnlyList<byte[]> Messages) Read(string vector)
    {
        var path = Path.Join(Repository.Root, "tests/MeSign.Statements.Tests/Sealing/Vectors", $"{vector}.pem");
        var text = File.ReadAllBytes(path);
        var certificate = X509CertificateLoader.LoadCertificate(TrustFiles.Blocks(text, "CERTIFICATE").Single().Span);
        return (DecryptionKey.Of(certificate, TrustFiles.Blocks(text, "PRIVATE KEY").Single()), [.. TrustFiles.Blocks(text, "CMS").Select(block => block.ToArray())]);
    }

    private static byte[] Close(byte[] content, X509Certificate2 recipient)
    {
        using var envelope = new Envelope([RecipientKey.Read(recipient)], content.Length, ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1);
        return [.. envelope.Seal([content]).SelectMany(piece => piece.ToArray())];
    }

    private static byte[] Open(byte[] message, DecryptionKey key)
    {
        var content = Content(message);
        return content.Decrypt(content.Keys.Single(candidate => candidate.IsFor(key.Certificate)), key);
    }

    private static EncryptedContent Content(byte[] message)
    {
        var info = new AsnReader(message, AsnEncodingRules.BER).ReadSequence();
        var authenticated = info.ReadObjectIdentifier() == CmsOids.AuthEnvelopedData;
        return EncryptedContent.Read(info.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)), authenticated);
    }
}
