using System.Text;
using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>A person who is erased by two clerks while an operator sends one of their statements again.</summary>
internal sealed class ErasureScene : CrashScene
{
    private const string Erased = "jana@example.test";
    private const string Other = "petr@example.test";
    private const string RefusedDocument = "refused.pdf";

    private string _hash = "";

    public override int Actors => 3;

    public override async Task PrepareAsync(CrashStorage storage)
    {
        var relayed = await storage.AddAsync("relayed", Erased, StatementState.Relayed);
        await storage.AddAsync("abandoned", Erased, StatementState.Abandoned);
        await storage.AddAsync("uncertain", Erased, StatementState.Uncertain);
        await storage.AddAsync("waiting", Erased, StatementState.Sealed);
        var taken = await storage.AddAsync("taken", Other, StatementState.Relayed);
        await storage.Ledger.ReceiveAsync(
            new StatementReceipt { Key = taken.Key, Issuer = taken.Issuer!, Kind = taken.Kind!.Value, RecipientAddress = Erased, JobSha256 = relayed.JobSha256, DocumentBlob = RefusedDocument }, Cancellation);
        _hash = relayed.RecipientHash!;
        var now = storage.Time.GetUtcNow();
        await storage.Suppressions.AddAsync(new Suppression(_hash, SuppressionCause.HardBounce, "InvalidRecipient 5.1.1", relayed.Key.ToString(), now, now.AddDays(180)), Cancellation);
    }

    public override Task<Exception?> ActAsync(CrashProcess process, int actor, CrashPlan plan) => actor == 2
        ? process.TryAsync<StatementLedger, Decisions>(plan, async (ledger, decisions) =>
        {
            if (await ledger.FindAsync(new StatementKey(StatementsAtRest.Batch, "uncertain"), Cancellation) is { State: StatementState.Uncertain } row)
                await decisions.ResendAsync(row, "an operator", Cancellation);
        })
        : process.TryAsync<Erasure>(plan, erasure => erasure.EraseAsync(Erased, "a clerk", Cancellation));

    public override async Task<IEnumerable<string>> FindFaultsAsync(CrashStorage storage)
    {
        var faults = new List<string>();
        var rows = await storage.Ledger.ByBatchAsync(StatementsAtRest.Batch, Cancellation).ToDictionaryAsync(row => row.Job, StringComparer.Ordinal, cancellationToken: Cancellation);
        var alive = rows.Values.Where(row => !row.State.IsEnd()).Select(row => row.Job).Append("taken").ToList();
        var documents = await storage.BlobsAsync(StorageNames.Documents, Cancellation);
        var messages = await storage.BlobsAsync(StorageNames.Sealed, Cancellation);
        foreach (var job in rows.Keys)
        {
            Require(documents.ContainsKey($"{job}.pdf") == alive.Contains(job), $"the document of {job}, which is {rows[job].State}");
            Require(messages.ContainsKey($"{StatementsAtRest.Batch}/{job}.eml") == alive.Contains(job), $"the message of {job}, which is {rows[job].State}");
            Require(rows[job].RecipientHash is not null == alive.Contains(job), $"whom {job} is for, which is {rows[job].State}");
        }

        // Wherever it is looked: only what is on the way, and that they are written to no more.
        foreach (var place in await storage.PlacesOfAsync([_hash, Erased], Cancellation))
            Require(alive.Exists(job => place.Contains($"{StatementsAtRest.Batch}/{job}", StringComparison.Ordinal) || place.Contains($"{StatementsAtRest.Batch}|{job}", StringComparison.Ordinal)) && !place.Contains("taken", StringComparison.Ordinal)
                || place == $"suppressions/{_hash}/entry", $"the person is still in {place}");
        foreach (var place in await storage.PlacesOfAsync([TestJob.HashOf(Encoding.UTF8.GetBytes(RefusedDocument))], Cancellation))
            faults.Add($"the document of a job that was refused for a taken id is still claimed in {place}");
        Require((await storage.Suppressions.FindAsync(_hash, Cancellation)) is { Statement: null }, "the suppression is lost, or names what came back");
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
