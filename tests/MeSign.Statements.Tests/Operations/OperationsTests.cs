using System.Net;
using System.Text.Json;
using MeSign.Statements.Ledger;
using MeSign.Statements.Operations;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Tests.Operations;

/// <summary>What operators may see and decide over HTTP, and that nobody else may.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class OperationsTests(SandboxFixture fixture) : IAsyncLifetime
{
    private const string Key = "Qn85nTeXm4V1dJgJ7l3tWmY2ZzYwq0oV8b1u5rX6c9E=";
    private const string Statement = "operations/batches/2026-10/statements/job-1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-operations-");
    private readonly CapturedLogs _logs = new();
    private readonly HttpClient _http = new();
    private PipelineRun _run = null!;
    private ILoggerFactory _loggers = null!;
    private OperatorKeys _keys = null!;
    private OperationsRequests _requests = null!;
    private OperationsServer _server = null!;
    private string _keyFile = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _keyFile = Path.Combine(_folder.FullName, "key");
        await File.WriteAllTextAsync(_keyFile, $"{Key}\n", Cancellation);
        _run = await fixture.StartAsync();
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(_logs));
        var options = Options.Create(new OperationsOptions { Url = new Uri("http://127.0.0.1:0"), Operators = { ["j.novakova"] = new OperatorOptions { KeyFile = _keyFile } } });
        _keys = new OperatorKeys(options);
        _requests = new OperationsRequests(_run.Ledger, _run.Part<BatchRegister>(), _run.Part<Decisions>());
        _server = new OperationsServer(options, _keys, _requests, _loggers);
        await _server.StartAsync(Cancellation);
        _http.BaseAddress = new Uri((string)_logs.Lines.Single(line => line.Text.StartsWith("Operators are served", StringComparison.Ordinal)).Values["Address"]!);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.StopAsync(CancellationToken.None);
        await _server.DisposeAsync();
        _loggers.Dispose();
        await _run.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer AAAAnTeXm4V1dJgJ7l3tWmY2ZzYwq0oV8b1u5rX6c9E=")]
    [InlineData("Bearer Qn85nTeXm4V1dJgJ7l3tWmY2ZzYwq0oV8b1u5rX6c9E")]
    [InlineData("Basic " + Key)]
    [InlineData("Bearer " + Key + ", Bearer " + Key)]
    public async Task Tells_and_does_nothing_without_an_operators_key(string? authorization)
    {
        var job = await _run.UncertainAsync();

        foreach (var (method, path) in new[] { ("GET", "operations/batches/2026-10"), ("GET", "operations/batches/2026-10/statements"), ("GET", Statement), ("POST", "operations/batches/2026-10/retry"), ("POST", $"{Statement}/retry"), ("POST", $"{Statement}/resend"), ("POST", $"{Statement}/resolve") })
        {
            var answer = await SendAsync(method, path, authorization);

            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, $"{method} {path}");
            (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldBeEmpty();
        }

        (await _run.RowAsync(job)).State.ShouldBe(StatementState.Uncertain);
        await _run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task A_key_counts_no_more_when_its_file_is_gone()
    {
        await _run.UncertainAsync();
        (await SendAsync("GET", Statement)).StatusCode.ShouldBe(HttpStatusCode.OK);

        File.Delete(_keyFile);

        (await SendAsync("GET", Statement)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Shows_a_batch_its_statements_and_one_of_them_without_an_address()
    {
        var job = await _run.UncertainAsync();

        var batch = await JsonAsync(await SendAsync("GET", "operations/batches/2026-10"));
        batch.GetProperty("received").GetInt32().ShouldBe(1);
        batch.GetProperty("onTheWay").GetInt32().ShouldBe(0);
        batch.GetProperty("ended").GetRawText().ShouldBe("""{"Uncertain":1}""");
        (await JsonAsync(await SendAsync("GET", "operations/batches/2026-10/statements?state=Uncertain"))).EnumerateArray().ShouldHaveSingleItem().GetProperty("job").GetString().ShouldBe("job-1");
        (await JsonAsync(await SendAsync("GET", "operations/batches/2026-10/statements?state=relayed"))).GetArrayLength().ShouldBe(0);
        var statement = await SendAsync("GET", Statement);
        (await JsonAsync(statement)).GetProperty("messageId").GetString().ShouldBe((await _run.RowAsync(job)).MessageId);
        (await statement.Content.ReadAsStringAsync(Cancellation)).ShouldNotContain("@example.test");
    }

    [Theory]
    [InlineData("Foo"), InlineData(""), InlineData("99"), InlineData("Relayed,Failed")]
    public async Task Answers_what_is_no_state_with_those_that_are(string state)
    {
        var answer = await SendAsync("GET", $"operations/batches/2026-10/statements?state={state}");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonAsync(answer)).GetProperty("detail").GetString().ShouldBe(
            "state is not one of Received, Held, Sealed, Submitting, Deferred, Relayed, Delivered, Bounced, Failed, Suppressed, Expired, Abandoned, Uncertain");
    }

    [Theory]
    [InlineData("retry")]
    [InlineData("resend")]
    [InlineData("resolve")]
    public async Task A_decision_is_carried_out_once_and_bears_the_operators_name(string decision)
    {
        var job = decision == "retry" ? await _run.AbandonedAsync() : await _run.UncertainAsync();

        var answer = await SendAsync("POST", $"{Statement}/{decision}");
        var again = await SendAsync("POST", $"{Statement}/{decision}");

        (answer.StatusCode, again.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.Conflict));
        (await JsonAsync(again)).GetProperty("detail").GetString()!.ShouldContain("there is nothing to decide");
        var row = await _run.RowAsync(job);
        (row.State, row.History[^1].Note).ShouldBe(decision switch
        {
            "retry" => (StatementState.Received, "retried by j.novakova"),
            "resend" => (StatementState.Sealed, "sent again by j.novakova"),
            _ => (StatementState.Relayed, "resolved by j.novakova"),
        });
        (await JsonAsync(answer)).GetProperty("state").GetString().ShouldBe(row.State.ToString());
        await _run.ShouldHaveQueuedAsync(jobs: decision == "retry" ? 1 : 0, deliveries: decision == "resend" ? 1 : 0);
    }

    [Fact]
    public async Task Retries_all_of_a_batch_and_says_what_only_the_bank_can_send_again()
    {
        var jobs = new[] { await _run.AbandonedAsync("one"), await _run.AbandonedAsync("two") };
        await _run.Ledger.RecordEndedAsync(new EndedReceipt { Key = new StatementKey("2026-10", "gone"), JobSha256 = new string('0', 64), State = StatementState.Abandoned, Detail = "gone" }, Cancellation);
        await _run.UncertainAsync();

        var answer = await SendAsync("POST", "operations/batches/2026-10/retry");
        var again = await SendAsync("POST", "operations/batches/2026-10/retry");

        (answer.StatusCode, again.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK));
        (await JsonAsync(answer)).GetRawText().ShouldBe("""{"retried":2,"gone":["gone"]}""");
        (await JsonAsync(again)).GetRawText().ShouldBe("""{"retried":0,"gone":["gone"]}""");
        foreach (var job in jobs)
            (await _run.RowAsync(job)).History[^1].Note.ShouldBe("retried by j.novakova");
        await _run.ShouldHaveQueuedAsync(jobs: 2);
        (await SendAsync("POST", "operations/batches/2026-11/retry")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Serves_the_same_behind_a_host_that_has_routed_the_request_itself()
    {
        await _run.UncertainAsync();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore().AddSingleton(_keys).AddSingleton(_requests);
        await using var host = builder.Build();
        host.Map("/operations/{*path}", host.Services.CreateOperations());
        await host.StartAsync(Cancellation);
        _http.BaseAddress = new Uri(host.Urls.Single());

        (await SendAsync("GET", Statement, null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await JsonAsync(await SendAsync("GET", Statement))).GetProperty("state").GetString().ShouldBe("Uncertain");
        (await SendAsync("POST", $"{Statement}/resolve")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SendAsync("GET", "operations/elsewhere")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Says_what_only_the_bank_can_send_again()
    {
        await _run.Ledger.RecordEndedAsync(new EndedReceipt { Key = new StatementKey("2026-10", "job-1"), JobSha256 = new string('0', 64), State = StatementState.Abandoned, Detail = "gone" }, Cancellation);

        (await SendAsync("POST", $"{Statement}/retry")).StatusCode.ShouldBe(HttpStatusCode.Gone);
    }

    [Fact]
    public async Task Refuses_to_resend_what_is_not_sent_any_more()
    {
        var job = await _run.UncertainAsync();
        var row = await _run.Ledger.AmendAsync(await _run.RowAsync(job) with { Expires = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero) }, Cancellation);

        var answer = await SendAsync("POST", $"{Statement}/resend");

        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await JsonAsync(answer)).GetProperty("detail").GetString()!.ShouldContain("its time ran out at 2026-01-31 12:00:00Z");
        (await _run.RowAsync(job)).ETag.ShouldBe(row.ETag);
        await _run.ShouldHaveQueuedAsync();
    }

    [Theory]
    [InlineData("operations/batches/2026-11")]
    [InlineData("operations/batches/%7Cscan")]
    [InlineData("operations/batches/2026-10/statements/nobody")]
    [InlineData("operations/batches/2026-10/statements/%7Clane%7C07")]
    [InlineData("operations/batches/..%2F2026-10/statements/job-1")]
    public async Task Finds_nothing_under_another_name(string path)
    {
        await _run.UncertainAsync();

        (await SendAsync("GET", path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public void Names_every_setting_that_would_let_others_in()
    {
        var options = new OperationsOptions
        {
            Url = new Uri("http://0.0.0.0:8080"),
            Operators = { ["short"] = new OperatorOptions { KeyFile = Path.Combine(_folder.FullName, "short") }, ["absent"] = new OperatorOptions { KeyFile = "/nowhere/key" } },
        };
        File.WriteAllText(options.Operators["short"].KeyFile, "secret");

        var faults = new OperationsOptionsValidator().Validate(null, options).Failures!.ToList();
        var nobody = new OperationsOptionsValidator().Validate(null, new OperationsOptions { Url = new Uri("http://127.0.0.1:8080") }).Failures!.ToList();

        faults.Count.ShouldBe(3);
        faults.ShouldContain(fault => fault.Contains("in clear", StringComparison.Ordinal));
        faults.ShouldContain(fault => fault.Contains("Operators:short:KeyFile", StringComparison.Ordinal));
        faults.ShouldContain(fault => fault.Contains("/nowhere/key", StringComparison.Ordinal));
        nobody.ShouldHaveSingleItem().ShouldContain("nobody could use it");
    }

    private Task<HttpResponseMessage> SendAsync(string method, string path) => SendAsync(method, path, $"Bearer {Key}");

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? authorization)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await _http.SendAsync(request, Cancellation);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return document.RootElement.Clone();
    }
}
