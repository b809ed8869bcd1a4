using System.CommandLine;
using MeSign.Statements.Signing;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Cli.Verify;

/// <summary><c>mesign verify</c>: who signed, since when, and whether it still holds. Needs no settings and no network.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "PDFs and messages (.eml), or folders of them.", Arity = ArgumentArity.OneOrMore };
        var trust = Many("--trust", "Roots that you rely on: PEM or DER, or a folder. The system's own list is never used.");
        var timestampTrust = Many("--tsa-trust", "Roots of timestamp authorities; those of --trust where none is given.");
        var crls = Many("--crl", "Certificate revocation lists: PEM or DER, or a folder.");
        var revocation = new Option<bool>("--require-revocation") { Description = "A certificate that no --crl covers is a problem." };
        var keys = Many("--key", "Private key with certificate that opens messages: .p12, PEM with both, x.pem beside x.key, or a folder.");
        var archiveKeys = Many("--archive-key", "The same, for copies of what was sent to others.");
        var password = new Option<FileInfo?>("--password-file") { Description = "Holds the password of the keys.", HelpName = "FILE" };
        var pdfPassword = new Option<FileInfo?>("--pdf-password-file") { Description = "Holds the password of encrypted PDFs.", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON for each file." };
        var command = new ExampleCommand(
            "verify",
            "Says who signed PDFs and messages, since when, and what was changed; ends with 0 only when all of it is valid. A PDF in a message is verified as well.",
            "mesign verify statement.pdf --trust root.pem",
            "mesign verify message.eml --trust root.pem --crl issuing.crl --key jana.p12 --password-file jana.password",
            "mesign verify artifacts/demo/mail --trust artifacts/demo/root.pem --key artifacts/demo/recipients --json")
        {
            files,
            trust,
            timestampTrust,
            crls,
            revocation,
            keys,
            archiveKeys,
            password,
            pdfPassword,
            json,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(trust) is not { Length: > 0 } roots)
                throw CommandException.Usage("--trust ROOT.pem is missing: name the roots that you rely on; the system's own list is never used.");

            var anchors = TrustAnchors.Load(roots);
            var timestampAnchors = parsed.GetValue(timestampTrust) is { Length: > 0 } others ? TrustAnchors.Load(others) : anchors;
            var secret = PasswordFile.Read(parsed.GetValue(password));
            var lists = parsed.GetValue(crls) ?? [];
            var verifier = new FileVerifier(
                new CmsVerifier(anchors, timestampAnchors, CrlSet.Load(lists), TimeProvider.System, parsed.GetValue(revocation)),
                KeyFiles.Load(parsed.GetValue(keys) ?? [], secret),
                KeyFiles.Load(parsed.GetValue(archiveKeys) ?? [], secret),
                PasswordFile.Read(parsed.GetValue(pdfPassword)));
            var report = new VerdictReport(parsed.InvocationConfiguration.Output, parsed.GetValue(json), revocationChecked: lists.Length > 0);
            var paths = Expand(parsed.GetValue(files)!);
            foreach (var path in paths)
            {
                cancellationToken.ThrowIfCancellationRequested();
                report.Write(verifier.Verify(path));
            }

            return Task.FromResult(report.End());
        });
        return command;
    }

    private static List<string> Expand(IEnumerable<string> paths)
    {
        var files = new List<string>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
                files.AddRange(Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsStatement).Order(StringComparer.Ordinal));
            else if (File.Exists(path))
                files.Add(path);
            else
                throw CommandException.Usage($"{path} does not exist.");
        }

        return files.Count > 0 ? files : throw CommandException.Usage("there is no .pdf and no .eml to verify.");
    }

    private static bool IsStatement(string path) =>
        path.EndsWith(".pdf", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".eml", StringComparison.OrdinalIgnoreCase);

    private static Option<string[]> Many(string name, string description) =>
        new(name) { Description = description, HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
}
