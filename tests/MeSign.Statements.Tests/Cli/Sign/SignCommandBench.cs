using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Tests.Pdf;
using MeSign.Statements.Tests.Trust;

namespace MeSign.Statements.Tests.Cli.Sign;

/// <summary>A document, a signer, and a folder for what they make.</summary>
public abstract class SignCommandBench : IDisposable
{
    private protected static readonly byte[] Document = PdfBuilder.OnePage("/Lang (en)", "/Contents 4 0 R").Stream(4, "", "0 0 m 9 9 l S").Table();
    private protected readonly TestFolder _folder = new();
    private protected readonly string _input;
    private protected readonly string[] _signer;

    protected SignCommandBench()
    {
        _input = _folder.Write("in.pdf", Document);
        using var key = RSA.Create(2048);
        using var certificate = TestAuthority.Shared.Issue(key);
        var password = RandomNumberGenerator.GetHexString(20);
        var all = new X509Certificate2Collection { certificate, TestAuthority.Shared.Issuing, TestAuthority.Shared.Root };
        _signer = ["--pfx", _folder.Write("bank.p12", all.Export(X509ContentType.Pfx, password)!), "--password-file", _folder.Write("password", System.Text.Encoding.UTF8.GetBytes(password + "\n"))];
    }

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
