using System.Security.Cryptography;

namespace MeSign.Statements.Sandbox.Authority;

/// <summary>The keys that certificates of the sandbox have.</summary>
internal enum KeyKind
{
    Rsa2048,
    Rsa3072,
    P256,
    P384,
}

internal static class KeyKinds
{
    /// <summary>A new key. RSA takes from a tenth of a second to a second: make several side by side.</summary>
    public static AsymmetricAlgorithm NewKey(this KeyKind kind) => kind switch
    {
        KeyKind.Rsa2048 => RSA.Create(2048),
        KeyKind.Rsa3072 => RSA.Create(3072),
        KeyKind.P256 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        _ => ECDsa.Create(ECCurve.NamedCurves.nistP384),
    };
}
