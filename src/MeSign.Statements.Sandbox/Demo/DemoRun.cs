using MeSign.Statements.Cli.Runner;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>The whole way in one process: sandbox, product and bank; then everything that arrived is opened and judged.</summary>
internal sealed class DemoRun(DemoOptions options, DemoReport report, DemoProgress progress, TimeProvider time)
{
    /// <returns>One of <see cref="DemoExitCodes"/>.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var plan = DemoPlan.Make(options.Count, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
        using var folder = DemoFolder.Take(options.Out);
        report.Say($"Starting storage, timestamp server, relay and {plan.Certificates.Count} recipients' keys …");
        await using var sandbox = await RunningSandbox.StartAsync(
            new SandboxOptions { Folder = folder.Path, Recipients = plan.Certificates, Time = time }, report.Say, cancellationToken);
        await DemoSettings.WriteAsync(sandbox.Settings, folder.Settings, cancellationToken);

        using var host = BuildHost(sandbox.Settings, folder.Log);
        await host.Services.GetRequiredService<StorageSetup>().EnsureAsync(cancellationToken);
        await host.StartAsync(cancellationToken);
        try
        {
            var good = await SendAsync(plan, folder, sandbox, host, started, cancellationToken);
            if (options.Keep)
                await KeepAsync(folder, sandbox, cancellationToken);
            return good ? DemoExitCodes.Ok : DemoExitCodes.Failed;
        }
        finally
        {
            // What is being worked on is finished first; the host has its own limit for that.
            await host.StopAsync(CancellationToken.None);
        }
    }

    private async Task<bool> SendAsync(
        DemoPlan plan, DemoFolder folder, RunningSandbox sandbox, IHost host, long started, CancellationToken cancellationToken)
    {
        report.Say($"{plan.Jobs.Count} jobs go to the queue {StorageNames.Jobs}, as batch {plan.Batch} of issuer {RunningSandbox.IssuerId}.");
        var sending = time.GetTimestamp();
        var bank = new DemoBank(plan, folder, sandbox.Drawer, sandbox.Azurite.Storage.ConnectionString);
        var watch = new DemoWatch(host.Services.GetRequiredService<StatementLedger>(), plan, time);
        using var dropping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var dropped = bank.DropAsync(dropping.Token);
        var (rows, stuck) = await progress.RunAsync(async show =>
        {
            try
            {
                return await watch.FollowAsync(dropped, () => bank.Dropped, show, cancellationToken);
            }
            finally
            {
                // Nothing goes to a storage that is about to end.
                await dropping.CancelAsync();
                await dropped.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        var sent = time.GetElapsedTime(sending);

        report.Say($"Opening {sandbox.Sink.Count} mails with their recipients' keys …");
        var queue = new ResultQueue(sandbox.Azurite.Storage.ConnectionString);
        var results = await queue.TakeAsync(cancellationToken);
        var mails = await new MailReader(sandbox.Folder, sandbox.Recipients, time).ReadAsync(sandbox.Sink.Messages, cancellationToken);
        var audit = new DemoAudit(plan, folder, rows, mails, results);
        var outcomes = await audit.JudgeAsync(cancellationToken);
        await DemoOutcome.WriteAsync(outcomes, folder.Outcomes, cancellationToken);

        List<string> problems = [.. audit.FindStrays(), .. await queue.FindPoisonAsync(cancellationToken)];
        if (stuck)
            problems.Insert(0, $"nothing moved any more before every job had its outcome: {folder.Log} says why");
        report.Outcomes(outcomes, mails, problems);
        report.Timing(outcomes.Count, sent, time.GetElapsedTime(started));
        report.WhatNext(folder, outcomes, options.Keep);
        return problems.Count == 0 && outcomes.All(outcome => outcome.Problems.Count == 0);
    }

    private async Task KeepAsync(DemoFolder folder, RunningSandbox sandbox, CancellationToken cancellationToken)
    {
        report.Running(folder, sandbox);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        report.Say("Stopping …");
    }

    private IHost BuildHost(IReadOnlyDictionary<string, string?> settings, string log)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "mesign-demo" });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Azure", LogLevel.Warning);
        builder.Services.AddSingleton<ILoggerProvider>(_ => new DemoLog(log, time));
        builder.Services.AddSingleton(time);
        builder.Services.AddStatements().AddRunner();
        return builder.Build();
    }
}
