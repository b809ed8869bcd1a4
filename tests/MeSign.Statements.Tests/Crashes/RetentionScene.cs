using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>What is too old for its issuer goes by two sweeps at once, while an operator retries and sends again; nothing goes that somebody may still send.</summary>
internal sealed class RetentionScene : CrashScene
{
    /// <summary>Documents after so long, messages after twice, rows after three times.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(1000);

    private const string Shared = "shared.pdf";

    public override int Actors => 3;

    public override async Task PrepareAsync(CrashStorage storage)
    {
        await storage.AddAsync("oldest", "jana@example.test", StatementState.Relayed);
        await storage.AddAsync("undecided", "jana@example.test", StatementState.Uncertain);
        storage.Time.Advance(Age);
        await storage.AddAsync("older", "jana@example.test", StatementState.Relayed);
        storage.Time.Advance(Age);
        await storage.AddAsync("old", "jana@example.test", StatementState.Relayed, Shared);
        await storage.AddAsync("abandoned", "jana@example.test", StatementState.Abandoned);
        storage.Time.Advance(Age + TimeSpan.FromDays(1));
        await storage.AddAsync("received", "jana@example.test", StatementState.Received, Shared);
        await storage.UploadAsync("nobodys.pdf", BinaryData.FromString("a document that no job names"), Cancellation);
    }

    public override Task<Exception?> ActAsync(CrashProcess process, int actor, CrashPlan plan) => actor == 2
        ? process.TryAsync<StatementLedger, Decisions>(plan, async (ledger, decisions) =>
        {
            if (await ledger.FindAsync(new StatementKey(StatementsAtRest.Batch, "abandoned"), Cancellation) is { State: StatementState.Abandoned } abandoned)
                await decisions.RetryAsync(abandoned, "an operator", Cancellation);
            if (await ledger.FindAsync(new StatementKey(StatementsAtRest.Batch, "undecided"), Cancellation) is { State: StatementState.Uncertain } uncertain)
                await decisions.ResendAsync(uncertain, "an operator", Cancellation);
        })
        : process.TrySweepAsync(plan, Cancellation);

    public override async Task<IEnumerable<string>> FindFaultsAsync(CrashStorage storage)
    {
        var faults = new List<string>();
        var rows = await storage.Ledger.ByBatchAsync(StatementsAtRest.Batch, Cancellation).ToDictionaryAsync(row => row.Job, StringComparer.Ordinal, cancellationToken: Cancellation);
        var documents = await storage.BlobsAsync(StorageNames.Documents, Cancellation);
        var messages = await storage.BlobsAsync(StorageNames.Sealed, Cancellation);
        foreach (var (job, row) in rows)
        {
            var (lives, document) = (!row.State.IsEnd(), job is "old" or "received" ? Shared : $"{job}.pdf");
            // Whether a finished message's document goes with its age or with its row is a matter of who was first.
            Require(documents.ContainsKey(document) == (lives || document == Shared) || (lives && row.HasMessage), $"the document of {job}, which is {row.State}");
            Require(messages.ContainsKey($"{StatementsAtRest.Batch}/{job}.eml") == ((lives && row.HasMessage) || job == "old"), $"the message of {job}, which is {row.State}");
            Require(row.RecipientHash is null == (job is "oldest" or "undecided" && !lives), $"whom {job} is for, which is {row.State}");
            Require(row.RecipientHash is not null || !(await storage.PlacesOfAsync([$"{StatementsAtRest.Batch}|{job}"], Cancellation)).Any(), $"{job} is erased and still in an index");
        }

        Require(!documents.ContainsKey("nobodys.pdf"), "a document that no job names is still there");
        var audit = await storage.Audit.RunAsync(StatementsAtRest.Batch, Cancellation);
        Require(audit.IsIntact, $"the audit found {string.Join("; ", audit.Faults)}");
        return faults;

        void Require(bool holds, string otherwise)
        {
            if (!holds)
                faults.Add(otherwise);
        }
    }
}
