using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>A statement that some worker is submitting belongs to it until its lease is over, and is uncertain after that.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class SubmittingTests(SandboxFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Waits_while_another_worker_has_the_lease()
    {
        await using var run = await fixture.StartAsync();
        var row = await SubmittingAsync(run, TimeSpan.FromMinutes(5));

        await run.WorkAsync(StorageNames.Deliveries);

        (await run.Ledger.FindAsync(row.Key, Cancellation))!.State.ShouldBe(StatementState.Submitting);
        (await run.Queue(StorageNames.Deliveries).PeekMessageAsync(Cancellation)).Value.ShouldBeNull();
        await run.ShouldHaveQueuedAsync(deliveries: 1);
        (await run.ResultsAsync()).ShouldBeEmpty();
        run.Mail.ShouldBeEmpty();
    }

    [Fact]
    public async Task Is_uncertain_when_the_lease_is_over()
    {
        await using var run = await fixture.StartAsync();
        var row = await SubmittingAsync(run, TimeSpan.FromMinutes(5));

        run.Time.Advance(TimeSpan.FromMinutes(5) + run.Part<Microsoft.Extensions.Options.IOptions<DeliveryOptions>>().Value.ClockSkew);
        await run.WorkAsync(StorageNames.Deliveries);

        var ended = await run.Ledger.FindAsync(row.Key, Cancellation);
        (ended!.State, ended.Reported, ended.LeaseUntil).ShouldBe((StatementState.Uncertain, true, null));
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Uncertain);
        await run.ShouldHaveQueuedAsync();
        run.Mail.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_workers_with_one_order_send_one_mail()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        fixture.Sandbox.Sink.Misbehave(Misbehaviour.Stall(SmtpStage.Mail, TimeSpan.FromMilliseconds(300)));
        var order = (await run.Queue(StorageNames.Deliveries).ReceiveMessageAsync(cancellationToken: Cancellation)).Value;
        var message = new QueuedMessage(order.MessageId, order.Body, 1);

        var workers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OutcomeAsync(run.Pipeline.DeliverAsync(message, Cancellation))));

        // Whoever lost was told so by the ledger, or found the lease and put the order off.
        workers.OfType<Exception>().ShouldAllBe(lost => lost is LedgerConflictException);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        (await run.RowAsync(job)).Attempts.ShouldBe(1);
        run.Mail.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_records_what_the_relay_answered()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        var taken = new TaskCompletionSource();
        using var answer = new ManualResetEventSlim();
        fixture.Sandbox.Sink.Watch = stage =>
        {
            if (stage == SmtpStage.FinalDot)
            {
                taken.TrySetResult();
                answer.Wait(Cancellation);
            }

            return null;
        };
        var order = (await run.Queue(StorageNames.Deliveries).ReceiveMessageAsync(cancellationToken: Cancellation)).Value;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var delivering = run.Pipeline.DeliverAsync(new QueuedMessage(order.MessageId, order.Body, 1), stop.Token);
        try
        {
            await Task.WhenAny(taken.Task, delivering).WaitAsync(BoundedWait.Limit, Cancellation);
            (await run.RowAsync(job)).State.ShouldBe(StatementState.Submitting);
            await stop.CancelAsync();
        }
        finally
        {
            answer.Set();
            fixture.Sandbox.Sink.Watch = null;
        }

        await delivering;
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        run.Mail.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_as_it_begins_leaves_nothing_uncertain()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        var order = (await run.Queue(StorageNames.Deliveries).ReceiveMessageAsync(cancellationToken: Cancellation)).Value;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        run.OnTableWrite = stop.Cancel;
        await run.Pipeline.DeliverAsync(new QueuedMessage(order.MessageId, order.Body, 1), stop.Token);

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Deferred);
        run.Mail.ShouldBeEmpty();
        run.OnTableWrite = null;
        await run.WorkAsync(StorageNames.Deliveries);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        run.Mail.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_worker_that_stood_still_beyond_its_lease_sends_nothing()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        var order = (await run.Queue(StorageNames.Deliveries).ReceiveMessageAsync(cancellationToken: Cancellation)).Value;

        run.OnTableWrite = () => run.Time.Advance(TimeSpan.FromMinutes(10));
        await Should.ThrowAsync<LedgerConflictException>(() => run.Pipeline.DeliverAsync(new QueuedMessage(order.MessageId, order.Body, 1), Cancellation));
        run.OnTableWrite = null;

        await run.Pipeline.DeliverAsync(new QueuedMessage(order.MessageId, order.Body, 2), Cancellation);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Uncertain);
        run.Mail.ShouldBeEmpty();
    }

    /// <summary>A sealed statement, its order on the queue, and a worker that took it and never came back.</summary>
    private static async Task<LedgerRow> SubmittingAsync(PipelineRun run, TimeSpan lease)
    {
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        return await run.Ledger.MoveAsync(await run.RowAsync(job) with { LeaseUntil = run.Time.GetUtcNow() + lease }, StatementState.Submitting, Cancellation);
    }

    private static async Task<Exception?> OutcomeAsync(Task work)
    {
        await work.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return work.Exception?.InnerException;
    }
}
