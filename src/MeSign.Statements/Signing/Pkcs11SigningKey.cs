using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace MeSign.Statements.Signing;

/// <summary>A key that stays in a hardware security module (PKCS#11 v2.40). The device's sessions are shared by all keys of its token.</summary>
public sealed class Pkcs11SigningKey : ISigningKey
{
    private readonly Pkcs11Token _token;
    private readonly string _label;
    private readonly string _pin;

    /// <param name="certificate">The certificate of the key: says what kind of key it is.</param>
    internal Pkcs11SigningKey(Pkcs11Token token, string label, string pin, X509Certificate2 certificate, SignatureScheme rsaScheme)
    {
        (_token, _label, _pin) = (token, label, pin);
        using var rsa = certificate.GetRSAPublicKey();
        using var ecdsa = certificate.GetECDsaPublicKey();
        Scheme = rsa is null ? SignatureScheme.Ecdsa : rsaScheme;
        MaxSignatureBytes = rsa is null
            ? ecdsa?.GetMaxSignatureSize(DSASignatureFormat.Rfc3279DerSequence) ?? throw new ArgumentException("The key is neither RSA nor EC.", nameof(certificate))
            : (rsa.KeySize + 7) / 8;
    }

    /// <summary>A key without a certificate, whose kind is known.</summary>
    internal Pkcs11SigningKey(Pkcs11Token token, string label, string pin, SignatureScheme scheme, int maxSignatureBytes)
    {
        (_token, _label, _pin) = (token, label, pin);
        Scheme = scheme;
        MaxSignatureBytes = maxSignatureBytes;
    }

    public SignatureScheme Scheme { get; }

    public int MaxSignatureBytes { get; }

    /// <inheritdoc/>
    /// <exception cref="StatementDelayedException">The device does not sign now.</exception>
    public async Task<byte[]> SignDigestAsync(ReadOnlyMemory<byte> digest, HashAlgorithmName hash, CancellationToken cancellationToken)
    {
        try
        {
            return await _token.UseAsync(_pin, session => Sign(session, digest, hash), cancellationToken);
        }
        catch (Exception e) when (e is Pkcs11Exception or InvalidDataException)
        {
            throw new StatementDelayedException(
                $"The key \"{_label}\" on the token \"{_token.Label}\" does not sign now ({(e as Pkcs11Exception)?.RV.ToString() ?? "no token"}).", innerException: e);
        }
    }

    internal byte[] Sign(ISession session, ReadOnlyMemory<byte> digest, HashAlgorithmName hash)
    {
        // Looked up each time: a handle may not outlive the device's reconnection, and the lookup is local.
        var key = Pkcs11Objects.FindPrivateKey(session, _label) ?? throw new Pkcs11Exception("C_FindObjects", CKR.CKR_KEY_HANDLE_INVALID);
        var mechanisms = session.Factories.MechanismFactory;
        switch (Scheme)
        {
            case SignatureScheme.RsaPss:
                var parameters = session.Factories.MechanismParamsFactory.CreateCkRsaPkcsPssParams(
                    (ulong)Digest(hash), (ulong)MaskFunction(hash), (ulong)HashAlgorithms.Length(hash));
                return session.Sign(mechanisms.Create(CKM.CKM_RSA_PKCS_PSS, parameters), key, digest.ToArray());
            case SignatureScheme.RsaPkcs1:
                return session.Sign(mechanisms.Create(CKM.CKM_RSA_PKCS), key, DigestInfo(digest, hash));
            default:
                return DerOf(session.Sign(mechanisms.Create(CKM.CKM_ECDSA), key, digest.ToArray()));
        }
    }

    /// <summary>RFC 8017 §9.2: what CKM_RSA_PKCS pads.</summary>
    private static byte[] DigestInfo(ReadOnlyMemory<byte> digest, HashAlgorithmName hash)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(HashAlgorithms.Oid(hash));
                writer.WriteNull();
            }

            writer.WriteOctetString(digest.Span);
        }

        return writer.Encode();
    }

    // PKCS#11 §2.3.1: r and s one after the other, each as long as the order; CMS carries them as Ecdsa-Sig-Value.
    private static byte[] DerOf(ReadOnlySpan<byte> concatenated)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(new System.Numerics.BigInteger(concatenated[..(concatenated.Length / 2)], isUnsigned: true, isBigEndian: true));
            writer.WriteInteger(new System.Numerics.BigInteger(concatenated[(concatenated.Length / 2)..], isUnsigned: true, isBigEndian: true));
        }

        return writer.Encode();
    }

    private static CKM Digest(HashAlgorithmName hash) => hash.Name switch
    {
        "SHA384" => CKM.CKM_SHA384,
        "SHA512" => CKM.CKM_SHA512,
        _ => CKM.CKM_SHA256,
    };

    private static CKG MaskFunction(HashAlgorithmName hash) => hash.Name switch
    {
        "SHA384" => CKG.CKG_MGF1_SHA384,
        "SHA512" => CKG.CKG_MGF1_SHA512,
        _ => CKG.CKG_MGF1_SHA256,
    };
}
