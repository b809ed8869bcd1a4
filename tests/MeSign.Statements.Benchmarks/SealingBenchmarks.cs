using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using MimeKit.Cryptography;
using X509KeyUsageFlags = System.Security.Cryptography.X509Certificates.X509KeyUsageFlags;

namespace MeSign.Statements.Benchmarks;

/// <summary>
/// One message with a document of 100 kB: composed, signed and encrypted, to RSA-2048 and with AES-256-CBC. Beside it the
/// bare cost of its cryptography, and MimeKit as its documentation shows it.
/// </summary>
[Config(typeof(QuickConfig))]
public class SealingBenchmarks : IDisposable
{
    private readonly byte[] _document = RandomNumberGenerator.GetBytes(100_000);
    private readonly byte[] _contentKey = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _vector = RandomNumberGenerator.GetBytes(16);
    private readonly TemporarySecureMimeContext _mimeKit = new();
    private X509Certificate2 _signer = null!;
    private X509Certificate2 _recipient = null!;
    private RSA _signingKey = null!;
    private RSA _recipientKey = null!;
    private byte[] _payload = [];
    private byte[] _entity = [];
    private byte[] _encrypted = [];
    private ServiceProvider _services = null!;
    private MessageComposer _composer = null!;
    private MessageSealer _sealer = null!;
    private Issuer _issuer = null!;
    private StatementJob _job = null!;
    private X509Certificate2[] _recipients = [];

    [GlobalSetup]
    public void Setup()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var root = Root(now);
        _signer = Certificate(root, "statements@bank.test", X509KeyUsageFlags.DigitalSignature, now);
        _recipient = Certificate(root, "client@example.test", X509KeyUsageFlags.KeyEncipherment, now);
        _recipients = [_recipient];
        _signingKey = _signer.GetRSAPrivateKey()!;
        _recipientKey = _recipient.GetRSAPublicKey()!;
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddLogging()
            .AddSigning()
            .AddSealing()
            .BuildServiceProvider();
        _composer = _services.GetRequiredService<MessageComposer>();
        _sealer = _services.GetRequiredService<MessageSealer>();
        _issuer = MakeIssuer();
        _job = MakeJob();

        // The least that an S/MIME message hashes and encrypts: its document in Base64, and that in Base64 again.
        _payload = new byte[Base64Lines.EncodedLength(_document.Length)];
        _entity = new byte[Base64Lines.EncodedLength(_payload.Length)];
        _encrypted = new byte[_entity.Length + 16];

        using var pkcs12 = new MemoryStream(_signer.Export(X509ContentType.Pkcs12, "x"));
        _mimeKit.Import(pkcs12, "x");
        _mimeKit.Import(_recipient);
        _mimeKit.Import(root);
    }

    /// <summary>SHA-256, RSA-2048 private and public, AES-256-CBC: what no implementation can leave out.</summary>
    [Benchmark(Baseline = true)]
    public int Bare()
    {
        var signature = _signingKey.SignHash(SHA256.HashData(_payload), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var key = _recipientKey.Encrypt(_contentKey, RSAEncryptionPadding.Pkcs1);
        using var aes = Aes.Create();
        aes.Key = _contentKey;
        return aes.EncryptCbc(_entity, _vector, _encrypted) + signature.Length + key.Length;
    }

    /// <summary>The same with AES-256-GCM.</summary>
    [Benchmark]
    public int BareWithGcm()
    {
        var signature = _signingKey.SignHash(SHA256.HashData(_payload), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var key = _recipientKey.Encrypt(_contentKey, RSAEncryptionPadding.Pkcs1);
        using var gcm = new AesGcm(_contentKey, 16);
        gcm.Encrypt(_vector.AsSpan(0, 12), _entity, _encrypted.AsSpan(0, _entity.Length), _encrypted.AsSpan(_entity.Length, 16));
        return signature.Length + key.Length;
    }

    [Benchmark]
    public Task<long> Seal() => SealAsync(_issuer);

    [Benchmark]
    public Task<long> SealWithGcm() => SealAsync(_issuer with { Sealing = new() { ContentEncryption = ContentEncryption.Aes256Gcm } });

    [Benchmark]
    public int ComposeOnly() => _composer.Compose(_job, _issuer, _document).Text.Length;

    /// <summary>https://mimekit.net/docs/html/Working-With-SMime.htm, sign and encrypt, by addresses.</summary>
    [Benchmark]
    public long MimeKitSignAndEncrypt()
    {
        using var content = new MemoryStream(_document, writable: false);
        using var message = new MimeMessage();
        message.From.Add(new MailboxAddress("Bank", "statements@bank.test"));
        message.To.Add(new MailboxAddress("Client", "client@example.test"));
        message.Subject = "Your statement";
        var builder = new BodyBuilder { TextBody = "Your statement is attached.", HtmlBody = "<p>Your statement is attached.</p>" };
        builder.Attachments.Add("statement.pdf", content, new ContentType("application", "pdf"));
        message.Body = ApplicationPkcs7Mime.SignAndEncrypt(
            _mimeKit, message.From.Mailboxes.First(), DigestAlgorithm.Sha256, message.To.Mailboxes, builder.ToMessageBody());
        using var output = new MemoryStream();
        message.WriteTo(output);
        return output.Length;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _services?.Dispose();
        _mimeKit.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task<long> SealAsync(Issuer issuer)
    {
        var message = await _sealer.SealAsync(_composer.Compose(_job, issuer, _document), issuer, _recipients, CancellationToken.None);
        message.Eml.Return();
        return message.Eml.Length;
    }

    private Issuer MakeIssuer() => new()
    {
        Id = "bank",
        FromAddress = "statements@bank.test",
        FromName = "Bank",
        ReturnPath = "bounces@bank.test",
        Identity = new(_signer, [], new Pkcs12SigningKey(_signer), HashAlgorithmName.SHA256),
        TimestampServers = [],
        Relay = "main",
        TemplateFolder = Path.Join(AppContext.BaseDirectory, "Templates"),
        DefaultLocale = "en",
        Encryption = EncryptionPolicy.Required,
        WeakestEncryption = EncryptionPolicy.Required,
        OuterSubject = "[...]",
        MaxDocumentBytes = 30_000_000,
        MaxMessageBytes = 100_000_000,
        MaxAge = TimeSpan.FromDays(3),
        Appearance = new(null, null, null),
    };

    private static StatementJob MakeJob() => new()
    {
        Id = "1",
        Batch = "2026-10",
        Issuer = "bank",
        Kind = JobKind.Statement,
        Document = new("2026-10/1.pdf", new string('0', 64), "statement.pdf"),
        Recipient = new("client@example.test", "Jan Novák", "en"),
        Template = "statement",
        Fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("""{ "period": "October 2026", "account": "4321", "balance": "1.00" }""")!,
        Sha256 = new string('0', 64),
    };

    private static X509Certificate2 Root(DateTimeOffset now)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Benchmark Root", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        return request.CreateSelfSigned(now.AddDays(-2), now.AddDays(40));
    }

    private static X509Certificate2 Certificate(X509Certificate2 root, string address, X509KeyUsageFlags usage, DateTimeOffset now)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={address}, E={address}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddEmailAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.4")], critical: false));
        using var certificate = request.Create(root, now.AddDays(-1), now.AddDays(30), [1, .. RandomNumberGenerator.GetBytes(15)]);
        return certificate.CopyWithPrivateKey(key);
    }
}
