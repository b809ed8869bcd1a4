using System.CommandLine;
using System.Text.Json.Nodes;
using MeSign.Statements.Cli.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Cli.Submit;

/// <summary><c>mesign submit</c>: does what a bank's own system does, with the same contract.</summary>
internal static class SubmitCommand
{
    public static Command Create()
    {
        var source = new Argument<string?>("FOLDER|MANIFEST")
        {
            Description = "A batch: a manifest (.jsonl or .csv), or a folder with one, mapping.json for CSV, and its PDFs. Given again after an interruption, it goes on.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var mapping = new Option<FileInfo?>("--mapping") { Description = "What the columns of a CSV manifest mean; mapping.json beside it by default.", HelpName = "FILE" };
        var file = new Option<FileInfo?>("--job") { Description = "A job as JSON (statement-job.v1.schema.json).", HelpName = "FILE" };
        var manifest = new Option<FileInfo?>("--manifest") { Description = "A batch: one job a line (JSON Lines).", HelpName = "FILE" };
        var document = new Option<FileInfo?>("--document") { Description = "The PDF to upload; its hash goes into the job.", HelpName = "FILE" };
        var documents = new Option<DirectoryInfo?>("--documents") { Description = "With --manifest: the folder of the PDFs that its jobs name; they are uploaded first.", HelpName = "DIR" };
        var batch = new Option<string?>("--batch") { Description = "The batch that it is counted in.", HelpName = "ID" };
        var json = new Option<bool>("--json") { Description = "Print what was submitted as JSON." };
        var issuer = new Option<string?>("--issuer") { Description = "The configured issuer that sends it.", HelpName = "ID" };
        var job = new JobOptions(issuer);
        var command = new ExampleCommand(
            "submit",
            "Uploads documents and puts a job, or a batch of them, on its queue.",
            "mesign submit --issuer northbank --to jana@example.test --document statement.pdf --field period=\"October 2026\"",
            "mesign submit --job job.json --document statement.pdf",
            "mesign submit october/ --batch 2026-10",
            "mesign submit october.csv --mapping mapping.json --documents pdf/ --batch 2026-10",
            "mesign submit --manifest october.jsonl --documents pdf/ --batch 2026-10")
        {
            source,
            mapping,
            file,
            manifest,
            document,
            documents,
            batch,
            json,
            issuer,
        };
        job.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var batchSource = BatchSource.Of(parsed.GetValue(source), parsed.GetValue(manifest), parsed.GetValue(documents), parsed.GetValue(mapping));
            Require(parsed.GetValue(source) is null || (parsed.GetValue(file) is null && parsed.GetValue(document) is null && parsed.GetValue(issuer) is null && !job.AnyGiven(parsed)), "a folder or manifest excludes --job, --document and a job's own options.");
            Require(parsed.GetValue(file) is null || parsed.GetValue(manifest) is null, "--job and --manifest exclude each other.");
            Require((parsed.GetValue(file) ?? parsed.GetValue(manifest)) is null || !(job.AnyGiven(parsed) || parsed.GetValue(issuer) is not null), "a job's own options cannot be given together with --job or --manifest.");
            Require(parsed.GetValue(documents) is null || batchSource is not null, "--documents goes with --manifest.");
            Require(parsed.GetValue(mapping) is null || (batchSource is not null && ManifestFile.IsCsv(batchSource.Manifest)), "--mapping goes with a CSV manifest.");
            Require(parsed.GetValue(document) is null || parsed.GetValue(manifest) is null, "--document goes with one job; a manifest's PDFs are in --documents DIR.");

            await using var provider = StatementsProvider.Create(parsed.GetValue(SettingsOption.Instance));
            var report = new SubmitReport(parsed.InvocationConfiguration.Output, parsed.GetValue(json));
            if (batchSource is not null)
            {
                var submission = provider.GetRequiredService<BatchSubmission>();
                var progress = new SubmitProgress(parsed.InvocationConfiguration.Error, TimeProvider.System);
                report.Write(await submission.SubmitAsync(
                    batchSource.Manifest, parsed.GetValue(batch) ?? batchSource.Batch, batchSource.Documents, batchSource.Mapping, progress.Report, cancellationToken));
                return ExitCodes.Ok;
            }

            var draft = parsed.GetValue(file) is { } jobFile
                ? WithBatch(JobFile.Read(jobFile), parsed.GetValue(batch))
                : job.Build(parsed, parsed.GetValue(batch), parsed.GetValue(document) is not null);
            report.Write(await provider.GetRequiredService<JobSubmission>().SubmitAsync(draft, parsed.GetValue(document), cancellationToken));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static JsonObject WithBatch(JsonObject job, string? batch)
    {
        if (batch is not null)
            job["batch"] = batch;
        return job;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw CommandException.Usage(otherwise);
    }
}
