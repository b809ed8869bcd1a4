using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Pdf;
using MeSign.Statements.Tests.Sealing;
using MeSign.Statements.Tests.Trust;

namespace MeSign.Statements.Tests.Cli.Verify;

/// <summary>A folder with signed PDFs, sealed messages, roots and keys as a person has them.</summary>
internal sealed class VerifyBench : IDisposable
{
    public static readonly byte[] Document = PdfBuilder.OnePage("/Lang (en)", "/Contents 4 0 R").Stream(4, "", "0 0 m 9 9 l S").Table();

    // 2.23.140.1.5.2.2: organisation validated, multipurpose.
    private static readonly X509Certificate2 Signer = TestAuthority.Shared.Issue(RSA.Create(2048), "O=Example Bank,CN=Statements", policy: "2.23.140.1.5.2.2");

    private static readonly Lazy<Task<byte[]>> Signed = new(SignAsync);

    private readonly Workbench _folder = new();

    public VerifyBench()
    {
        Root = _folder.WriteCertificate(TestAuthority.Shared.Root);
        MailRoot = _folder.WriteCertificate(SealingPki.Root);
    }

    /// <summary>Root of the PDF's signer and of the timestamp server.</summary>
    public string Root { get; }

    /// <summary>Root of the message's signer.</summary>
    public string MailRoot { get; }

    /// <summary>A copy of one document that is signed once: a timestamp is the slowest part of these tests.</summary>
    public static async Task<byte[]> SignedPdfAsync() => [.. await Signed.Value];

    private static async Task<byte[]> SignAsync()
    {
        var bench = await SigningBench.Shared;
        return await bench.SignAsync(Document, bench.Certification with { Identity = bench.Identity with { Certificate = Signer, Key = new Pkcs12SigningKey(Signer) }, Reason = "Statement" });
    }

    /// <summary>A message with the document, sealed to <paramref name="recipient"/>, or to <see cref="Recipient"/>.</summary>
    public static async Task<byte[]> SealedAsync(byte[] document, bool encrypted = true, X509Certificate2? recipient = null)
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer();
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, document);
        var made = await sealing.Sealer.SealAsync(message, issuer, encrypted ? [recipient ?? Recipient] : [], TestContext.Current.CancellationToken);
        return made.Eml.ToArray();
    }

    public static X509Certificate2 Recipient => SealingPki.Recipient("rsa2048");

    public string Write(string name, byte[] content) => _folder.Write(name, content);

    /// <summary>Certificate and key as x.pem beside x.key.</summary>
    public string WritePem(X509Certificate2? certificate = null)
    {
        _folder.WriteKey(certificate ?? Recipient);
        return _folder.WriteCertificate(certificate ?? Recipient);
    }

    public (string Key, string PasswordFile) WritePkcs12()
    {
        var password = RandomNumberGenerator.GetHexString(20);
        return (Write("client.p12", Recipient.Export(X509ContentType.Pkcs12, password)), Write("password", System.Text.Encoding.UTF8.GetBytes(password + "\n")));
    }

    public Task<CommandRun> VerifyAsync(params string[] args) => CommandRun.OfAsync(["verify", .. args, "--trust", Root, MailRoot]);

    public void Dispose() => _folder.Dispose();
}
