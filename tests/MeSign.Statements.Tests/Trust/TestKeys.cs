using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace MeSign.Statements.Tests.Trust;

/// <summary>Keys that tests may share: making RSA keys costs more than everything else that they do.</summary>
internal static class TestKeys
{
    private static readonly ConcurrentDictionary<string, Lazy<AsymmetricAlgorithm>> Keys = new(StringComparer.Ordinal);

    /// <param name="name">RSA2048, RSA3072, P-256, P-384, P-521; any other name is an RSA-2048 key of its own.</param>
    public static AsymmetricAlgorithm Get(string name) => Keys.GetOrAdd(name, _ => new(() => Create(name))).Value;

    private static AsymmetricAlgorithm Create(string name) => name switch
    {
        "RSA3072" => RSA.Create(3072),
        "P-256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        "P-384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        "P-521" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
        _ => RSA.Create(2048),
    };
}
