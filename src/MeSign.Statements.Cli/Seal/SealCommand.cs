using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using MeSign.Statements.Cli.Settings;
using MeSign.Statements.Cli.Sign;
using MeSign.Statements.Cli.Submit;
using MeSign.Statements.Intake;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Cli.Seal;

/// <summary><c>mesign seal</c>: makes the message of one job as the pipeline would, into a file. Needs no storage and sends nothing.</summary>
internal static class SealCommand
{
    private const string ByHand = "by-hand";

    public static Command Create()
    {
        var file = new Option<FileInfo?>("--job") { Description = "A job as JSON (statement-job.v1.schema.json); else the options below make one up.", HelpName = "FILE" };
        var document = new Option<FileInfo?>("--document") { Description = "The PDF to sign and attach; its name and hash go into the job.", HelpName = "FILE" };
        var to = new Option<FileInfo?>("--out") { Description = "Where the message goes; never an existing file.", HelpName = "FILE.eml" };
        var json = new Option<bool>("--json") { Description = "Print what was made as JSON." };
        var signer = new SignerOptions();
        var job = new JobOptions(signer.IssuerId);
        var sender = new SenderOptions(signer);
        var reader = new ReaderOptions();
        var command = new ExampleCommand(
            "seal",
            "Makes one message as the pipeline would: fills the template, signs the PDF, signs and encrypts the message. Nothing is stored or sent.",
            "mesign seal --issuer northbank --settings local.settings.json --job job.json --document statement.pdf --to-cert jana.pem --to-trust root.pem --out 1.eml",
            "mesign seal --pfx bank.p12 --password-file bank.password --tsa https://tsa.example.test --tsa-trust tsa-root.pem --from statements@bank.example --templates templates/ "
            + "--to jana@example.test --document statement.pdf --field period=\"October 2026\" --field account=4711 --to-cert jana.pem --to-trust root.pem --out 1.eml",
            "mesign seal --issuer northbank --job job.json --document statement.pdf --signed-only --out 1.eml")
        {
            file,
            document,
            to,
            json,
        };
        job.AddTo(command);
        signer.AddTo(command);
        sender.AddTo(command);
        reader.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Require(parsed.GetValue(file) is null || !job.AnyGiven(parsed), "a job's own options cannot be given together with --job.");
            var output = parsed.GetValue(to) ?? throw CommandException.Usage("--out FILE.eml is missing: name the file that the message goes to.");
            Require(!output.Exists, $"{output.FullName} exists: name another --out.");

            var pdf = parsed.GetValue(document);
            var draft = parsed.GetValue(file) is { } jobFile
                ? JobFile.Read(jobFile)
                : job.Build(parsed, batch: null, pdf is not null, signer.IsByHand(parsed) ? ByHand : null);
            if (parsed.GetValue(signer.IssuerId) is { } named)
                draft["issuer"] = named;
            if (signer.IsByHand(parsed))
                draft["issuer"] ??= ByHand;
            if (pdf is not null)
                await DocumentUpload.FillInAsync(draft, batch: null, pdf, cancellationToken);

            await using var provider = StatementsProvider.Create(parsed.GetValue(SettingsOption.Instance), signer.Settings(parsed).Concat(reader.Settings(parsed)).ToDictionary(StringComparer.OrdinalIgnoreCase));
            var read = Read(provider.GetRequiredService<JobReader>(), draft);
            Require(pdf is not null || read.Document is null, "the job names a document: give the PDF with --document FILE.");
            Require(pdf is null || read.Document is not null, $"kind {draft["kind"]} has no document: leave --document out, or use kind message.");

            var issuer = sender.Issuer(parsed, provider, read.Issuer);
            var certificates = reader.Certificates(parsed, provider, read, issuer);
            Require(pdf is null || pdf.Length <= issuer.MaxDocumentBytes, $"{pdf?.FullName} has {pdf?.Length} bytes: the issuer allows {issuer.MaxDocumentBytes}.");
            ReadOnlyMemory<byte>? content = pdf is null ? null : await File.ReadAllBytesAsync(pdf.FullName, cancellationToken);
            var made = await provider.GetRequiredService<MakeMessage>().RunAsync(read, issuer, content, certificates, cancellationToken);

            await using (var source = made.Eml.Open())
            await using (var target = new FileStream(output.FullName, FileMode.CreateNew, FileAccess.Write, FileShare.None))
                await source.CopyToAsync(target, cancellationToken);
            SealReport.Write(parsed.InvocationConfiguration.Output, parsed.GetValue(json), output.FullName, read, issuer, made);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static StatementJob Read(JobReader reader, JsonObject job)
    {
        try
        {
            return reader.Read(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(job, SubmitReport.Json)));
        }
        catch (StatementFailedException fault)
        {
            throw CommandException.Usage($"{fault.Code}: {fault.Detail}");
        }
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw CommandException.Usage(otherwise);
    }
}
