using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Tests.Pdf;
using MeSign.Statements.Tests.Sealing;
using MeSign.Statements.Tests.Signing;
using MeSign.Statements.Tests.Trust;

namespace MeSign.Statements.Tests.Cli.Seal;

/// <summary>What a person has who seals by hand: a PKCS#12, a timestamp server, a PDF, the templates, a recipient's certificate.</summary>
internal sealed class SealedFiles : IAsyncDisposable
{
    public const string From = "statements@bank.example";
    public const string To = "client@example.test";

    public static readonly byte[] Document = PdfBuilder.OnePage("/Lang (en)", "/Contents 4 0 R").Stream(4, "", "0 0 m 9 9 l S").Table();

    private static readonly Lazy<X509Certificate2> Signer = new(() =>
    {
        using var key = RSA.Create(2048);
        return TestAuthority.Shared.Issue(key, "O=Example Bank,CN=Example Bank Statements", policy: "2.23.140.1.5.2.2");
    });

    private readonly Workbench _folder = new();

    private SealedFiles(TestTimestampServer timestamps)
    {
        Timestamps = timestamps;
        Root = _folder.WriteCertificate(TestAuthority.Shared.Root);
        RecipientRoot = _folder.WriteCertificate(SealingPki.Root);
        Pdf = Write("Výpis z účtu.pdf", Document);
        var password = RandomNumberGenerator.GetHexString(20);
        var all = new X509Certificate2Collection { Signer.Value, TestAuthority.Shared.Issuing, TestAuthority.Shared.Root };
        Pfx = Write("bank.p12", all.Export(X509ContentType.Pfx, password)!);
        PasswordFile = Write("password", Encoding.UTF8.GetBytes(password + "\n"));
    }

    public TestTimestampServer Timestamps { get; }

    /// <summary>Root of the signer and of the timestamp server.</summary>
    public string Root { get; }

    public string RecipientRoot { get; }

    public string Pdf { get; }

    public string Pfx { get; }

    public string PasswordFile { get; }

    public string Out => PathOf("out.eml");

    /// <summary>Who signs and sends, all on the command line.</summary>
    public string[] Sender =>
    [
        "--pfx", Pfx, "--password-file", PasswordFile, "--tsa", Timestamps.Address.ToString(), "--tsa-trust", Root,
        "--from", From, "--from-name", "Česká banka, a.s.", "--templates", SealingBench.SandboxTemplates,
    ];

    public string[] Job => ["--to", To, "--document", Pdf, "--field", "period=October 2026", "--field", "account=4711"];

    public string[] Reader => ["--to-cert", Certificate(SealingPki.Recipient("rsa2048")), "--to-trust", RecipientRoot];

    public string[] Key => ["--key", WriteKey(SealingPki.Recipient("rsa2048"))];

    public static async Task<SealedFiles> StartAsync() => new(await TestTimestampServer.StartAsync());

    public string PathOf(string name) => _folder.Path(name);

    public string Write(string name, byte[] content) => _folder.Write(name, content);

    public string Certificate(X509Certificate2 certificate) => _folder.WriteCertificate(certificate);

    public string WriteKey(X509Certificate2 certificate)
    {
        _folder.WriteCertificate(certificate);
        return _folder.WriteKey(certificate);
    }

    public byte[] Run(string program, params string[] arguments) => _folder.Run(program, arguments);

    public Task<CommandRun> SealAsync(params string[] args) => CommandRun.OfAsync(["seal", .. args, "--out", Out]);

    public Task<CommandRun> VerifyAsync(params string[] args) => CommandRun.OfAsync(["verify", .. args, "--trust", Root]);

    public Task<CommandRun> OpenAsync(params string[] args) => CommandRun.OfAsync(["open", .. args, "--trust", Root]);

    public async ValueTask DisposeAsync()
    {
        await Timestamps.DisposeAsync();
        _folder.Dispose();
    }
}
