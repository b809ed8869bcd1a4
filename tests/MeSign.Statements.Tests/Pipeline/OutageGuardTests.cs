using Azure;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>While blobs or tables do not answer, what is on the queues waits, however long it takes; nothing is given up on.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class OutageGuardTests(SandboxFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_whose_tries_run_out_while_tables_are_away_waits_and_is_sent_when_they_are_back()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        var message = (await run.Queue(StorageNames.Jobs).ReceiveMessageAsync(TimeSpan.FromMinutes(5), Cancellation)).Value;

        run.BeforeTableWrite = () => throw new RequestFailedException(503, "busy");
        foreach (var attempt in new[] { 1, 2 })
            await Should.ThrowAsync<RequestFailedException>(() => run.Pipeline.SealAsync(new QueuedMessage(message.MessageId, message.Body, attempt), Cancellation));
        await run.Pipeline.SealAsync(new QueuedMessage(message.MessageId, message.Body, 3), Cancellation);
        await run.Queue(StorageNames.Jobs).DeleteMessageAsync(message.MessageId, message.PopReceipt, Cancellation);
        run.BeforeTableWrite = null;

        await run.ShouldHaveQueuedAsync(jobs: 1);
        (await run.Queue(StorageNames.Jobs).PeekMessagesAsync(32, Cancellation)).Value.ShouldBeEmpty("it comes back in some minutes");
        (await run.ResultsAsync()).ShouldBeEmpty();
        run.Logs.Lines.ShouldContain(line => line.Text.StartsWith("statement-jobs: storage does not answer (RequestFailedException)"));
        await run.Pipeline.SealAsync(new QueuedMessage("anew", message.Body, 1), Cancellation);
        await run.WorkAsync(StorageNames.Deliveries);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        run.Mail.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_storage_refuses_about_one_job_is_left_to_the_host_which_gives_up_in_the_end()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);

        run.BeforeTableWrite = () => throw new RequestFailedException(413, "too large");
        await Should.ThrowAsync<RequestFailedException>(() => run.Pipeline.SealAsync(new QueuedMessage("one", BinaryData.FromString(job.Json), 5), Cancellation));

        await run.ShouldHaveQueuedAsync();
    }
}
