using System.Security.Cryptography;
using System.Text.Json;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>The sealing slice as the composition root builds it, with a test issuer and the templates of the Sandbox.</summary>
internal sealed class SealingBench : IDisposable
{
    private readonly ServiceProvider _services;

    public SealingBench(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build();
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddLogging()
            .AddSigning()
            .AddSealing()
            .BuildServiceProvider();
    }

    public static MessageOpener Opener { get; } =
        new(new CmsVerifier(TrustAnchors.Of([SealingPki.Root]), TrustAnchors.None, CrlSet.None, TimeProvider.System));

    public static string SandboxTemplates { get; } = Path.Join(AppContext.BaseDirectory, "Templates");

    public MessageComposer Composer => _services.GetRequiredService<MessageComposer>();

    public MessageSealer Sealer => _services.GetRequiredService<MessageSealer>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public static Issuer Issuer(string signingKey = "rsa2048", string templates = "", string defaultLocale = "en") => new()
    {
        Id = "acme",
        FromAddress = "statements@bank.test",
        FromName = "Česká banka, a.s.",
        ReplyTo = "care@bank.test",
        ReturnPath = "bounces@bank.test",
        Identity = new(SealingPki.Signer(signingKey), [], new Pkcs12SigningKey(SealingPki.Signer(signingKey)), HashAlgorithmName.SHA256),
        TimestampServers = [],
        Relay = "main",
        TemplateFolder = templates.Length > 0 ? templates : SandboxTemplates,
        DefaultLocale = defaultLocale,
        Encryption = EncryptionPolicy.Required,
        WeakestEncryption = EncryptionPolicy.Never,
        OuterSubject = "Confidential message",
        MaxDocumentBytes = 30_000_000,
        MaxMessageBytes = 100_000_000,
        MaxAge = TimeSpan.FromDays(3),
        Appearance = new(null, null, null),
    };

    public static StatementJob Job(
        string fields = """{ "period": "October 2026", "account": "•••• 4321", "balance": "CZK 12,345.60" }""",
        JobKind kind = JobKind.Statement, string? template = null, string? locale = "en", string? name = "Jan Novák",
        string address = "client@example.test", string fileName = "statement.pdf") => new()
    {
        Id = "job-1",
        Batch = "2026-10",
        Issuer = "acme",
        Kind = kind,
        Document = kind == JobKind.Statement ? new("2026-10/1.pdf", new string('0', 64), fileName) : null,
        Recipient = new(address, name, locale),
        Template = template ?? kind.ToString().ToLowerInvariant(),
        Fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(fields)!,
        Sha256 = new string('0', 64),
    };

    public void Dispose() => _services.Dispose();
}
