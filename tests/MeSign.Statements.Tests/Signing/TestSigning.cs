using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Tests.Signing;

/// <summary>Signing as the composition root makes it, and identities for it.</summary>
internal sealed class TestSigning : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly string _roots = Path.GetTempFileName();

    public TestSigning(TestAuthority? authority = null, IReadOnlyDictionary<string, string?>? settings = null, TimeProvider? time = null)
    {
        File.WriteAllText(_roots, (authority ?? TestAuthority.Shared).Root.ExportCertificatePem());
        var all = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>());
        _ = all.TryAdd("MeSign:Timestamps:Roots:0", _roots);
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(all).Build())
            .AddSingleton(time ?? TimeProvider.System)
            .AddLogging()
            .AddSigning()
            .BuildServiceProvider();
    }

    public CmsSigner Signer => _services.GetRequiredService<CmsSigner>();

    public TimestampClient Timestamps => _services.GetRequiredService<TimestampClient>();

    public IServiceProvider Services => _services;

    public static SigningIdentity Identity(
        AsymmetricAlgorithm key, HashAlgorithmName hash, SignatureScheme rsaScheme = SignatureScheme.RsaPkcs1, X509Certificate2? certificate = null)
    {
        certificate ??= TestAuthority.Shared.Issue(key);
        return new(X509CertificateLoader.LoadCertificate(certificate.RawData), [TestAuthority.Shared.Issuing], new Pkcs12SigningKey(certificate, rsaScheme), hash);
    }

    public void Dispose()
    {
        _services.Dispose();
        File.Delete(_roots);
    }
}
