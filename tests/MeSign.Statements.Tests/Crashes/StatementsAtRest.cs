using System.Security.Cryptography;
using System.Text;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>Statements of the batch <c>scene</c> as they stand in storage after the pipeline's work, made without it.</summary>
internal static class StatementsAtRest
{
    public const string Batch = "scene";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <returns>The Message-ID that a statement of <see cref="AddAsync"/> has, without angle brackets.</returns>
    public static string MessageIdOf(string job) => $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(job)).AsSpan(..16))}@bank.example";

    /// <summary>A statement with a document and, where it came so far, a finished message; the bank was told of its end.</summary>
    /// <param name="state">Received, Sealed, Relayed, Uncertain, or Abandoned before it was sealed, with its job kept.</param>
    /// <param name="document">Its blob; one of its own where absent.</param>
    public static async Task<LedgerRow> AddAsync(this CrashStorage storage, string job, string recipient, StatementState state, string? document = null)
    {
        var json = TestJob.For(recipient, job).With(body => body["batch"] = Batch).Json;
        var blob = document ?? $"{job}.pdf";
        await storage.UploadAsync(blob, BinaryData.FromString($"the document of {job}"), Cancellation);
        var row = (await storage.Ledger.ReceiveAsync(
            new StatementReceipt
            {
                Key = new StatementKey(Batch, job),
                Issuer = RunningSandbox.IssuerId,
                Kind = JobKind.Statement,
                RecipientAddress = recipient,
                JobSha256 = TestJob.HashOf(Encoding.UTF8.GetBytes(json)),
                DocumentBlob = blob,
                Expires = new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero),
            },
            Cancellation)).Row;
        StatementState[] way = state switch
        {
            StatementState.Received => [],
            StatementState.Sealed or StatementState.Abandoned => [state],
            _ => [StatementState.Sealed, StatementState.Submitting, state],
        };
        if (state == StatementState.Abandoned)
            await storage.UploadAsync(StorageNames.Held, $"{Batch}/{job}.json", BinaryData.FromString(json), Cancellation);
        else if (way.Length > 0)
            await storage.UploadAsync(StorageNames.Sealed, $"{Batch}/{job}.eml", BinaryData.FromString($"To: {recipient}"), Cancellation);
        foreach (var next in way)
        {
            row = await storage.Ledger.MoveAsync(
                row with { MessageId = state == StatementState.Abandoned ? null : MessageIdOf(job), LeaseUntil = storage.Time.GetUtcNow() }, next, Cancellation);
        }

        return await storage.Ledger.AmendAsync(row with { Reported = row.State.IsEnd() }, Cancellation);
    }
}
