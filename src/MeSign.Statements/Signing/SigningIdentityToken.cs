using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Logging;
using Net.Pkcs11Interop.Common;

namespace MeSign.Statements.Signing;

/// <summary>Loads a signing identity whose key stays on a PKCS#11 token, and refuses one that receivers would not accept.</summary>
public static class SigningIdentityToken
{
    /// <summary>Finds the key and its certificate (the one with the key's CKA_ID), checks them as for a file, and signs once to see that it works.</summary>
    /// <param name="module">Path of the vendor's library.</param>
    /// <param name="token">The token's label.</param>
    /// <param name="label">CKA_LABEL of the private key.</param>
    /// <param name="pin">The user's PIN. A wrong one is tried once: devices lock after a few.</param>
    /// <param name="chain">Files with the certificates above, the root among them, where the token itself does not hold them.</param>
    /// <exception cref="InvalidDataException">The identity must not be used; the message names the token, every fault and its fix.</exception>
    public static SigningIdentity Load(
        string module,
        string token,
        string label,
        string pin,
        IEnumerable<string> chain,
        TimeProvider time,
        SigningIdentityOptions? options = null,
        ILogger? logger = null)
    {
        options ??= new SigningIdentityOptions();
        var source = $"{token}:{label}";
        var above = TrustAnchors.Load(chain);
        try
        {
            var device = Pkcs11Token.Find(module, token);
            var (signer, held) = device.Use(pin, session =>
            {
                var key = Pkcs11Objects.FindPrivateKey(session, label)
                    ?? throw SigningIdentityCheck.Refused(source, "has no private key of that label: name one that the device's own tool lists");
                return (Pkcs11Objects.FindCertificate(session, key), Pkcs11Objects.Certificates(session));
            });
            if (signer is null)
                throw SigningIdentityCheck.Refused(source, "has no certificate with the key's CKA_ID: write it to the token");

            var (path, root) = SigningIdentityCheck.Run(source, signer, [.. held, .. above.Intermediates, .. above.Roots], options, time, logger);
            var signing = new Pkcs11SigningKey(device, label, pin, signer, options.Scheme);
            if (!Works(device, signing, signer, options.Hash, pin))
                throw SigningIdentityCheck.Refused(source, "has a certificate of another key: write the right one to the token");
            return new(signer, path, signing, options.Hash) { Root = root };
        }
        catch (Pkcs11Exception e)
        {
            throw new InvalidDataException($"The signing identity {source} cannot be used: the device answers {e.RV}{Advice(e.RV)}.", e);
        }
    }

    private static bool Works(Pkcs11Token device, Pkcs11SigningKey key, X509Certificate2 certificate, HashAlgorithmName hash, string pin)
    {
        var digest = RandomNumberGenerator.GetBytes(HashAlgorithms.Length(hash));
        var signature = device.Use(pin, session => key.Sign(session, digest, hash));
        using var rsa = certificate.GetRSAPublicKey();
        using var ecdsa = certificate.GetECDsaPublicKey();
        return key.Scheme switch
        {
            SignatureScheme.Ecdsa => ecdsa!.VerifyHash(digest, signature, DSASignatureFormat.Rfc3279DerSequence),
            SignatureScheme.RsaPss => rsa!.VerifyHash(digest, signature, hash, RSASignaturePadding.Pss),
            _ => rsa!.VerifyHash(digest, signature, hash, RSASignaturePadding.Pkcs1),
        };
    }

    private static string Advice(CKR answer) => answer switch
    {
        CKR.CKR_PIN_INCORRECT => ": the PIN is another; do not start again before it is put right, or the token locks",
        CKR.CKR_PIN_LOCKED => ": its security officer must unlock it",
        CKR.CKR_MECHANISM_INVALID => ": it does not know this signature scheme",
        _ => "",
    };
}
