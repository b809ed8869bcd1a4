using Azure.Data.Tables;
using MeSign.Statements.Recipients;
using MeSign.Statements.Sandbox.Azurite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Recipients;

/// <summary>The slice as the composition root makes it, over a storage account and a folder of its own.</summary>
internal sealed class RecipientRoom : IDisposable
{
    private readonly ServiceProvider _services;

    public RecipientRoom(SandboxStorage storage, RecipientPki? pki = null, params (string Key, string? Value)[] settings)
    {
        pki ??= RecipientPki.Shared;
        var roots = WriteFile("roots.pem", pki.Root.ExportCertificatePem());
        var between = WriteFile("between.pem", pki.Issuing.ExportCertificatePem());
        Certificates = Directory.CreateDirectory(Path.Combine(Folder, "certificates")).FullName;
        var all = new Dictionary<string, string?>
        {
            ["MeSign:Recipients:Roots:0"] = roots,
            ["MeSign:Recipients:Intermediates:0"] = between,
            ["MeSign:Recipients:Folder"] = Certificates,
            ["MeSign:Recipients:Refresh"] = "00:00:00",
            ["MeSign:Recipients:CacheEntries"] = "0",
        };
        foreach (var (key, value) in settings)
            all[$"MeSign:Recipients:{key}"] = value;

        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(all.Where(pair => pair.Value is not null)).Build())
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton(new TableServiceClient(storage.ConnectionString, new TableClientOptions { Retry = { MaxRetries = 1, Delay = TimeSpan.Zero } }))
            .AddLogging()
            .AddRecipients()
            .BuildServiceProvider();
    }

    public FakeTimeProvider Time { get; } = new(RecipientPki.Now);

    public string Folder { get; } = Directory.CreateTempSubdirectory("mesign-recipients-").FullName;

    /// <summary>The watched folder.</summary>
    public string Certificates { get; }

    public RecipientDirectory Recipients => _services.GetRequiredService<RecipientDirectory>();

    public CertificateTable Table => _services.GetRequiredService<CertificateTable>();

    public string WriteFile(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        _services.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
