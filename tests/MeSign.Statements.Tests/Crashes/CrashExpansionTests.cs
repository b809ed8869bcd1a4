using System.Collections.Concurrent;
using MeSign.Statements.Intake;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>Manifests of many lines, expanded by workers that die again and again.</summary>
[Collection(CrashFixture.Collection)]
public sealed class CrashExpansionTests(CrashFixture fixture, ITestOutputHelper output)
{
    private const int Lines = 60;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task An_expansion_killed_at_seeded_lines_loses_no_job_and_repeats_none(int seed)
    {
        var storage = await fixture.NewStorageAsync(Cancellation);
        await storage.UploadAsync("lines.jsonl", BinaryData.FromString(string.Join('\n', Enumerable.Range(0, Lines).Select(number => TestJob.For(SandboxFixture.Ec, $"job-{number}").With(body => body.Remove("batch")).Json))), Cancellation);
        await storage.SendAsync(StorageNames.Batches, """{"version":1,"batch":"lines","manifest":"lines.jsonl"}""", Cancellation);
#pragma warning disable CA5394 // The same seed must make the same deaths.
        var random = new Random(seed);
        var plan = new CrashPlan([.. Enumerable.Range(0, 40).Select(_ => random.Next(1, 40))], loses: false, relay: null, new ConcurrentDictionary<string, int>(StringComparer.Ordinal));
#pragma warning restore CA5394
        using var logs = new CapturedLogs();

        await fixture.WithLaneAsync(async slots =>
        {
            for (var turn = 0; await storage.ReceiveAsync(StorageNames.Batches, Cancellation) is { Length: > 0 } orders; turn++)
            {
                foreach (var order in orders)
                {
                    var worker = await slots[turn % slots.Count].LivingAsync(storage, logs, Misdeed.None);
                    if (await worker.TryWorkAsync(StorageNames.Batches, order, plan, Cancellation) is not null)
                        await storage.ReleaseAsync(StorageNames.Batches, order, Cancellation);
                }
            }

            return plan.Deaths;
        });

        var rows = await storage.Ledger.ByBatchAsync("lines", Cancellation).ToListAsync(Cancellation);
        rows.Select(row => row.Job).ShouldBe(Enumerable.Range(0, Lines).Select(number => $"job-{number}"), ignoreOrder: true);
        (await storage.Batches.TotalsAsync("lines", Cancellation)).Received.ShouldBe(Lines);
        var record = (await storage.Batches.FindAsync("lines", Cancellation)).ShouldNotBeNull();
        (record.IsExpanded, record.Parts.Values.Single().Lines).ShouldBe((true, Lines));
        var jobs = new List<string>();
        while (await storage.ReceiveAsync(StorageNames.Jobs, Cancellation) is { Length: > 0 } messages)
            jobs.AddRange(messages.Select(message => JobIdentity.Find(message.Body, message.MessageId).Job));
        jobs.Distinct(StringComparer.Ordinal).Count().ShouldBe(Lines, "each job is on the queue; one that is there twice is one statement, as its row says");
        plan.Deaths.ShouldBeGreaterThan(10);
        output.WriteLine($"{plan.Deaths} deaths in an expansion of {Lines} lines");
    }
}
