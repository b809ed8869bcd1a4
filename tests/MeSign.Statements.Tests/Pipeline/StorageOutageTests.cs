using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox.Azurite;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>Azurite killed and started again while a statement is at the relay.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class StorageOutageTests(SandboxFixture fixture) : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-outage-");
    private readonly List<AzuriteProcess> _processes = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _processes.Add(await AzuriteProcess.StartAsync(new AzuriteOptions { DataFolder = _folder.FullName }, Console.Error.WriteLine, Cancellation));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(true, StatementState.Relayed)]
    [InlineData(false, StatementState.Uncertain)]
    public async Task Killed_while_the_relay_has_the_message(bool backInTime, StatementState expected)
    {
        fixture.Sandbox.Sink.Behave();
        fixture.Sandbox.Timestamps.Behave();
        await using var run = await PipelineRun.StartAsync(fixture.Sandbox, _processes[0].Storage, [("MeSign:Relays:sandbox:Timeout", "00:04:00")]);
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

        var delivering = run.WorkAsync(StorageNames.Deliveries);
        try
        {
            await taken.Task.WaitAsync(BoundedWait.Limit, Cancellation);
            await BoundedWait.UntilAsync(IsWritten);
            await _processes[0].KillAsync();
            if (backInTime)
                _processes.Add(await _processes[0].RestartAsync(Cancellation));
        }
        finally
        {
            answer.Set();
            fixture.Sandbox.Sink.Watch = null;
        }

        if (backInTime)
        {
            await delivering;
        }
        else
        {
            await Should.ThrowAsync<Exception>(delivering);
            _processes.Add(await _processes[0].RestartAsync(Cancellation));
        }

        // What a host has not deleted comes back to it.
        await run.Queue(StorageNames.Deliveries).ClearMessagesAsync(Cancellation);
        await run.Queue(StorageNames.Deliveries).SendMessageAsync($$"""{"batch":"{{job.Key.Batch}}","job":"{{job.Key.Job}}"}""", Cancellation);
        run.Time.Advance(TimeSpan.FromMinutes(10));
        await run.WorkAsync(StorageNames.Deliveries);

        (await run.RowAsync(job)).State.ShouldBe(expected);
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(expected);
        run.Mail.ShouldHaveSingleItem();
        run.Stamps.ShouldBe(2);
        await run.ShouldHaveQueuedAsync();
    }

    /// <summary>Azurite writes tables and queues to disk every few seconds: what is not there when it is killed did not happen.</summary>
    private bool IsWritten()
    {
        var queues = Written("queue");
        return Written("table").Contains("\"State\":\"Submitting\"", StringComparison.Ordinal)
            && queues.Contains($"\"queueName\":\"{StorageNames.Deliveries}\"", StringComparison.Ordinal)
            && !queues.Contains($"\"queueName\":\"{StorageNames.Jobs}\"", StringComparison.Ordinal);
    }

    private string Written(string service)
    {
        var file = Path.Combine(_folder.FullName, $"__azurite_db_{service}__.json");
        return File.Exists(file) ? File.ReadAllText(file) : "";
    }
}
