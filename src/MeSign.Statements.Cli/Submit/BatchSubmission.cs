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
    private const int UploadsAtOnce = 16;
    private const int LinesTogether = 256;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <param name="batch">The batch; the manifest's file name without extension where null.</param>
    /// <param name="folder">
    /// Where the documents are: each job's <c>document.blob</c> below it, or only the last part of that. Null when the
    /// documents are in their blobs already; the manifest is then uploaded as it is.
    /// </param>
    /// <param name="mapping">What the columns mean, where the manifest is CSV.</param>
    /// <param name="progress">Told of how many jobs the documents are there, and how many were uploaded.</param>
    public async Task<Submitted> SubmitAsync(
        FileInfo manifest, string? batch, DirectoryInfo? folder, FileInfo? mapping, Action<int, int> progress, CancellationToken cancellationToken)
    {
        if (!manifest.Exists)
            throw CommandException.Usage($"{manifest.FullName} does not exist.");

        batch ??= Path.GetFileNameWithoutExtension(manifest.Name);
        if (!StatementKey.IsPart(batch))
            throw CommandException.Usage($"\"{batch}\" is not a batch: give --batch with 1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit.");

        await using var lines = new FileStream(
            Path.GetTempFileName(), new FileStreamOptions { Access = FileAccess.ReadWrite, Mode = FileMode.Truncate, Options = FileOptions.DeleteOnClose });
        var jobs = await CompleteAsync(manifest, mapping, batch, folder, lines, cancellationToken);
        if (folder is not null)
            await UploadAsync(lines, folder, progress, cancellationToken);

        var blob = $"{batch}/manifest.jsonl";
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(lines, cancellationToken));
        lines.Position = 0;
        await documents.PutAsync(blob, lines, "application/jsonl", cancellationToken);
        if (!await documents.WasOrderedAsync(blob, cancellationToken))
        {
            await queues.SendBatchAsync(JsonSerializer.SerializeToUtf8Bytes(new { version = 1, batch, manifest = blob }), delay: null, cancellationToken);
            await documents.MarkOrderedAsync(blob, cancellationToken);
        }

        return new Submitted(batch, null, jobs, blob, sha256, templates.Skipped);
    }

    /// <summary>Writes the jobs with their documents' hashes, in their order, some hundred at a time.</summary>
    /// <returns>How many jobs the manifest has.</returns>
    private async Task<int> CompleteAsync(
        FileInfo manifest, FileInfo? mapping, string batch, DirectoryInfo? folder, Stream lines, CancellationToken cancellationToken)
    {
        var jobs = 0;
        var faults = new List<string>();
        await using (var writer = new StreamWriter(lines, Utf8, leaveOpen: true))
        {
            writer.NewLine = "\n";
            await foreach (var chunk in ManifestFile.ReadAsync(manifest, mapping, cancellationToken).Chunk(LinesTogether).WithCancellation(cancellationToken))
            {
                if (folder is not null)
                    await Parallel.ForEachAsync(chunk.Index(), AtOnce(cancellationToken), async (entry, cancellation) => chunk[entry.Index] = await FillInAsync(entry.Item, batch, folder, cancellation));
                foreach (var entry in chunk)
                {
                    if ((entry.Fault ?? FaultOf(entry)) is { } fault && faults.Count <= MostFaults)
                        faults.Add(faults.Count < MostFaults ? fault : "and more");
                    await writer.WriteLineAsync(entry.Text);
                }

                jobs += chunk.Length;
            }
        }

        if (faults.Count > 0)
            throw CommandException.Usage($"nothing was submitted: {string.Join("; ", faults)}");

        lines.Position = 0;
        return jobs > 0 ? jobs : throw CommandException.Usage($"{manifest.FullName} has no job.");
    }

    /// <summary>Uploads the document of each job; what is in storage already, from a run before this one, is not sent again.</summary>
    private async Task UploadAsync(Stream lines, DirectoryInfo folder, Action<int, int> progress, CancellationToken cancellationToken)
    {
        var (done, uploaded) = (0, 0);
        using (var text = new StreamReader(lines, Utf8, leaveOpen: true))
        {
            await foreach (var chunk in LinesAsync(text, cancellationToken).Chunk(LinesTogether).WithCancellation(cancellationToken))
            {
                var blobs = chunk.Select(line => JobFile.Text(JobFile.Parse(line, "the manifest")["document"] as JsonObject, "blob")).OfType<string>().Distinct(StringComparer.Ordinal);
                await Parallel.ForEachAsync(blobs, AtOnce(cancellationToken), async (blob, cancellation) =>
                {
                    if (await documents.PutAsync(blob, Find(folder, blob)!, cancellation))
                        Interlocked.Increment(ref uploaded);
                });
                progress(done += chunk.Length, uploaded);
            }
        }

        lines.Position = 0;
    }

    private static async IAsyncEnumerable<string> LinesAsync(StreamReader reader, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
            yield return line;
    }

    private static ParallelOptions AtOnce(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = UploadsAtOnce, CancellationToken = cancellationToken };

    /// <summary>
    /// What the contract refuses in JSON Lines becomes a recorded outcome, as in the bank's own manifests. A row of CSV is refused
    /// here: the manifest in storage has other lines than the file that its author can mend.
    /// </summary>
    private string? FaultOf(ManifestEntry entry)
    {
        try
        {
            return templates.Fault(reader.Read(BinaryData.FromString(entry.Text))) is { } fault ? entry.Explain(fault) : null;
        }
        catch (StatementFailedException fault)
        {
            return entry.Form is null ? null : entry.Explain(fault);
        }
    }

    private static async Task<ManifestEntry> FillInAsync(ManifestEntry entry, string batch, DirectoryInfo folder, CancellationToken cancellationToken)
    {
        if (entry.Fault is not null)
            return entry;

        try
        {
            var job = JobFile.Parse(entry.Text, "the job");
            if (job["document"] is not JsonObject document)
                return entry;

            if (JobFile.Text(document, "blob") is not { Length: > 0 } blob)
                throw CommandException.Usage($"has no document.blob: it names the PDF in {folder.FullName}.");

            var file = Find(folder, blob) ?? throw CommandException.Usage($"names {blob}, which is not in {folder.FullName}.");
            await DocumentUpload.FillInAsync(job, batch, file, cancellationToken);
            return entry with { Text = job.ToJsonString(SubmitReport.Json) };
        }
        catch (CommandException fault)
        {
            return entry with { Fault = $"{entry.Place} {fault.Message.TrimEnd('.')}" };
        }
    }

    private static FileInfo? Find(DirectoryInfo folder, string blob) =>
        new[] { Path.Combine(folder.FullName, blob), Path.Combine(folder.FullName, blob.Split('/')[^1]) }
            .Select(path => new FileInfo(path))
            .FirstOrDefault(file => file.Exists && file.FullName.StartsWith(Path.TrimEndingDirectorySeparator(folder.FullName) + Path.DirectorySeparatorChar, StringComparison.Ordinal));
}
