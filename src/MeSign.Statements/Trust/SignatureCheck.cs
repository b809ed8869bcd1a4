using System.Formats.Asn1;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;

namespace MeSign.Statements.Trust;

/// <summary>Verifies one signature of a certificate, a CRL or a SignerInfo with .NET's keys.</summary>
internal static class SignatureCheck
{
    // A modulus that no authority issues, made to cost time.
    private const int MaxRsaBits = 16384;

    // BouncyCastle tests a modulus before it uses it; beyond this that takes seconds.
    private const int MaxSlowRsaBits = 4096;

    // Decoding a key costs several times what a check with it does, and one authority's certificate checks thousands of tokens. A key
    // lives as long as the certificate's own; one object serves all threads.
    private static readonly ConditionalWeakTable<PublicKey, RSA?> RsaKeys = [];
    private static readonly ConditionalWeakTable<PublicKey, ECDsa?> EcKeys = [];

    /// <summary>An RSA key, be it one for PSS alone (RFC 4055 §1.2); null for a key of another kind.</summary>
    /// <exception cref="CryptographicException">It is malformed.</exception>
    public static RSA? RsaKey(PublicKey key)
    {
        if (key.Oid.Value != Oids.RsaPss)
            return key.GetRSAPublicKey();

        var rsa = RSA.Create();
        rsa.ImportRSAPublicKey(key.EncodedKeyValue.RawData, out _);
        return rsa;
    }

    /// <summary>Null where the signature is good; otherwise what is wrong with it, in words that follow "the signature".</summary>
    /// <param name="digestAlgorithm">The SignerInfo's digestAlgorithm: names the hash for plain <c>rsaEncryption</c>.</param>
    /// <param name="data">The signed bytes in their digests.</param>
    /// <param name="message">The signed bytes themselves, which EdDSA needs; null where they are not at hand.</param>
    public static string? Problem(
        PublicKey key,
        AlgorithmIdentifier algorithm,
        string? digestAlgorithm,
        Func<HashAlgorithmName, byte[]> data,
        ReadOnlySpan<byte> signature,
        ReadOnlyMemory<byte>? message = null)
    {
        if (HashAlgorithms.IsWeak(algorithm.Oid))
            return $"uses {HashAlgorithms.Name(algorithm.Oid)}, which is broken";

        try
        {
            return algorithm.Oid switch
            {
                Oids.Rsa => Rsa(key, digestAlgorithm ?? "", RSASignaturePadding.Pkcs1, data, signature),
                Oids.Sha256WithRsa => Rsa(key, Oids.Sha256, RSASignaturePadding.Pkcs1, data, signature),
                Oids.Sha384WithRsa => Rsa(key, Oids.Sha384, RSASignaturePadding.Pkcs1, data, signature),
                Oids.Sha512WithRsa => Rsa(key, Oids.Sha512, RSASignaturePadding.Pkcs1, data, signature),
                Oids.Sha3_256WithRsa => Rsa(key, Oids.Sha3_256, RSASignaturePadding.Pkcs1, data, signature),
                Oids.Sha3_384WithRsa => Rsa(key, Oids.Sha3_384, RSASignaturePadding.Pkcs1, data, signature),
                Oids.Sha3_512WithRsa => Rsa(key, Oids.Sha3_512, RSASignaturePadding.Pkcs1, data, signature),
                Oids.RsaPss => Pss(key, algorithm.Parameters, data, signature),
                // Some writers name the key's algorithm here, as RSA's do.
                Oids.EcPublicKey => Ecdsa(key, digestAlgorithm ?? "", data, signature),
                Oids.EcdsaWithSha256 => Ecdsa(key, Oids.Sha256, data, signature),
                Oids.EcdsaWithSha384 => Ecdsa(key, Oids.Sha384, data, signature),
                Oids.EcdsaWithSha512 => Ecdsa(key, Oids.Sha512, data, signature),
                Oids.EcdsaWithSha3_256 => Ecdsa(key, Oids.Sha3_256, data, signature),
                Oids.EcdsaWithSha3_384 => Ecdsa(key, Oids.Sha3_384, data, signature),
                Oids.EcdsaWithSha3_512 => Ecdsa(key, Oids.Sha3_512, data, signature),
                Oids.Ed25519 => EdDsa(key, message, signature),
                _ => $"uses the algorithm {algorithm.Oid}, which is not supported",
            };
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or ArgumentException or NotSupportedException)
        {
            return "cannot be read: its key or parameters are malformed";
        }
    }

    private static string? Rsa(
        PublicKey key, string digest, RSASignaturePadding padding, Func<HashAlgorithmName, byte[]> data, ReadOnlySpan<byte> signature)
    {
        if (HashAlgorithms.Find(digest) is not { } hash)
            return Unusable(digest);
        var rsa = RsaKeys.GetValue(key, RsaKey);
        if (rsa is null)
            return "is RSA, the certificate's key is not";
        if (rsa.KeySize > MaxRsaBits)
            return $"has an RSA key of {rsa.KeySize} bits, more than {MaxRsaBits}";

        return rsa.VerifyHash(data(hash), signature, hash, padding) ? null : "does not match";
    }

    // RFC 4055 §3.1: every field has a SHA-1 default, so absent parameters mean SHA-1.
    private static string? Pss(PublicKey key, ReadOnlyMemory<byte>? parameters, Func<HashAlgorithmName, byte[]> data, ReadOnlySpan<byte> signature)
    {
        var (digest, maskDigest, salt) = (Oids.Sha1, Oids.Sha1, 20);
        if (parameters is { } encoded)
        {
            var sequence = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence();
            if (Next(sequence, 0) is { } hash)
                digest = AlgorithmIdentifier.Read(hash).Oid;
            if (Next(sequence, 1) is { } mask)
            {
                var function = AlgorithmIdentifier.Read(mask);
                if (function is not { Oid: Oids.Mgf1, Parameters: { } inner })
                    return $"uses the mask function {function.Oid}, which is not MGF1";
                maskDigest = AlgorithmIdentifier.Read(new AsnReader(inner, AsnEncodingRules.BER)).Oid;
            }

            if (Next(sequence, 2) is { } length && !length.TryReadInt32(out salt))
                return "has a PSS salt of an absurd length";
        }

        if (HashAlgorithms.Find(digest) is not { } name)
            return Unusable(digest);
        if (maskDigest != digest || salt < 0 || salt > 512)
            return "has PSS parameters that are not supported: the mask's hash must be the signature's";

        return salt == HashAlgorithms.Length(name)
            ? Rsa(key, digest, RSASignaturePadding.Pss, data, signature)
            : PssWithSalt(key, name, salt, data, signature);
    }

    // .NET knows only salts as long as the hash; OpenSSL signs with the longest that fits.
    private static string? PssWithSalt(PublicKey key, HashAlgorithmName hash, int salt, Func<HashAlgorithmName, byte[]> data, ReadOnlySpan<byte> signature)
    {
        var rsa = RsaKeys.GetValue(key, RsaKey);
        if (rsa is null)
            return "is RSA, the certificate's key is not";
        var parameters = rsa.ExportParameters(includePrivateParameters: false);
        if (rsa.KeySize > MaxSlowRsaBits || parameters.Exponent!.Length > 8)
            return $"is PSS with an unusual salt by an RSA key of {rsa.KeySize} bits, which is not supported";

        var digest = DigestUtilities.GetDigest(hash.Name);
        var verifier = PssSigner.CreateRawSigner(new RsaBlindedEngine(), digest, digest, salt, PssSigner.TrailerImplicit);
        verifier.Init(forSigning: false, new RsaKeyParameters(false, new BigInteger(1, parameters.Modulus), new BigInteger(1, parameters.Exponent)));
        verifier.BlockUpdate(data(hash));
        return verifier.VerifySignature(signature.ToArray()) ? null : "does not match";
    }

    private static AsnReader? Next(AsnReader sequence, int number)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, number, isConstructed: true);
        return sequence.HasData && sequence.PeekTag().HasSameClassAndValue(tag) ? sequence.ReadSequence(tag) : null;
    }

    private static string? Ecdsa(PublicKey key, string digest, Func<HashAlgorithmName, byte[]> data, ReadOnlySpan<byte> signature)
    {
        if (HashAlgorithms.Find(digest) is not { } hash)
            return Unusable(digest);
        // Explicit curve parameters let anyone choose a generator that makes any signature match (CVE-2020-0601).
        if (key.EncodedParameters?.RawData is not [0x06, ..])
            return "is ECDSA, the certificate's key is not on a named curve";
        var ecdsa = EcKeys.GetValue(key, static key => key.GetECDsaPublicKey());
        if (ecdsa is null)
            return "is ECDSA, the certificate's key is not";

        return ecdsa.VerifyHash(data(hash), signature, DSASignatureFormat.Rfc3279DerSequence) ? null : "does not match";
    }

    // RFC 8419 §3: EdDSA in its pure form, over the bytes themselves.
    private static string? EdDsa(PublicKey key, ReadOnlyMemory<byte>? message, ReadOnlySpan<byte> signature)
    {
        if (key.Oid.Value != Oids.Ed25519)
            return "is Ed25519, the certificate's key is not";
        if (message is not { } bytes)
            return "is Ed25519 without signed attributes, which is not supported";

        var verifier = new Ed25519Signer();
        verifier.Init(forSigning: false, new Ed25519PublicKeyParameters(key.EncodedKeyValue.RawData));
        verifier.BlockUpdate(bytes.Span);
        return verifier.VerifySignature(signature.ToArray()) ? null : "does not match";
    }

    private static string Unusable(string digest) => HashAlgorithms.IsWeak(digest)
        ? $"uses {HashAlgorithms.Name(digest)}, which is broken"
        : $"uses the digest {digest}, which is not supported";
}
