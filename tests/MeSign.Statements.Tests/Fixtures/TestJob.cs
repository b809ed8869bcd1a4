using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Tests.Pdf;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>A job as a bank sends it; the tests change single members.</summary>
internal sealed class TestJob
{
    private const string Batch = "2026-10";

    private TestJob(JsonObject body, byte[] document) => (Body, Document) = (body, document);

    public JsonObject Body { get; }

    /// <summary>What is under the job's blob name; not uploaded where empty.</summary>
    public byte[] Document { get; private init; }

    public string Json => Body.ToJsonString();

    public StatementKey Key => new(Body["batch"]!.GetValue<string>(), Body["id"]!.GetValue<string>());

    /// <summary>A good statement of one page to a recipient whose certificate has an RSA key.</summary>
    public static TestJob For(string recipient, string id = "job-1", string? encryption = null)
    {
        var document = PdfBuilder.OnePage().Table();
        var job = new JsonObject
        {
            ["version"] = 1,
            ["id"] = id,
            ["batch"] = Batch,
            ["issuer"] = RunningSandbox.IssuerId,
            ["kind"] = "statement",
            ["document"] = new JsonObject { ["blob"] = $"{id}.pdf", ["sha256"] = HashOf(document), ["name"] = "statement.pdf" },
            ["recipient"] = new JsonObject { ["email"] = recipient, ["locale"] = "en" },
            ["fields"] = new JsonObject { ["period"] = "October 2026", ["account"] = "CZ65" },
        };
        if (encryption is not null)
            job["encryption"] = encryption;
        return new TestJob(job, document);
    }

    public TestJob With(Action<JsonObject> change)
    {
        var body = Body.DeepClone().AsObject();
        change(body);
        return new TestJob(body, Document);
    }

    /// <summary>The same job about another document, with its right hash.</summary>
    public TestJob With(byte[] document) =>
        new(With(body => body["document"]!["sha256"] = HashOf(document)).Body, document);

    public TestJob ExpiringIn(TimeSpan time) =>
        With(body => body["expires"] = (TimeProvider.System.GetUtcNow() + time).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    /// <summary>Without the document's bytes in storage.</summary>
    public TestJob WithoutBlob() => new(Body, []);

    public async Task UploadAsync(BlobContainerClient documents)
    {
        if (Document.Length > 0 && Body["document"]?["blob"]?.GetValue<string>() is { } blob && !blob.Contains("..", StringComparison.Ordinal))
            await documents.GetBlobClient(blob).UploadAsync(BinaryData.FromBytes(Document), overwrite: true, TestContext.Current.CancellationToken);
    }

    public static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>A message of <c>statement-results</c> as a bank reads it: Base64 of JSON.</summary>
    public static StatementResult ReadResult(BinaryData body) =>
        JsonSerializer.Deserialize(Convert.FromBase64String(Encoding.ASCII.GetString(body)), DeliveryJson.Default.StatementResult)!;
}
