using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Trust;
using Net.Pkcs11Interop.Common;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace MeSign.Statements.Signing;

/// <summary>A key for DKIM signatures: RSA of 2048 bits or more (RFC 8301), or Ed25519 (RFC 8463). Safe for many signatures at once.</summary>
public sealed class DkimKey
{
    private const string Ed25519 = "1.3.101.112";

    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, Task<byte[]>> _sign;

    private DkimKey(string algorithm, Func<ReadOnlyMemory<byte>, CancellationToken, Task<byte[]>> sign)
    {
        Algorithm = algorithm;
        _sign = sign;
    }

    /// <summary>The <c>a=</c> tag.</summary>
    public string Algorithm { get; }

    /// <param name="digest">SHA-256; Ed25519 signs it as its message (RFC 8463 §3).</param>
    public Task<byte[]> SignDigestAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) => _sign(digest, cancellationToken);

    /// <param name="path">PEM (PKCS#8, encrypted or not, or PKCS#1) or PKCS#12.</param>
    /// <exception cref="InvalidDataException">It is not such a key; the message names the fix.</exception>
    public static DkimKey Load(string path, string? password)
    {
        var bytes = TrustFiles.Read(path);
        try
        {
            if (!bytes.AsSpan().StartsWith("-----"u8))
            {
                using var certificate = X509CertificateLoader.LoadPkcs12(bytes, password);
                return Of(certificate.GetRSAPrivateKey() ?? throw new InvalidDataException($"{path} has no RSA key: give one, or Ed25519 in PEM"), path);
            }
            if (TrustFiles.Blocks(bytes, "RSA PRIVATE KEY").FirstOrDefault() is { IsEmpty: false })
            {
                var rsa = RSA.Create();
                rsa.ImportFromPem(Encoding.ASCII.GetString(bytes));
                return Of(rsa, path);
            }
            return Of(Decode(bytes, password) ?? throw new InvalidDataException($"{path} has no private key: give PEM or PKCS#12"), path);
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is no private key in PEM or PKCS#12, or has another password", exception);
        }
    }

    /// <summary>An RSA key that stays in a hardware security module.</summary>
    /// <param name="label">CKA_LABEL of the private key; no certificate is needed.</param>
    /// <exception cref="InvalidDataException">There is no such key, or the device refuses.</exception>
    public static DkimKey OnToken(string module, string token, string label, string pin)
    {
        try
        {
            var device = Pkcs11Token.Find(module, token);
            var bytes = device.Use(pin, session => Pkcs11Objects.FindPrivateKey(session, label) is { } key ? Pkcs11Objects.RsaBytes(session, key) : null)
                ?? throw new InvalidDataException($"{token}:{label} is no RSA private key: name one that the device's own tool lists");
            if (bytes * 8 < 2048)
                throw new InvalidDataException($"{token}:{label} has {bytes * 8} bits: 2048 is the least");
            var signing = new Pkcs11SigningKey(device, label, pin, SignatureScheme.RsaPkcs1, bytes);
            return new("rsa-sha256", (digest, cancellationToken) => signing.SignDigestAsync(digest, HashAlgorithmName.SHA256, cancellationToken));
        }
        catch (Pkcs11Exception exception)
        {
            throw new InvalidDataException($"{token}:{label} cannot be used: the device answers {exception.RV}", exception);
        }
    }

    private static Pkcs8PrivateKeyInfo? Decode(byte[] pem, string? password) =>
        TrustFiles.Blocks(pem, "PRIVATE KEY").FirstOrDefault() is { IsEmpty: false } plain ? Pkcs8PrivateKeyInfo.Decode(plain, out _)
        : TrustFiles.Blocks(pem, "ENCRYPTED PRIVATE KEY").FirstOrDefault() is { IsEmpty: false } encrypted ? Pkcs8PrivateKeyInfo.DecryptAndDecode(password, encrypted, out _)
        : null;

    private static DkimKey Of(Pkcs8PrivateKeyInfo info, string path)
    {
        if (info.AlgorithmId.Value == Oids.Rsa)
        {
            var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(info.Encode(), out _);
            return Of(rsa, path);
        }
        if (info.AlgorithmId.Value != Ed25519)
            throw new InvalidDataException($"{path} is neither RSA nor Ed25519: DKIM knows no other");

        // RFC 8410 §7: an OCTET STRING in the OCTET STRING.
        var key = new Ed25519PrivateKeyParameters(AsnDecoder.ReadOctetString(info.PrivateKeyBytes.Span, AsnEncodingRules.DER, out _));
        return new("ed25519-sha256", (digest, _) => Task.FromResult(Sign(key, digest)));
    }

    private static DkimKey Of(RSA key, string path) => key.KeySize >= 2048
        ? new("rsa-sha256", (digest, _) => Task.FromResult(key.SignHash(digest.Span, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)))
        : throw new InvalidDataException($"{path} has an RSA key of {key.KeySize} bits: 2048 is the least");

    private static byte[] Sign(Ed25519PrivateKeyParameters key, ReadOnlyMemory<byte> digest)
    {
        var signer = new Ed25519Signer();
        signer.Init(forSigning: true, key);
        signer.BlockUpdate(digest.Span);
        return signer.GenerateSignature();
    }
}
