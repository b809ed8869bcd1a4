using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;

namespace MeSign.Statements.Sealing;

/// <summary>A certificate with the private key that opens what was encrypted to it.</summary>
public sealed class DecryptionKey
{
    private DecryptionKey(X509Certificate2 certificate) => Certificate = certificate;

    public X509Certificate2 Certificate { get; }

    internal X25519PrivateKeyParameters? X25519 { get; private init; }

    internal MLKemPrivateKeyParameters? MlKem { get; private init; }

    /// <param name="certificate">With its private key, RSA or EC.</param>
    public static DecryptionKey Of(X509Certificate2 certificate) => new(certificate);

    /// <summary>For the keys that a certificate of .NET cannot hold, X25519 (RFC 8410) and ML-KEM (RFC 9935), and for the others.</summary>
    /// <param name="pkcs8">PrivateKeyInfo in DER, not encrypted.</param>
    /// <exception cref="CryptographicException">It is not a key, or not the certificate's.</exception>
    public static DecryptionKey Of(X509Certificate2 certificate, ReadOnlyMemory<byte> pkcs8)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (certificate.PublicKey.Oid.Value == Oids.Rsa)
        {
            using var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(pkcs8.Span, out _);
            return new(Fit(() => certificate.CopyWithPrivateKey(rsa)));
        }
        if (certificate.PublicKey.Oid.Value == Oids.EcPublicKey)
        {
            using var ecdh = ECDiffieHellman.Create();
            ecdh.ImportPkcs8PrivateKey(pkcs8.Span, out _);
            return new(Fit(() => certificate.CopyWithPrivateKey(ecdh)));
        }

        var (own, itsPublicKey) = Read(pkcs8) switch
        {
            X25519PrivateKeyParameters key => (new DecryptionKey(certificate) { X25519 = key }, key.GeneratePublicKey().GetEncoded()),
            MLKemPrivateKeyParameters key => (new DecryptionKey(certificate) { MlKem = key }, key.GetPublicKeyEncoded()),
            _ => throw new CryptographicException("The private key is of a kind that opens nothing here."),
        };
        return itsPublicKey.AsSpan().SequenceEqual(certificate.PublicKey.EncodedKeyValue.RawData)
            ? own
            : throw new CryptographicException("The private key is not the certificate's.");
    }

    private static AsymmetricKeyParameter Read(ReadOnlyMemory<byte> pkcs8)
    {
        try
        {
            return PrivateKeyFactory.CreateKey(pkcs8.ToArray());
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or SecurityUtilityException or PkcsException or InvalidCastException)
        {
            throw new CryptographicException("The private key cannot be read: give PKCS#8.", exception);
        }
    }

    private static X509Certificate2 Fit(Func<X509Certificate2> copy)
    {
        try
        {
            return copy();
        }
        catch (ArgumentException exception)
        {
            throw new CryptographicException("The private key is not the certificate's.", exception);
        }
    }
}
