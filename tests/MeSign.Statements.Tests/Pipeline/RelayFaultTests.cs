using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Delivery;
using MeSign.Statements.Tests.Fixtures;
using MeSign.Statements.Tests.Pdf;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>What a relay does instead of answering, by the second table of docs/replies.md, and what it says to everyone.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class RelayFaultTests(SandboxFixture fixture)
{
    private static readonly Dictionary<string, SmtpStage> Stages = new(StringComparer.Ordinal)
    {
        ["connection"] = SmtpStage.Connect,
        ["EHLO"] = SmtpStage.Hello,
        ["STARTTLS"] = SmtpStage.StartTls,
        ["MAIL FROM"] = SmtpStage.Mail,
        ["RCPT TO"] = SmtpStage.Recipient,
        ["DATA"] = SmtpStage.Data,
        ["content"] = SmtpStage.Content,
        ["final dot"] = SmtpStage.FinalDot,
    };

    public static TheoryData<string, string, string> Documented => [.. RepliesPage.Rows("No answer").Select(row => (row[0], row[1], row[2]))];

    [Theory]
    [MemberData(nameof(Documented))]
    public async Task Becomes_what_the_page_says_and_is_sent_once(string fault, string at, string becomes)
    {
        await using var run = await fixture.StartAsync();
        // So long that not all of it is in the sockets' buffers, final dot included, before the relay does it.
        var job = TestJob.For(SandboxFixture.Ec);
        job = await SealedAsync(run, Stages[at] == SmtpStage.Content ? job.With(PdfBuilder.OnePage().Stream(4, "", new string('x', 12_000_000)).Table()) : job);
        fixture.Sandbox.Sink.Misbehave(Fault(fault, Stages[at]));

        await run.WorkAsync(StorageNames.Deliveries);

        var row = await run.RowAsync(job);
        (row.State.ToString(), row.Attempts, row.RelayReply, row.Code).ShouldBe((becomes, 1, null, null));
        row.Detail!.ShouldStartWith("relay sandbox");
        row.Detail!.ShouldNotContain("@");
        fixture.Sandbox.Sink.Behave();
        if (row.State == StatementState.Deferred)
        {
            (await run.ResultsAsync()).ShouldBeEmpty();
            run.Mail.ShouldBeEmpty();
            await run.ShouldHaveQueuedAsync(deliveries: 1);
            await run.WorkAsync(StorageNames.Deliveries);
            (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
            run.Mail.ShouldHaveSingleItem();
        }
        else
        {
            run.Mail.Count.ShouldBe(fault.Contains("not kept", StringComparison.Ordinal) ? 0 : 1);
        }

        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe((await run.RowAsync(job)).State);
        run.Stamps.ShouldBe(2);
        await run.ShouldHaveQueuedAsync();
    }

    [Theory]
    [InlineData("MAIL FROM")]
    [InlineData("final dot")]
    public async Task A_relay_whose_disk_is_full_gets_it_when_there_is_room(string at)
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run, TestJob.For(SandboxFixture.Ec));
        fixture.Sandbox.Sink.Misbehave(Misbehaviour.Reply(Stages[at], "452 4.3.1 insufficient system storage").Times(3));

        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await run.WorkAsync(StorageNames.Deliveries);

            var full = await run.RowAsync(job);
            (full.State, full.RelayReply, full.Attempts).ShouldBe((StatementState.Deferred, "452 4.3.1", attempt));
            run.Mail.ShouldBeEmpty();
            await run.ShouldHaveQueuedAsync(deliveries: 1);
        }

        await run.WorkAsync(StorageNames.Deliveries);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Relayed);
        run.Mail.ShouldHaveSingleItem();
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task A_storm_of_421_is_not_answered_with_a_storm_of_connections()
    {
        const int Count = 6;
        await using var run = await fixture.StartAsync(
            ("MeSign:Relays:sandbox:FailuresToBreak", "2"), ("MeSign:Relays:sandbox:BreakFor", "01:00:00"), ("MeSign:Delivery:FirstDelay", "01:00:00"));
        var jobs = new List<TestJob>();
        for (var number = 1; number <= Count; number++)
            jobs.Add(await SealedAsync(run, TestJob.For(SandboxFixture.Ec, $"job-{number}")));
        var connections = fixture.Sandbox.Sink.Connections;
        fixture.Sandbox.Sink.Misbehave(Misbehaviour.Reply(SmtpStage.Connect, "421 4.7.0 too many connections"));

        for (var number = 0; number < Count; number++)
            await run.WorkAsync(StorageNames.Deliveries);

        (fixture.Sandbox.Sink.Connections - connections).ShouldBe(2, "then the relay is left alone");
        foreach (var job in jobs)
            (await run.RowAsync(job)).State.ShouldBe(StatementState.Deferred);
        (await run.ResultsAsync()).ShouldBeEmpty();
        await run.ShouldHaveQueuedAsync(deliveries: Count);

        fixture.Sandbox.Sink.Behave();
        // The orders as the queue shows them when the time is over.
        run.Time.Advance(TimeSpan.FromHours(2));
        await run.Queue(StorageNames.Deliveries).ClearMessagesAsync(TestContext.Current.CancellationToken);
        foreach (var job in jobs)
        {
            await run.Part<StatementQueues>().SendDeliveryAsync(new DeliveryOrder(job.Key.Batch, job.Key.Job), delay: null, TestContext.Current.CancellationToken);
            await run.WorkAsync(StorageNames.Deliveries);
        }

        foreach (var job in jobs)
            (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        run.Mail.Count.ShouldBe(Count);
        (await run.ResultsAsync()).Select(result => result.Job).ShouldBe(jobs.Select(job => job.Key.Job), ignoreOrder: true);
        await run.ShouldHaveQueuedAsync();
    }

    private static Misbehaviour Fault(string name, SmtpStage stage) => name switch
    {
        "connection lost" => Misbehaviour.Drop(stage),
        "connection lost, message kept" => Misbehaviour.DropAfterFinalDot(keepMessage: true),
        "connection lost, message not kept" => Misbehaviour.DropAfterFinalDot(keepMessage: false),
        "silence" => Misbehaviour.Stall(stage),
        "no TLS after its yes" => Misbehaviour.BreakTls(),
        _ => throw new ArgumentException($"docs/replies.md has a fault \"{name}\" that no test makes", nameof(name)),
    };

    private static async Task<TestJob> SealedAsync(PipelineRun run, TestJob job)
    {
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Sealed);
        return job;
    }
}
