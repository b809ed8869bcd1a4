using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using MeSign.Statements.Sandbox.Samples;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>
/// The bank's side, done as a bank does it: Azure's own client and the published contract, nothing of the product's code.
/// </summary>
internal sealed class DemoBank(DemoPlan plan, DemoFolder folder, StatementDrawer drawer, string connectionString)
{
    private readonly BlobContainerClient _documents = new BlobServiceClient(connectionString).GetBlobContainerClient(StorageNames.Documents);
    private readonly QueueClient _jobs = new QueueServiceClient(connectionString).GetQueueClient(StorageNames.Jobs);
    private int _dropped;

    /// <summary>Jobs that are on the queue by now.</summary>
    public int Dropped => Volatile.Read(ref _dropped);

    /// <summary>Draws, uploads and drops every job, several side by side.</summary>
    public Task DropAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        plan.Jobs,
        new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
        async (job, cancellation) => await DropAsync(job, cancellation));

    private async Task DropAsync(DemoJob job, CancellationToken cancellationToken)
    {
        var statement = SampleStatement.Make(job.Recipient, plan.Month, job.Seed);
        var document = job.Case == DemoCase.NotPdf
            ? Encoding.UTF8.GetBytes("This is a text file that somebody named .pdf.\n")
            : drawer.Draw(statement);
        await File.WriteAllBytesAsync(Path.Combine(folder.Originals, job.Id + ".pdf"), document, cancellationToken);

        var blob = $"{plan.Batch}/{job.Id}.pdf";
        await _documents.GetBlobClient(blob).UploadAsync(BinaryData.FromBytes(document), cancellationToken);

        var json = JsonSerializer.SerializeToUtf8Bytes(Describe(job, statement, blob, document));
        if (job.Case == DemoCase.Malformed)
            json = json[..(json.Length / 2)];
        await _jobs.SendMessageAsync(Convert.ToBase64String(json), timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: cancellationToken);
        Interlocked.Increment(ref _dropped);
    }

    private JsonObject Describe(DemoJob job, SampleStatement statement, string blob, byte[] document)
    {
        var words = job.Recipient.Language;
        var period = statement.From.ToString("MMMM yyyy", CultureInfo.GetCultureInfo(words.Tag));
        return new JsonObject
        {
            ["version"] = 1,
            ["id"] = job.Id,
            ["batch"] = plan.Batch,
            ["issuer"] = RunningSandbox.IssuerId,
            ["kind"] = "statement",
            ["document"] = new JsonObject
            {
                ["blob"] = blob,
                ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(document)),
                ["name"] = $"{words.Title} {period}.pdf",
            },
            ["recipient"] = new JsonObject
            {
                ["email"] = job.Recipient.Email,
                ["name"] = job.Recipient.Name,
                ["locale"] = words.Tag,
            },
            ["template"] = "statement",
            ["fields"] = new JsonObject
            {
                ["period"] = period,
                ["account"] = "…" + statement.Iban[^4..],
                ["balance"] = $"{words.Format(statement.Closing)} {statement.Currency}",
            },
            ["encryption"] = job.Encryption,
        };
    }
}
