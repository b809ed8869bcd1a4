using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Signing;

/// <summary>Who signs: a certificate, the way to its root, and the key behind it.</summary>
/// <param name="Certificate">The signer's certificate, public part.</param>
/// <param name="Chain">The certificates above it in order, its issuer first; the root is not among them.</param>
/// <param name="Key">The private key.</param>
/// <param name="Hash">SHA-256, SHA-384 or SHA-512: used for content and signature alike.</param>
public sealed record SigningIdentity(
    X509Certificate2 Certificate,
    IReadOnlyList<X509Certificate2> Chain,
    ISigningKey Key,
    HashAlgorithmName Hash)
{
    /// <summary>The root above the chain, where it is known: who vouches for the last certificate of <see cref="Chain"/>.</summary>
    public X509Certificate2? Root { get; init; }
}
