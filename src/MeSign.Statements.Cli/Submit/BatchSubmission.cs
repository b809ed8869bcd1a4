using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;

namespace MeSign.Statements.Cli.Submit;

/// <summary>Uploads a manifest, and the documents that it names, and orders the batch.</summary>
internal sealed class BatchSubmission(DocumentUpload documents, StatementQueues queues, JobReader reader, TemplateCheck templates)
{
    private const int MostFaults = 20;
    private const int UploadsAtOnce = 8;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <param name="batch">The batch; the manifest's file name without extension where null.</param>
    /// <param name="folder">
    /// Where the documents are: each job's <c>document.blob</c> below it, or only the last part of that. Null when the
    /// documents are in their blobs already; the manifest is then uploaded as it is.
    /// </param>
    public async Task<Submitted> SubmitAsync(FileInfo manifest, string? batch, DirectoryInfo? folder, CancellationToken cancellationToken)
    {
        if (!manifest.Exists)
            throw CommandException.Usage($"{manifest.FullName} does not exist.");

        batch ??= Path.GetFileNameWithoutExtension(manifest.Name);
        if (!StatementKey.IsPart(batch))
            throw CommandException.Usage($"\"{batch}\" is not a batch: give --batch with 1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit.");

        var files = new Dictionary<string, FileInfo>(StringComparer.Ordinal);
        await using var lines = new FileStream(
            Path.GetTempFileName(), new FileStreamOptions { Access = FileAccess.ReadWrite, Mode = FileMode.Truncate, Options = FileOptions.DeleteOnClose });
        var jobs = await CompleteAsync(manifest, batch, folder, lines, files, cancellationToken);

        await Parallel.ForEachAsync(
            files,
            new ParallelOptions { MaxDegreeOfParallelism = UploadsAtOnce, CancellationToken = cancellationToken },
            async (file, cancellation) => await documents.PutAsync(file.Key, file.Value, cancellation));

        var blob = $"{batch}/manifest.jsonl";
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(lines, cancellationToken));
        lines.Position = 0;
        await documents.PutAsync(blob, lines, "application/jsonl", cancellationToken);
        await queues.SendBatchAsync(JsonSerializer.SerializeToUtf8Bytes(new { version = 1, batch, manifest = blob }), delay: null, cancellationToken);
        return new Submitted(batch, null, jobs, blob, sha256, templates.Skipped);
    }

    /// <returns>How many jobs the manifest has.</returns>
    private async Task<int> CompleteAsync(
        FileInfo manifest, string batch, DirectoryInfo? folder, Stream lines, Dictionary<string, FileInfo> files, CancellationToken cancellationToken)
    {
        var (jobs, number) = (0, 0);
        var faults = new List<string>();
        await using (var writer = new StreamWriter(lines, Utf8, leaveOpen: true))
        {
            writer.NewLine = "\n";
            await foreach (var line in File.ReadLinesAsync(manifest.FullName, cancellationToken))
            {
                number++;
                if (string.IsNullOrWhiteSpace(line))
                    continue;

                jobs++;
                var place = $"{manifest.Name}, line {number},";
                var job = folder is null ? line : await FillInAsync(line, place, batch, folder, files, cancellationToken);
                if (TemplateFault(job) is { } fault && faults.Count <= MostFaults)
                    faults.Add(faults.Count < MostFaults ? $"{place} {fault.Code}: {fault.Detail}" : "and more");
                await writer.WriteLineAsync(job);
            }
        }

        if (faults.Count > 0)
            throw CommandException.Usage($"nothing was submitted: {string.Join("; ", faults)}");

        lines.Position = 0;
        return jobs > 0 ? jobs : throw CommandException.Usage($"{manifest.FullName} has no job.");
    }

    /// <summary>What the contract refuses becomes a recorded outcome, as the bank's own manifests do; only the template is looked at here.</summary>
    private StatementFailedException? TemplateFault(string line)
    {
        try
        {
            return templates.Fault(reader.Read(BinaryData.FromString(line)));
        }
        catch (StatementFailedException)
        {
            return null;
        }
    }

    private static async Task<string> FillInAsync(
        string line, string place, string batch, DirectoryInfo folder, Dictionary<string, FileInfo> files, CancellationToken cancellationToken)
    {
        var job = JobFile.Parse(line, place);
        if (job["document"] is not JsonObject document)
            return line;

        if (JobFile.Text(document, "blob") is not { Length: > 0 } blob)
            throw CommandException.Usage($"{place} has no document.blob: it names the PDF in {folder.FullName}.");

        var file = Find(folder, blob) ?? throw CommandException.Usage($"{place} names {blob}, which is not in {folder.FullName}.");
        await DocumentUpload.FillInAsync(job, batch, file, cancellationToken);
        files[blob] = file;
        return job.ToJsonString(SubmitReport.Json);
    }

    private static FileInfo? Find(DirectoryInfo folder, string blob) =>
        new[] { Path.Combine(folder.FullName, blob), Path.Combine(folder.FullName, blob.Split('/')[^1]) }
            .Select(path => new FileInfo(path))
            .FirstOrDefault(file => file.Exists && file.FullName.StartsWith(Path.TrimEndingDirectorySeparator(folder.FullName) + Path.DirectorySeparatorChar, StringComparison.Ordinal));
}
