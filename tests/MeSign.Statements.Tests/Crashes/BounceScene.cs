using System.Text;
using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Delivery.Bounces;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>Reports that came back, in the container: each has its effect once, and none is lost, whoever dies while reading them.</summary>
internal class BounceScene : CrashScene
{
    private const string Letter = "From: jana@example.test\r\nSubject: a question\r\n\r\nWhere is it?\r\n";

    private static readonly (string Job, string Report, StatementState End)[] Reports =
    [
        ("bounced", ReportOf("bounced", BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown")), StatementState.Bounced),
        ("complained", ReportOf("complained", BounceSamples.Complaint), StatementState.Relayed),
        ("delivered", ReportOf("delivered", BounceSamples.Notification("delivered", "2.0.0", "smtp; 250 Ok")), StatementState.Delivered),
    ];

    public override async Task PrepareAsync(CrashStorage storage)
    {
        foreach (var (job, _, _) in Reports)
            await storage.AddAsync(job, $"{job}@example.test", StatementState.Relayed);
        foreach (var (name, message) in Reports.Select(report => (report.Job, report.Report)).Append(("letter", Letter)))
            await DropAsync(storage, name, message);
    }

    public override Task<Exception?> ActAsync(CrashProcess process, int actor, CrashPlan plan) =>
        process.TryAsync<StatementPipeline>(plan, pipeline => pipeline.CollectBouncesAsync(Cancellation));

    public override async Task<IEnumerable<string>> FindFaultsAsync(CrashStorage storage)
    {
        var faults = new List<string>();
        var (told, _) = await storage.ToldAsync(Cancellation);
        foreach (var (job, _, end) in Reports)
        {
            var row = (await storage.Ledger.FindAsync(new StatementKey(StatementsAtRest.Batch, job), Cancellation))!;
            Require(row.State == end && row.Reported, $"{job} is {row.State}, reported {row.Reported}");
            // One entry for how it was relayed, and one for what came back.
            Require(row.History.Count(entry => entry.State.IsEnd()) == 2, $"{job} has {string.Join(", ", row.History.Select(entry => entry.State))} on record");
            Require(end == StatementState.Relayed ? row.Complaint == "abuse" : told.Any(result => result.Job == job && result.State == end), $"{job}: its report is not on record, or the bank does not know");
            var cause = (await storage.Suppressions.FindAsync(row.RecipientHash, Cancellation))?.Cause;
            Require(cause == (end == StatementState.Bounced ? SuppressionCause.HardBounce : end == StatementState.Relayed ? SuppressionCause.Complaint : null), $"{job}'s recipient is suppressed as {cause}");
        }

        Require(await LeftAsync(storage) == 0, "a message was left where it came to");
        var aside = await AsideAsync(storage);
        Require(aside.Count > 0 && aside.All(message => message.Contains("Where is it?", StringComparison.Ordinal)), $"{aside.Count} messages are aside, or others than the letter");
        var audit = await storage.Audit.RunAsync(StatementsAtRest.Batch, Cancellation);
        Require(audit.IsIntact, $"the audit found {string.Join("; ", audit.Faults)}");
        return faults;

        void Require(bool holds, string otherwise)
        {
            if (!holds)
                faults.Add(otherwise);
        }
    }

    protected virtual Task DropAsync(CrashStorage storage, string name, string message) =>
        storage.UploadAsync(StorageNames.Bounces, $"{name}.eml", BinaryData.FromBytes(Encoding.UTF8.GetBytes(message)), Cancellation);

    protected virtual async Task<int> LeftAsync(CrashStorage storage) => (await storage.BlobsAsync(StorageNames.Bounces, Cancellation)).Count;

    protected virtual async Task<IReadOnlyCollection<string>> AsideAsync(CrashStorage storage) =>
        [.. (await storage.BlobsAsync(StorageNames.BouncesAside, Cancellation)).Values.Select(content => content.ToString())];

    private static string ReportOf(string job, string sample) => sample
        .Replace(BounceSamples.MessageId, StatementsAtRest.MessageIdOf(job), StringComparison.Ordinal)
        .Replace("jana@example.test", $"{job}@example.test", StringComparison.Ordinal);
}
