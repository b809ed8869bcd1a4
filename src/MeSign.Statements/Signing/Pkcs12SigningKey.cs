using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Signing;

/// <summary>A key in this process's memory, from a PKCS#12 file. One key object serves all threads without contention.</summary>
public sealed class Pkcs12SigningKey : ISigningKey, IDisposable
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;

    /// <param name="certificate">A certificate with its private key; the key is copied out of it.</param>
    /// <param name="rsaScheme">How an RSA key signs; an EC key always signs with ECDSA.</param>
    /// <exception cref="ArgumentException">There is no private key, or it is neither RSA nor EC.</exception>
    public Pkcs12SigningKey(X509Certificate2 certificate, SignatureScheme rsaScheme = SignatureScheme.RsaPkcs1)
    {
        _rsa = certificate.GetRSAPrivateKey();
        _ecdsa = _rsa is null ? certificate.GetECDsaPrivateKey() : null;
        Scheme = _rsa is null ? SignatureScheme.Ecdsa : rsaScheme;
        if (_rsa is null && _ecdsa is null)
            throw new ArgumentException("The certificate comes without an RSA or EC private key.", nameof(certificate));
        if (_rsa is not null && rsaScheme == SignatureScheme.Ecdsa)
            throw new ArgumentException("The key is RSA: it signs with PKCS#1 v1.5 or PSS.", nameof(rsaScheme));
    }

    public SignatureScheme Scheme { get; }

    public int MaxSignatureBytes => _rsa is not null
        ? (_rsa.KeySize + 7) / 8
        : _ecdsa!.GetMaxSignatureSize(DSASignatureFormat.Rfc3279DerSequence);

    public Task<byte[]> SignDigestAsync(ReadOnlyMemory<byte> digest, HashAlgorithmName hash, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_rsa is not null
            ? _rsa.SignHash(digest.Span, hash, Scheme == SignatureScheme.RsaPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1)
            : _ecdsa!.SignHash(digest.Span, DSASignatureFormat.Rfc3279DerSequence));
    }

    public void Dispose()
    {
        _rsa?.Dispose();
        _ecdsa?.Dispose();
    }
}
