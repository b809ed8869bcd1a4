using System.CommandLine;
using MeSign.Statements.Cli.Settings;
using MeSign.Statements.Pdf;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Cli.Sign;

/// <summary><c>mesign sign</c>: signs PDFs on disk, by hand or in a script. Needs no storage.</summary>
internal static class SignCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "IN.pdf and OUT.pdf; with --to any number of PDFs and folders of them.", Arity = ArgumentArity.OneOrMore };
        var to = new Option<DirectoryInfo?>("--to") { Description = "Folder for the signed PDFs, under the names that they have.", HelpName = "DIR" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace outputs that are there already; inputs are never replaced." };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON for each file: file, result, code, milliseconds." };
        var signature = new SignatureOptions();
        var signer = new SignerOptions();
        var command = new ExampleCommand(
            "sign",
            "Signs PDFs: the input's bytes stay as they are, the signature is appended.",
            "mesign sign statement.pdf signed.pdf --pfx bank.p12 --password-file bank.password --tsa https://tsa.example.test --tsa-trust tsa-root.pem",
            "mesign sign statement.pdf signed.pdf --pfx bank.p12 --password-file bank.password --level B-B --certify none",
            "mesign sign statement.pdf signed.pdf --issuer northbank --level B-LTA --visible seal.pdf --place last,bottom-right",
            "mesign sign october/ --to signed/ --issuer northbank --settings local.settings.json --json")
        {
            files,
            to,
            overwrite,
            json,
        };
        signature.AddTo(command);
        signer.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var work = SignPaths.Plan(parsed.GetValue(files)!, parsed.GetValue(to)?.FullName);
            var settings = signer.Settings(parsed).Concat(signature.Settings(parsed)).ToDictionary(StringComparer.OrdinalIgnoreCase);
            await using var provider = StatementsProvider.Create(parsed.GetValue(SettingsOption.Instance), settings);
            var request = signature.Apply(parsed, signer.Request(parsed, provider, signature.Level(parsed)));
            var documents = new DocumentSigner(provider.GetRequiredService<PdfSigner>(), request, parsed.GetValue(overwrite), waits: work.Count > 1, TimeProvider.System);
            var report = new SignReport(parsed.InvocationConfiguration.Output, parsed.GetValue(json));
            return await report.RunAsync(documents, work, cancellationToken);
        });
        return command;
    }
}
