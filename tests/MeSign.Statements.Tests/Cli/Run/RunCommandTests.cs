using System.Text.Json;
using Azure.Storage.Queues;
using MeSign.Statements.Sandbox.Samples;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Tests.Cli.Run;

public sealed class RunCommandTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>, IDisposable
{
    // Nobody listens on port 9 (discard) of loopback.
    private const string StorageAway =
        "DefaultEndpointsProtocol=http;AccountName=test;AccountKey=AAAA;BlobEndpoint=http://127.0.0.1:9/test;QueueEndpoint=http://127.0.0.1:9/test;TableEndpoint=http://127.0.0.1:9/test;";

    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task Makes_what_is_missing_takes_a_statement_to_the_relay_and_ends_with_0_on_SIGTERM()
    {
        var alive = fixture.PathOf("alive");
        var settings = fixture.WriteSettings(("MeSign:Runner:HeartbeatFile", alive));
        var pdf = fixture.PathOf("any.pdf");
        await File.WriteAllBytesAsync(pdf, fixture.Sandbox.Drawer.DrawSeal(SampleLanguage.English), Cancelled);
        using var run = RunProcess.Start("--settings", settings);
        await UntilAsync(() => Task.FromResult(File.Exists(alive)), run);

        await new QueueServiceClient(fixture.Sandbox.Settings["StatementStorage"]).GetQueueClient(StorageNames.Jobs)
            .SendMessageAsync("""{ "version": 1, "id": "odd", "batch": "by-hand", "colour": "red" }""", Cancelled);
        var submitted = await CommandRun.OfAsync(
            "submit", "--settings", settings, "--issuer", "example-bank", "--to", "anna@example.test", "--id", "good", "--batch", "by-hand", "--document", pdf,
            "--field", "period=October 2026", "--field", "account=…4711");
        await UntilAsync(async () => (await StatesAsync(settings)) is [("good", "Relayed"), ("odd", "Failed")], run);
        run.Terminate();

        (await run.EndAsync(_limit.Token)).ShouldBe(0, run.Said);
        submitted.ExitCode.ShouldBe(0, submitted.Error);
        fixture.Sandbox.Sink.Messages.ShouldHaveSingleItem();
        run.Said.ShouldContain("every message taken is settled");
        run.Said.ShouldNotContain("anna@example.test");
        File.Exists(alive).ShouldBeFalse();
    }

    [Fact]
    public async Task Serves_operators_where_the_settings_say()
    {
        var key = fixture.PathOf("operator.key");
        await File.WriteAllTextAsync(key, "Qn85nTeXm4V1dJgJ7l3tWmY2ZzYwq0oV8b1u5rX6c9E=", Cancelled);
        using var run = RunProcess.Start("--settings", fixture.WriteSettings(("MeSign:Operations:Url", "http://127.0.0.1:0"), ("MeSign:Operations:Operators:jana:KeyFile", key)));
        await UntilAsync(() => Task.FromResult(run.Said.Contains("Operators are served at", StringComparison.Ordinal)), run);

        using var http = new HttpClient { BaseAddress = new Uri(run.Said.Split("Operators are served at ")[1].Split('\n')[0].Trim()) };
        (await http.GetAsync("operations/batches/nothing", Cancelled)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer Qn85nTeXm4V1dJgJ7l3tWmY2ZzYwq0oV8b1u5rX6c9E=");
        (await http.GetAsync("operations/batches/nothing", Cancelled)).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        run.Terminate();

        (await run.EndAsync(_limit.Token)).ShouldBe(0, run.Said);
    }

    [Theory]
    [InlineData("GET", "operations/batches/2026-10")]
    [InlineData("GET", "operations/batches/2026-10/statements")]
    [InlineData("POST", "operations/batches/2026-10/retry")]
    [InlineData("POST", "operations/batches/2026-10/statements/job-1/resolve")]
    public async Task Tells_operators_to_come_back_while_storage_is_away(string method, string path)
    {
        var key = fixture.PathOf("operator.key");
        await File.WriteAllTextAsync(key, "Qn85nTeXm4V1dJgJ7l3tWmY2ZzYwq0oV8b1u5rX6c9E=", Cancelled);
        using var run = RunProcess.Start("--settings", fixture.WriteSettings(
            ("StatementStorage", StorageAway), ("MeSign:Operations:Url", "http://127.0.0.1:0"), ("MeSign:Operations:Operators:jana:KeyFile", key)));
        await UntilAsync(() => Task.FromResult(run.Said.Contains("Operators are served at", StringComparison.Ordinal)), run);
        using var http = new HttpClient { BaseAddress = new Uri(run.Said.Split("Operators are served at ")[1].Split('\n')[0].Trim()) };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer Qn85nTeXm4V1dJgJ7l3tWmY2ZzYwq0oV8b1u5rX6c9E=");

        var answer = await http.SendAsync(request, Cancelled);

        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.ServiceUnavailable, run.Said);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(30));
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await answer.Content.ReadAsStringAsync(Cancelled)).ShouldContain("storage does not answer");
    }

    [Fact]
    public async Task Waits_for_storage_and_ends_with_0_on_SIGTERM_all_the_same()
    {
        using var run = RunProcess.Start("--settings", fixture.WriteSettings(("StatementStorage", StorageAway)));
        await UntilAsync(() => Task.FromResult(run.Said.Contains("waiting for it", StringComparison.Ordinal)), run);

        run.Terminate();

        (await run.EndAsync(_limit.Token)).ShouldBe(0, run.Said);
    }

    [Fact]
    public async Task Names_every_wrong_setting_and_ends_with_2()
    {
        using var run = RunProcess.Start("--settings", fixture.WriteSettings(
            ("StatementStorage", ""), ("MeSign:Runner:Lease", "00:00:00"), ("MeSign:Ledger:RecipientKey", "c2hvcnQ="),
            ("MeSign:Issuers:example-bank:Relay", "nowhere")));

        (await run.EndAsync(_limit.Token)).ShouldBe(2, run.Said);

        run.Said.ShouldContain("StatementStorage");
        run.Said.ShouldContain("Lease");
        run.Said.ShouldContain("RecipientKey");
        run.Said.ShouldContain("MeSign:Issuers:example-bank:Relay \"nowhere\" is not configured");
        run.Said.ShouldNotContain("   at ");
    }

    private static async Task<(string Job, string State)[]> StatesAsync(string settings)
    {
        var status = await CommandRun.OfAsync("status", "by-hand", "--json", "--settings", settings);
        using var printed = JsonDocument.Parse(status.Output);
        return [.. printed.RootElement.GetProperty("statements").EnumerateArray().Select(one => (one.GetProperty("job").GetString()!, one.GetProperty("state").GetString()!))];
    }

    private async Task UntilAsync(Func<Task<bool>> holds, RunProcess run)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            run.HasEnded.ShouldBeFalse(run.Said);
            (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromMinutes(2)).ShouldBeTrue(run.Said);
            await Task.Delay(TimeSpan.FromMilliseconds(200), _limit.Token);
        }
    }
}
