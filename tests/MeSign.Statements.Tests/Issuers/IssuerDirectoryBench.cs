using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Issuers;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Issuers;

/// <summary>Settings of one issuer, good until a test changes them.</summary>
public abstract class IssuerDirectoryBench : IDisposable
{
    private protected const string From = "statements@bank.example";
    private protected readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-issuers-");
    private protected readonly Dictionary<string, string?> _settings;

    protected IssuerDirectoryBench()
    {
        _settings = new()
        {
            ["MeSign:Timestamps:Roots:0"] = File("root.pem", TestAuthority.Shared.Root.ExportCertificatePem()),
            ["MeSign:Issuers:northbank:FromAddress"] = From,
            ["MeSign:Issuers:northbank:FromName"] = "North Bank",
            ["MeSign:Issuers:northbank:SigningPkcs12"] = Pkcs12("secret"),
            ["MeSign:Issuers:northbank:SigningPasswordFile"] = File("password", "secret\n"),
            ["MeSign:Issuers:northbank:TimestampServers:0"] = "https://tsa.example/",
            ["MeSign:Issuers:northbank:TimestampServers:1"] = "http://127.0.0.1:8080/",
            ["MeSign:Issuers:northbank:Relay"] = "main",
            ["MeSign:Issuers:northbank:Templates"] = _folder.FullName,
        };
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected void Set(string key, string value) => _settings[$"MeSign:Issuers:northbank:{key}"] = value;

    private protected IssuerDirectory Open() => Open(new FakeTimeProvider(TestAuthority.Begin.AddMonths(5)));

    private protected IssuerDirectory Open(TimeProvider time)
    {
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(_settings).Build())
            .AddSingleton(time)
            .AddLogging()
            .AddSigning()
            .AddIssuers()
            .BuildServiceProvider();
        return services.GetRequiredService<IssuerDirectory>();
    }

    private protected string File(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private protected string Pkcs12(string password)
    {
        using var certificate = TestAuthority.Shared.Issue(TestKeys.Get("RSA2048"));
        var path = Path.Combine(_folder.FullName, "signing.p12");
        System.IO.File.WriteAllBytes(path, new X509Certificate2Collection { certificate, TestAuthority.Shared.Issuing, TestAuthority.Shared.Root }.Export(X509ContentType.Pkcs12, password)!);
        return path;
    }
}
