using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MeSign.Statements.Tests.Sealing.Interop;

/// <summary>A program of other people that opens messages.</summary>
internal abstract class OutsideProgram(Workbench bench)
{
    public abstract string Name { get; }

    public abstract string Version { get; }

    protected Workbench Bench => bench;

    /// <summary>For each message null where the program opened and verified it, else what it said.</summary>
    public virtual IReadOnlyList<string?> Open(IReadOnlyList<InteropMessage> messages) => [.. messages.Select(Open)];

    /// <summary>For one more message after those.</summary>
    public virtual string? Verdict(InteropMessage message) => Open(message);

    private string? Open(InteropMessage message)
    {
        if (message.Encrypted is not null)
        {
            File.Delete(Bench.Path("opened"));
            if (Decrypt(message) is { } refused)
                return refused;
            if (!File.Exists(Bench.Path("opened")) || !File.ReadAllBytes(Bench.Path("opened")).AsSpan().SequenceEqual(File.ReadAllBytes(message.Entity!)))
                return "opens it to something else";
        }
        return Verify(message);
    }

    protected abstract string? Decrypt(InteropMessage message);

    protected abstract string? Verify(InteropMessage message);

    protected string? Try(string program, params string[] arguments)
    {
        var (exitCode, _, error) = Bench.TryRun(program, arguments);
        return exitCode == 0 ? null : error.Trim().Split('\n')[^1].Trim();
    }

    protected string FirstLine(string program, params string[] arguments) =>
        Encoding.UTF8.GetString(Bench.Run(program, arguments)).Split('\n')[0].Trim();

    /// <summary>The OpenSSL that makes the file knows RSA and EC for sure; what it gets no key of, a program says itself.</summary>
    protected static bool HasPkcs12(X509Certificate2 certificate) => SealingPki.Pkcs8(certificate) is null;

    protected static IEnumerable<X509Certificate2> Recipients(IEnumerable<InteropMessage> messages) =>
        messages.Select(message => message.Recipient).OfType<X509Certificate2>().DistinctBy(certificate => certificate.Thumbprint);
}

internal sealed class OpenSslProgram(Workbench bench) : OutsideProgram(bench)
{
    public override string Name => "openssl cms";

    public override string Version => FirstLine("openssl", "version").Split('(')[0].Trim();

    protected override string? Decrypt(InteropMessage message) => Try(
        "openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", message.Encrypted!, "-out", "opened",
        "-recip", Bench.WriteCertificate(message.Recipient!), "-inkey", Bench.WriteKey(message.Recipient!));

    protected override string? Verify(InteropMessage message) => Try(
        "openssl", ["cms", "-verify", "-binary", "-inform", "DER", "-in", message.Signature, "-out", "verified", "-purpose", "smimesign",
            "-CAfile", Bench.WriteCertificate(SealingPki.Root), .. message.Content is null ? Array.Empty<string>() : ["-content", message.Content]]);
}

internal sealed class GpgsmProgram(Workbench bench) : OutsideProgram(bench)
{
    public override string Name => "gpgsm";

    public override string Version => FirstLine("gpgsm", "--version");

    public override IReadOnlyList<string?> Open(IReadOnlyList<InteropMessage> messages)
    {
        var home = Directory.CreateDirectory(Bench.Path("gnupg")).FullName;
        Bench.Run("chmod", "700", home);
        // Whoever asks for a passphrase is told the same one.
        Bench.Write("gnupg/pinentry", "#!/bin/sh\necho OK\nwhile read -r line; do case $line in GETPIN*) echo D x;; esac; echo OK; done\n"u8);
        Bench.Run("chmod", "700", $"{home}/pinentry");
        Bench.Write("gnupg/gpgsm.conf", "disable-crl-checks\n"u8);
        Bench.Write("gnupg/gpg-agent.conf", Encoding.ASCII.GetBytes($"pinentry-program {home}/pinentry\n"));
        Bench.Write("gnupg/trustlist.txt", Encoding.ASCII.GetBytes($"{SealingPki.Root.Thumbprint} S relax\n"));
        try
        {
            Bench.Run("gpgsm", "--homedir", home, "--batch", "--import", Bench.WriteCertificate(SealingPki.Root));
            foreach (var recipient in Recipients(messages).Where(HasPkcs12))
                Try("gpgsm", "--homedir", home, "--batch", "--import", Bench.WritePkcs12(recipient));
            return base.Open(messages);
        }
        finally
        {
            Bench.TryRun("gpgconf", "--homedir", home, "--kill", "all");
        }
    }

    protected override string? Decrypt(InteropMessage message) =>
        Try("gpgsm", "--homedir", Bench.Path("gnupg"), "--batch", "--output", "opened", "--decrypt", message.Encrypted!);

    protected override string? Verify(InteropMessage message) =>
        Try("gpgsm", ["--homedir", Bench.Path("gnupg"), "--batch", "--verify", message.Signature, .. message.Content is null ? Array.Empty<string>() : [message.Content]]);
}

internal sealed class NssProgram(Workbench bench) : OutsideProgram(bench)
{
    public override string Name => "NSS cmsutil";

    public override string Version => FirstLine("dpkg-query", "--show", "--showformat", "NSS ${Version}", "libnss3-tools");

    public override IReadOnlyList<string?> Open(IReadOnlyList<InteropMessage> messages)
    {
        Directory.CreateDirectory(Bench.Path("nss"));
        Bench.Run("certutil", "-N", "-d", "sql:nss", "--empty-password");
        Bench.Run("certutil", "-A", "-d", "sql:nss", "-n", "root", "-t", "CT,C,C", "-a", "-i", Bench.WriteCertificate(SealingPki.Root));
        foreach (var recipient in Recipients(messages).Where(HasPkcs12))
            Try("pk12util", "-d", "sql:nss", "-K", "", "-W", "x", "-i", Bench.WritePkcs12(recipient));
        return base.Open(messages);
    }

    protected override string? Decrypt(InteropMessage message) => Try("cmsutil", "-D", "-d", "sql:nss", "-p", "", "-i", message.Encrypted!, "-o", "opened");

    protected override string? Verify(InteropMessage message) =>
        Try("cmsutil", ["-D", "-d", "sql:nss", "-u", "4", "-n", "-i", message.Signature, .. message.Content is null ? Array.Empty<string>() : ["-c", message.Content]]);
}

/// <summary>Debian's libbcmail-java; one Java process for all messages.</summary>
internal sealed class BouncyCastleProgram(Workbench bench) : OutsideProgram(bench)
{
    private string _version = "";

    public override string Name => "BouncyCastle Java";

    public override string Version => $"BouncyCastle {_version}";

    public override string? Verdict(InteropMessage message) => Open([message])[0];

    public override IReadOnlyList<string?> Open(IReadOnlyList<InteropMessage> messages)
    {
        foreach (var recipient in Recipients(messages))
            Bench.Write($"{recipient.SerialNumber}.pk8", SealingPki.Pkcs8(recipient) ?? Pkcs8(recipient));
        File.WriteAllLines(Bench.Path("list"), messages.Select(message => string.Join(
            '|', message.Form, message.Encrypted ?? "-", message.Recipient is null ? "-" : Bench.Path($"{message.Recipient.SerialNumber}.pk8"),
            message.Entity ?? "-", message.Signature, message.Content ?? "-")));
        var lines = Encoding.UTF8.GetString(Bench.Run(
            "java", "-cp", "/usr/share/java/bcprov.jar:/usr/share/java/bcpkix.jar:/usr/share/java/bcutil.jar",
            Path.Join(Repository.Root, "tests/MeSign.Statements.Tests/Sealing/Interop/OpenCms.java"), Bench.Path("list")))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _version = lines[0];
        var verdicts = lines.Skip(1).Select(line => line.Split('|', 2)).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        return [.. messages.Select(message => verdicts[message.Form] is { Length: > 0 } said ? said : null)];
    }

    private static byte[] Pkcs8(X509Certificate2 certificate) =>
        certificate.GetRSAPrivateKey()?.ExportPkcs8PrivateKey() ?? certificate.GetECDiffieHellmanPrivateKey()!.ExportPkcs8PrivateKey();

    protected override string? Decrypt(InteropMessage message) => throw new InvalidOperationException("All are opened at once.");

    protected override string? Verify(InteropMessage message) => throw new InvalidOperationException("All are opened at once.");
}
