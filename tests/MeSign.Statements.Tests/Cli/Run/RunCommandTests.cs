using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Cli.Run;

public sealed partial class RunCommandTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly string Key = Convert.ToBase64String(new byte[32]);

    private readonly ScratchFolder _folder = new();
    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private string _connection = "";
    private string _settings = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _limit.CancelAfter(TimeSpan.FromMinutes(2));
        _connection = (await azurite.NewAccountAsync()).ConnectionString;
        var root = _folder.Write("root.pem", RootPem());
        _settings = _folder.WriteSettings(
            ("StatementStorage", _connection),
            ("MeSign__Ledger__RecipientKey", Key),
            ("MeSign__Recipients__Roots__0", root),
            ("MeSign__Timestamps__Roots__0", root),
            ("MeSign__Runner__HeartbeatFile", _folder.PathOf("alive")));
    }

    public ValueTask DisposeAsync()
    {
        _limit.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Makes_what_is_missing_in_storage_works_and_ends_with_0_on_SIGTERM()
    {
        using var run = RunProcess.Start("--settings", _settings);
        await UntilAsync(() => Task.FromResult(File.Exists(_folder.PathOf("alive"))), run);
        await new QueueServiceClient(_connection).GetQueueClient(StorageNames.Jobs)
            .SendMessageAsync("""{ "version": 1, "id": "odd", "batch": "by-hand", "colour": "red" }""", Cancelled);
        var ledger = new StatementLedger(new TableServiceClient(_connection), new LedgerOptions { RecipientKey = Key }, TimeProvider.System);
        await UntilAsync(async () => await ledger.FindAsync(new StatementKey("by-hand", "odd"), Cancelled) is not null, run);

        run.Terminate();
        var exitCode = await run.EndAsync(_limit.Token);

        exitCode.ShouldBe(0, run.Said);
        run.Said.ShouldContain("every message taken is settled");
        File.Exists(_folder.PathOf("alive")).ShouldBeFalse();
        var row = (await ledger.FindAsync(new StatementKey("by-hand", "odd"), Cancelled))!;
        row.State.ShouldBe(StatementState.Failed);
        row.Code.ShouldBe(FailureCode.UnknownField);
    }

    [Fact]
    public async Task Waits_for_storage_and_ends_with_0_on_SIGTERM_all_the_same()
    {
        // Port 9 (discard) on loopback: nobody listens.
        var settings = Port().Replace(File.ReadAllText(_settings), "http://127.0.0.1:9/");
        using var run = RunProcess.Start("--settings", _folder.Write("away.json", settings));
        await UntilAsync(() => Task.FromResult(run.Said.Contains("waiting for it", StringComparison.Ordinal)), run);

        run.Terminate();

        (await run.EndAsync(_limit.Token)).ShouldBe(0, run.Said);
    }

    [Fact]
    public async Task Names_every_wrong_setting_and_ends_with_2()
    {
        var settings = _folder.Write("wrong.json", """{ "Values": { "MeSign__Runner__Lease": "00:00:00", "MeSign__Ledger__RecipientKey": "c2hvcnQ=" } }""");
        using var run = RunProcess.Start("--settings", settings);

        (await run.EndAsync(_limit.Token)).ShouldBe(2, run.Said);

        run.Said.ShouldContain("StatementStorage");
        run.Said.ShouldContain("Lease");
        run.Said.ShouldContain("RecipientKey");
        run.Said.ShouldNotContain("   at ");
    }

    private async Task UntilAsync(Func<Task<bool>> holds, RunProcess run)
    {
        while (!await holds())
        {
            _limit.IsCancellationRequested.ShouldBeFalse(run.Said);
            await Task.Delay(TimeSpan.FromMilliseconds(100), Cancelled);
        }
    }

    [GeneratedRegex("http://127.0.0.1:[0-9]+/")]
    private static partial Regex Port();

    private static string RootPem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var root = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return root.ExportCertificatePem();
    }
}
