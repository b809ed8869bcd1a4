using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>A folder of its own where another program judges our files, or makes files for us.</summary>
internal sealed class Workbench : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-sealing-");

    public string Path(string name) => System.IO.Path.Join(_folder.FullName, name);

    public string Write(string name, ReadOnlySpan<byte> content)
    {
        File.WriteAllBytes(Path(name), content);
        return Path(name);
    }

    /// <summary>A folder of templates of which the text of a statement is this one.</summary>
    public string WriteTemplates(string text)
    {
        var folder = Directory.CreateDirectory(Path("templates/statement")).FullName;
        File.WriteAllText(System.IO.Path.Join(folder, "en.subject.liquid"), "Subject\n");
        File.WriteAllText(System.IO.Path.Join(folder, "en.text.liquid"), text);
        File.WriteAllText(System.IO.Path.Join(folder, "en.html.liquid"), "<p>html</p>");
        return Path("templates");
    }

    public string WriteCertificate(X509Certificate2 certificate)
    {
        File.WriteAllText(Path($"{certificate.SerialNumber}.pem"), certificate.ExportCertificatePem());
        return Path($"{certificate.SerialNumber}.pem");
    }

    public string WriteKey(X509Certificate2 certificate)
    {
        var pem = SealingPki.Pkcs8(certificate) is { } pkcs8
            ? PemEncoding.WriteString("PRIVATE KEY", pkcs8)
            : certificate.GetRSAPrivateKey()?.ExportPkcs8PrivateKeyPem()
            ?? certificate.GetECDiffieHellmanPrivateKey()?.ExportPkcs8PrivateKeyPem()
            ?? certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
        File.WriteAllText(Path($"{certificate.SerialNumber}.key"), pem);
        return Path($"{certificate.SerialNumber}.key");
    }

    /// <summary>PKCS#12 with the password <c>x</c>, in the form that all programs read.</summary>
    public string WritePkcs12(X509Certificate2 certificate)
    {
        var path = Path($"{certificate.SerialNumber}.p12");
        Run("openssl", "pkcs12", "-export", "-in", WriteCertificate(certificate), "-inkey", WriteKey(certificate), "-out", path,
            "-passout", "pass:x", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1");
        return path;
    }

    /// <summary>Runs a program; fails with what it said unless it ends with 0.</summary>
    public byte[] Run(string program, params string[] arguments)
    {
        var (exitCode, output, error) = TryRun(program, arguments);
        exitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}: {error}");
        return output;
    }

    public (int ExitCode, byte[] Output, string Error) TryRun(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return (process.ExitCode, output.ToArray(), error.GetAwaiter().GetResult());
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
