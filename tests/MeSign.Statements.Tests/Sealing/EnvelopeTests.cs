using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Sealing;

namespace MeSign.Statements.Tests.Sealing;

public class EnvelopeTests
{
    [Theory]
    [InlineData("rsa2048", ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1)]
    [InlineData("rsa3072", ContentEncryption.Aes256Cbc, RsaKeyTransport.OaepSha256)]
    [InlineData("rsa2048", ContentEncryption.Aes256Gcm, RsaKeyTransport.Pkcs1)]
    [InlineData("rsa2048", ContentEncryption.Aes256Gcm, RsaKeyTransport.OaepSha256)]
    [InlineData("P-256", ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1)]
    [InlineData("P-384", ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1)]
    [InlineData("P-521", ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1)]
    [InlineData("P-256", ContentEncryption.Aes256Gcm, RsaKeyTransport.Pkcs1)]
    [InlineData("P-521", ContentEncryption.Aes256Gcm, RsaKeyTransport.Pkcs1)]
    public void Openssl_opens_every_form(string key, ContentEncryption algorithm, RsaKeyTransport transport)
    {
        using var bench = new Workbench();
        var recipient = SealingPki.Recipient(key);
        var content = RandomNumberGenerator.GetBytes(100_001);

        bench.Write("message.der", Close(content, algorithm, transport, recipient));

        var opened = bench.Run("openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", "message.der",
            "-recip", bench.WriteCertificate(recipient), "-inkey", bench.WriteKey(recipient));
        opened.AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(4096)]
    public void Opens_what_it_closed_at_every_block_boundary(int length)
    {
        var recipient = SealingPki.Recipient("rsa2048");
        var content = RandomNumberGenerator.GetBytes(length);

        foreach (var algorithm in Enum.GetValues<ContentEncryption>())
            Open(Close(content, algorithm, RsaKeyTransport.Pkcs1, recipient), recipient).ShouldBe(content);
    }

    [Fact]
    public void A_content_that_is_too_large_to_be_whole_is_encrypted_to_the_same()
    {
        var (key, nonce) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(12));
        var content = RandomNumberGenerator.GetBytes((1 << 20) + 12_345);
        var (expected, expectedTag, tag) = (new byte[content.Length], new byte[16], new byte[16]);
        using (var gcm = new AesGcm(key, 16))
            gcm.Encrypt(nonce, content, expected, expectedTag);

        var encrypted = ContentCipher.Gcm(key, nonce, content.Chunk(5_000).Select(chunk => new ReadOnlyMemory<byte>(chunk)), content.Length, tag).SelectMany(piece => piece.ToArray()).ToArray();

        encrypted.AsSpan().SequenceEqual(expected).ShouldBeTrue();
        tag.ShouldBe(expectedTag);
    }

    [Fact]
    public void Every_recipient_of_a_mixed_list_can_open_it()
    {
        string[] keys = ["rsa2048", "P-256", "P-384", "X25519", "ML-KEM-768", "ML-KEM-1024"];
        X509Certificate2[] recipients = [.. keys.Select(key => SealingPki.Recipient(key))];
        var content = RandomNumberGenerator.GetBytes(1000);

        var message = Close(content, ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1, recipients);

        foreach (var recipient in recipients)
            Open(message, recipient).ShouldBe(content);
    }

    [Theory]
    [InlineData("rsa2048", "-aes256")]
    [InlineData("rsa2048", "-aes-128-cbc")]
    [InlineData("rsa2048", "-aes256", "-keyid")]
    [InlineData("rsa2048", "-aes256", "-stream")]
    [InlineData("rsa2048", "-aes-256-gcm")]
    [InlineData("rsa2048", "-aes256", "-keyopt", "rsa_padding_mode:oaep")]
    [InlineData("rsa2048", "-aes256", "-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256")]
    [InlineData("rsa2048", "-aes256", "-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha384")]
    [InlineData("P-256", "-aes256")]
    [InlineData("P-256", "-aes256", "-keyid")]
    [InlineData("P-384", "-aes256", "-keyopt", "ecdh_kdf_md:sha384")]
    [InlineData("P-521", "-aes-192-cbc", "-keyopt", "ecdh_kdf_md:sha512")]
    public void Opens_what_openssl_closed(string key, string cipher, params string[] more)
    {
        using var bench = new Workbench();
        var recipient = SealingPki.Recipient(key);
        var content = RandomNumberGenerator.GetBytes(10_000);
        bench.Write("content", content);

        // -recip comes before its -keyopt.
        bench.Run("openssl", ["cms", "-encrypt", "-binary", "-in", "content", "-outform", "DER", "-out", "message.der", cipher,
            "-recip", bench.WriteCertificate(recipient), .. more]);

        Open(File.ReadAllBytes(bench.Path("message.der")), recipient).ShouldBe(content);
    }

    [Fact]
    public void Does_not_open_triple_des()
    {
        using var bench = new Workbench();
        var recipient = SealingPki.Recipient("rsa2048");
        bench.Write("content", "hello"u8);

        bench.Run("openssl", "cms", "-encrypt", "-in", "content", "-outform", "DER", "-out", "message.der", "-des3",
            "-recip", bench.WriteCertificate(recipient));

        Should.Throw<CryptographicException>(() => Open(File.ReadAllBytes(bench.Path("message.der")), recipient))
            .Message.ShouldContain("3DES-CBC");
    }

    [Fact]
    public void Altered_gcm_content_does_not_open()
    {
        var recipient = SealingPki.Recipient("rsa2048");
        var message = Close(new byte[1000], ContentEncryption.Aes256Gcm, RsaKeyTransport.Pkcs1, recipient);
        message[^500] ^= 1;

        Should.Throw<CryptographicException>(() => Open(message, recipient));
    }

    [Theory]
    [InlineData("X25519", "AES-256-CBC")]
    [InlineData("X25519", "AES-256-GCM")]
    [InlineData("ML-KEM-768", "AES-256-CBC")]
    [InlineData("ML-KEM-1024", "AES-256-GCM")]
    public void The_version_is_as_the_recipient_needs_it(string key, string algorithm)
    {
        var authenticated = algorithm == "AES-256-GCM";

        var message = Close(new byte[10], authenticated ? ContentEncryption.Aes256Gcm : ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1, SealingPki.Recipient(key));

        var info = new AsnReader(message, AsnEncodingRules.DER).ReadSequence();
        info.ReadObjectIdentifier();
        // RFC 5652 §6.1: 3 with OtherRecipientInfo, 2 with key agreement; RFC 5083 §2.1: 0.
        info.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence().ReadInteger().ShouldBe(authenticated ? 0 : key[0] == 'M' ? 3 : 2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Refuses_an_x25519_key_of_small_order(byte point)
    {
        // RFC 7748 §6.1: u = 0 and u = 1 make the same secret with every private key.
        using var certificate = WithKey("1.3.101.110", [point, .. new byte[31]]);

        Should.Throw<CryptographicException>(() => RecipientKey.Read(certificate)).Message.ShouldContain("X25519");
    }

    [Theory]
    [InlineData("2.16.840.1.101.3.4.4.2", 1183)]
    [InlineData("2.16.840.1.101.3.4.4.2", 1184)]
    [InlineData("2.16.840.1.101.3.4.4.3", 1184)]
    public void Refuses_an_ml_kem_key_that_is_none(string algorithm, int length)
    {
        // FIPS 203 §7.2: twelve bits of ones are not below q.
        using var certificate = WithKey(algorithm, [.. Enumerable.Repeat((byte)0xFF, length)]);

        Should.Throw<CryptographicException>(() => RecipientKey.Read(certificate)).Message.ShouldContain("ML-KEM");
    }

    [Fact]
    public void Refuses_the_ml_kem_of_the_lowest_level()
    {
        using var certificate = SealingPki.Make("ML-KEM-512", "CN=x", "client@example.test", X509KeyUsageFlags.KeyEncipherment);

        Should.Throw<CryptographicException>(() => RecipientKey.Read(certificate)).Message.ShouldContain("2.16.840.1.101.3.4.4.1");
    }

    [Fact]
    public void Refuses_an_rsa_key_under_2048_bits()
    {
        Should.Throw<CryptographicException>(() => RecipientKey.Read(SealingPki.Recipient("rsa1024")))
            .Message.ShouldContain("1024 bits");
    }

    [Fact]
    public void Refuses_a_curve_that_clients_do_not_know()
    {
        Should.Throw<CryptographicException>(() => RecipientKey.Read(SealingPki.Recipient("brainpool")))
            .Message.ShouldContain("P-256, P-384 or P-521");
    }

    [Fact]
    public void Nothing_repeats_from_message_to_message()
    {
        var recipient = SealingPki.Recipient("P-256");

        var first = Close(new byte[64], ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1, recipient);
        var second = Close(new byte[64], ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1, recipient);

        first.AsSpan(first.Length - 80).SequenceEqual(second.AsSpan(second.Length - 80)).ShouldBeFalse();
    }

    private static X509Certificate2 WithKey(string algorithm, byte[] key)
    {
        var request = new CertificateRequest(new X500DistinguishedName("CN=x"), new PublicKey(new Oid(algorithm), null, new AsnEncodedData(key)), HashAlgorithmName.SHA256);
        return request.Create(
            SealingPki.Root.SubjectName, X509SignatureGenerator.CreateForRSA(SealingPki.Root.GetRSAPrivateKey()!, RSASignaturePadding.Pkcs1),
            new DateTimeOffset(SealingPki.Root.NotBefore), new DateTimeOffset(SealingPki.Root.NotAfter), [1]);
    }

    private static byte[] Close(
        byte[] content, ContentEncryption algorithm, RsaKeyTransport transport, params X509Certificate2[] recipients)
    {
        using var envelope = new Envelope(recipients.Select(RecipientKey.Read).ToArray(), content.Length, algorithm, transport);
        var sealed_ = envelope.Seal([content]).SelectMany(piece => piece.ToArray()).ToArray();
        sealed_.LongLength.ShouldBe(envelope.Length);
        return sealed_;
    }

    private static byte[] Open(byte[] message, X509Certificate2 recipient)
    {
        var info = new AsnReader(message, AsnEncodingRules.BER).ReadSequence();
        var authenticated = info.ReadObjectIdentifier() == "1.2.840.113549.1.9.16.1.23";
        var content = EncryptedContent.Read(info.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)), authenticated);
        return content.Decrypt(content.Keys.Single(key => key.IsFor(recipient)), SealingPki.Key(recipient));
    }
}
