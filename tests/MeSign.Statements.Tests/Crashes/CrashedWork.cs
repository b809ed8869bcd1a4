using System.Text.Json.Nodes;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>What a schedule is about: its job or manifest, as the bank sends it.</summary>
/// <param name="Number">Its place in the crowd, by which its statements are called.</param>
internal sealed record CrashedWork(CrashSchedule Schedule, int Number, CrashPlan Plan)
{
    /// <summary>The batch of all single jobs of a crowd: their workers meet in its lanes.</summary>
    public const string SharedBatch = "crowd";

    private string Name => $"s{Number}";

    public string Batch => Schedule.Work == CrashWork.Batch ? Name : SharedBatch;

    public bool Owns(StatementKey key) => key.Batch == Batch && (Schedule.Work == CrashWork.Batch || key.Job == Name);

    public async Task SendAsync(CrashStorage storage, CancellationToken cancellationToken)
    {
        switch (Schedule.Work)
        {
            case CrashWork.Batch:
                await storage.UploadAsync($"{Name}.jsonl", BinaryData.FromString(string.Join('\n', Message("one"), "{ not JSON", Message("two"))), cancellationToken);
                await storage.SendAsync(StorageNames.Batches, $$"""{"version":1,"batch":"{{Name}}","manifest":"{{Name}}.jsonl"}""", cancellationToken);
                break;
            case CrashWork.Statement:
                var job = TestJob.For(SandboxFixture.Ec, Name).With(body => body["batch"] = Batch);
                await storage.UploadAsync($"{Name}.pdf", BinaryData.FromBytes(job.Document), cancellationToken);
                await storage.SendAsync(StorageNames.Jobs, job.Json, cancellationToken);
                break;
            default:
                await storage.SendAsync(StorageNames.Jobs, Message(Name), cancellationToken);
                break;
        }
    }

    private string Message(string id) => TestJob.For(SandboxFixture.Ec, id).With(body =>
    {
        body["batch"] = Batch;
        body["kind"] = "message";
        body["fields"] = new JsonObject { ["subject"] = "Hello", ["body"] = "Hello" };
        body.Remove("document");
    }).Json;
}
