using System.CommandLine;

namespace MeSign.Statements.Cli.Verify;

/// <summary><c>mesign verify</c>: who signed, since when, and whether it still holds. Needs no settings and no network.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "PDFs and messages (.eml), or folders of them.", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON for each file." };
        var options = new VerifierOptions();
        var command = new ExampleCommand(
            "verify",
            "Says who signed PDFs and messages, since when, and what was changed; ends with 0 only when all of it is valid. A PDF in a message is verified as well.",
            "mesign verify statement.pdf --trust root.pem",
            "mesign verify message.eml --trust root.pem --crl issuing.crl --key jana.p12 --password-file jana.password",
            "mesign verify artifacts/demo/mail --trust artifacts/demo/root.pem --key artifacts/demo/recipients --json")
        {
            files,
            json,
        };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var verifier = options.Verifier(parsed);
            var report = new VerdictReport(parsed.InvocationConfiguration.Output, parsed.GetValue(json), options.ChecksRevocation(parsed));
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
}
