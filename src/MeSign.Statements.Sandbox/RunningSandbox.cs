using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Sandbox.Authority;
using MeSign.Statements.Sandbox.Azurite;
using MeSign.Statements.Sandbox.Samples;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Sandbox.Timestamps;

namespace MeSign.Statements.Sandbox;

/// <summary>
/// Everything around MeSign Statements on one machine: storage, certification authority, timestamp server, relay and one
/// issuer, with the settings that make the product use them. All of it listens on 127.0.0.1 only.
/// </summary>
internal sealed class RunningSandbox : IAsyncDisposable
{
    public const string IssuerId = "example-bank";
    public const string FromAddress = "statements@bank.example.test";

    private const string IssuerName = "First Example Bank";

    private readonly List<IDisposable> _certificates = [];

    private RunningSandbox(SandboxFolder folder, AzuriteProcess azurite, AuthorityServer authority, SmtpSink sink, StatementDrawer drawer)
    {
        Folder = folder;
        Azurite = azurite;
        Timestamps = authority;
        Sink = sink;
        Drawer = drawer;
    }

    public SandboxFolder Folder { get; }

    public AzuriteProcess Azurite { get; }

    /// <summary>The timestamp server; it also serves the revocation lists.</summary>
    public AuthorityServer Timestamps { get; }

    public TestAuthority Authority => Timestamps.Authority;

    /// <summary>The relay.</summary>
    public SmtpSink Sink { get; }

    public StatementDrawer Drawer { get; }

    /// <summary>Recipients' certificates with their keys, by address.</summary>
    public IReadOnlyDictionary<string, X509Certificate2> Recipients { get; private set; } = new Dictionary<string, X509Certificate2>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What the product is configured with, keys as <c>IConfiguration</c> has them; with <c>__</c> for <c>:</c> they are environment variables.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; private set; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Starts all parts and writes all files.</summary>
    /// <param name="report">Told before a step that takes long.</param>
    /// <exception cref="SandboxException">Something is missing on this machine.</exception>
    public static async Task<RunningSandbox> StartAsync(SandboxOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        var folder = new SandboxFolder(options.Folder);
        var drawer = await StatementDrawer.CreateAsync(report, cancellationToken);
        var storage = AzuriteProcess.StartAsync(
            new AzuriteOptions { DataFolder = options.KeepData ? folder.Storage : null }, report, cancellationToken);
        var authority = await AuthorityServer.StartAsync(options.Time, cancellationToken);
        var localhost = authority.Authority.Issue(CertificateProfiles.LocalServer());
        var sink = SmtpSink.Start(new SmtpSinkOptions
        {
            MailFolder = folder.Mail,
            Certificate = localhost,
            Intermediates = [authority.Authority.Issuing],
        });
        try
        {
            var sandbox = new RunningSandbox(folder, await storage, authority, sink, drawer);
            sandbox._certificates.Add(localhost);
            await sandbox.PrepareAsync(options.Recipients, cancellationToken);
            return sandbox;
        }
        catch
        {
            await sink.DisposeAsync();
            await authority.DisposeAsync();
            localhost.Dispose();
            if (storage.IsCompletedSuccessfully)
                await (await storage).DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Sink.DisposeAsync();
        await Timestamps.DisposeAsync();
        await Azurite.DisposeAsync();
        foreach (var certificate in _certificates)
            certificate.Dispose();
    }

    private async Task PrepareAsync(IReadOnlyList<RecipientOrder> orders, CancellationToken cancellationToken)
    {
        var organization = Task.Run(() => Authority.Issue(CertificateProfiles.Organization(IssuerName, FromAddress)), cancellationToken);
        var certificates = await Task.Run(() => Authority.Issue(orders), cancellationToken);
        _certificates.AddRange(certificates);
        Recipients = orders.Zip(certificates).ToDictionary(pair => pair.First.Address, pair => pair.Second, StringComparer.OrdinalIgnoreCase);
        foreach (var (address, certificate) in Recipients)
        {
            await AuthorityFiles.WriteRecipientAsync(Authority, address, certificate, Folder.Recipients, cancellationToken);
            await File.WriteAllTextAsync(
                Path.Combine(Folder.Certificates, address + ".pem"), certificate.ExportCertificatePem() + "\n", cancellationToken);
        }

        // After the recipients: one of them may have been revoked.
        await AuthorityFiles.WriteAsync(Authority, Folder.Path, cancellationToken);
        var signing = await organization;
        _certificates.Add(signing);
        var password = await AuthorityFiles.WritePkcs12Async(Authority, signing, Folder.SigningKey, cancellationToken);
        await File.WriteAllBytesAsync(Folder.Seal, Drawer.DrawSeal(SampleLanguage.English), cancellationToken);
        Settings = MakeSettings(password);
    }

    private Dictionary<string, string?> MakeSettings(string passwordFile) => new(StringComparer.Ordinal)
    {
        ["StatementStorage"] = Azurite.Storage.ConnectionString,
        ["MeSign:Ledger:RecipientKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        ["MeSign:Ledger:StoreAddresses"] = "true",
        ["MeSign:Recipients:Roots:0"] = Folder.Root,
        ["MeSign:Recipients:Intermediates:0"] = Folder.Issuing,
        ["MeSign:Recipients:Crls:0"] = Folder.RootCrl,
        ["MeSign:Recipients:Crls:1"] = Folder.IssuingCrl,
        ["MeSign:Recipients:Folder"] = Folder.Certificates,
        ["MeSign:Timestamps:Roots:0"] = Folder.Root,
        [$"MeSign:Issuers:{IssuerId}:FromAddress"] = FromAddress,
        [$"MeSign:Issuers:{IssuerId}:FromName"] = IssuerName,
        [$"MeSign:Issuers:{IssuerId}:ReturnPath"] = "bounces@bank.example.test",
        [$"MeSign:Issuers:{IssuerId}:SigningPkcs12"] = Folder.SigningKey,
        [$"MeSign:Issuers:{IssuerId}:SigningPasswordFile"] = passwordFile,
        [$"MeSign:Issuers:{IssuerId}:TimestampServers:0"] = Timestamps.TimestampAddress.AbsoluteUri,
        [$"MeSign:Issuers:{IssuerId}:Relay"] = "sandbox",
        [$"MeSign:Issuers:{IssuerId}:Templates"] = Path.Combine(AppContext.BaseDirectory, "Templates"),
        [$"MeSign:Issuers:{IssuerId}:DefaultLocale"] = "en",
        [$"MeSign:Issuers:{IssuerId}:Encryption"] = "Required",
        [$"MeSign:Issuers:{IssuerId}:WeakestEncryption"] = "Never",
        [$"MeSign:Issuers:{IssuerId}:OuterSubject"] = $"A document from {IssuerName}",
        [$"MeSign:Issuers:{IssuerId}:Appearance:Reason"] = "Account statement",
        [$"MeSign:Issuers:{IssuerId}:Appearance:Location"] = "Brno",
        ["MeSign:Relays:sandbox:Host"] = "localhost",
        ["MeSign:Relays:sandbox:Port"] = $"{Sink.Port}",
        ["MeSign:Relays:sandbox:Tls"] = "StartTls",
        ["MeSign:Relays:sandbox:TrustedRoots:0"] = Folder.Root,
    };
}
