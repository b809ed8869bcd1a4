using System.CommandLine;
using MeSign.Statements.Cli.Settings;
using MeSign.Statements.Pdf;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Cli.Sign;

/// <summary><c>mesign sign</c>: signs PDFs on disk, by hand or in a script. Needs no storage.</summary>
internal static class SignCommand
{
    private static readonly string[] Permissions = ["1", "2", "3", "none"];
    private static readonly string[] Levels = ["B-B", "B-T"];

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "IN.pdf and OUT.pdf; with --to any number of PDFs and folders of them.", Arity = ArgumentArity.OneOrMore };
        var to = new Option<DirectoryInfo?>("--to") { Description = "Folder for the signed PDFs, under the names that they have.", HelpName = "DIR" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace outputs that are there already; inputs are never replaced." };
        var level = new Option<string>("--level") { Description = "PAdES baseline level: B-B, or B-T with a timestamp. Default B-T.", DefaultValueFactory = _ => "B-T", HelpName = "LEVEL" };
        var certify = new Option<string>("--certify") { Description = "What may change afterwards: 1 nothing (default), 2 forms, 3 also comments; none approves without certifying.", DefaultValueFactory = _ => "1", HelpName = "1|2|3|none" };
        var field = new Option<string?>("--field") { Description = "Name of the signature field; an empty one of that name is signed.", HelpName = "NAME" };
        var reason = new Option<string?>("--reason") { Description = "Why it is signed, shown by readers.", HelpName = "TEXT" };
        var location = new Option<string?>("--location") { Description = "Where it is signed.", HelpName = "TEXT" };
        var contact = new Option<string?>("--contact") { Description = "How to reach the signer.", HelpName = "TEXT" };
        var pdfPassword = new Option<FileInfo?>("--pdf-password-file") { Description = "Holds the password of encrypted PDFs.", HelpName = "FILE" };
        var repair = new Option<bool>("--repair") { Description = "Rebuild damaged cross-references before signing, in a section appended to the input; without it such PDFs are refused." };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON for each file: file, result, code, milliseconds." };
        var signer = new SignerOptions();
        level.AcceptOnlyFromAmong(Levels);
        certify.AcceptOnlyFromAmong(Permissions);
        var command = new ExampleCommand(
            "sign",
            "Signs PDFs: the input's bytes stay as they are, the signature is appended.",
            "mesign sign statement.pdf signed.pdf --pfx bank.p12 --password-file bank.password --tsa https://tsa.example.test --tsa-trust tsa-root.pem",
            "mesign sign statement.pdf signed.pdf --pfx bank.p12 --password-file bank.password --level B-B --certify none",
            "mesign sign october/ --to signed/ --issuer northbank --settings local.settings.json --json")
        {
            files,
            to,
            overwrite,
            level,
            certify,
            field,
            reason,
            location,
            contact,
            pdfPassword,
            repair,
            json,
        };
        signer.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var work = SignPaths.Plan(parsed.GetValue(files)!, parsed.GetValue(to)?.FullName);
            var padesLevel = parsed.GetValue(level) == "B-B" ? PadesLevel.BB : PadesLevel.BT;
            await using var provider = StatementsProvider.Create(parsed.GetValue(SettingsOption.Instance), signer.Settings(parsed));
            var request = signer.Request(parsed, provider, padesLevel) with
            {
                Certify = parsed.GetValue(certify) is [>= '1' and <= '3' and var permission] ? permission - '0' : null,
                FieldName = parsed.GetValue(field),
                Password = PasswordFile.Read(parsed.GetValue(pdfPassword)),
            };
            request = request with
            {
                Reason = parsed.GetValue(reason) ?? request.Reason,
                Location = parsed.GetValue(location) ?? request.Location,
                ContactInfo = parsed.GetValue(contact) ?? request.ContactInfo,
                Repair = parsed.GetValue(repair) || request.Repair,
            };
            var documents = new DocumentSigner(provider.GetRequiredService<PdfSigner>(), request, parsed.GetValue(overwrite), TimeProvider.System);
            var report = new SignReport(parsed.InvocationConfiguration.Output, parsed.GetValue(json));
            return await report.RunAsync(documents, work, cancellationToken);
        });
        return command;
    }
}
