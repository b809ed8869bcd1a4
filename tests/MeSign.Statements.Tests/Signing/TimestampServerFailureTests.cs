using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using MeSign.Statements.Signing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Signing;

/// <summary>Servers that do not answer, or not as they should, and which is asked instead.</summary>
public sealed class TimestampServerFailureTests : TimestampClientBench
{
    [Theory]
    [InlineData("application/timestamp-reply", new byte[] { 0x30, 0x03, 0x02, 0x01, 0x05 }, "no timestamp response")]
    [InlineData("application/timestamp-reply", new byte[] { 0x30, 0x80 }, "no timestamp response")]
    [InlineData("application/timestamp-reply", new byte[0], "no timestamp response")]
    [InlineData("text/html", new byte[] { 0x3C }, "content type")]
    public async Task Refuses_what_is_no_response(string contentType, byte[] body, string problem)
    {
        using var signing = new TestSigning();
        _server.Instead = (context, _) => AnswerAsync(context, body, contentType);

        (await DelayedAsync(signing, _server.Address)).Message.ShouldContain(problem);
    }

    [Fact]
    public async Task Reads_no_more_than_the_limit()
    {
        using var signing = new TestSigning();
        _server.Instead = async (context, _) =>
        {
            context.Response.ContentType = "application/timestamp-reply";
            for (var i = 0; i < 100; i++)
                await context.Response.Body.WriteAsync(new byte[4096], context.RequestAborted);
        };

        (await DelayedAsync(signing, _server.Address)).Message.ShouldContain("more than 65536 bytes");
    }

    [Fact]
    public async Task Follows_no_redirect()
    {
        using var signing = new TestSigning();
        await using var other = await TestTimestampServer.StartAsync();
        _server.Instead = (context, _) =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = other.Address.ToString();
            return Task.CompletedTask;
        };

        (await DelayedAsync(signing, _server.Address)).Message.ShouldContain("HTTP 307");
        other.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_silent_server_costs_its_timeout_and_the_next_one_answers()
    {
        using var signing = new TestSigning(settings: new Dictionary<string, string?> { ["MeSign:Timestamps:Timeout"] = "00:00:03" });
        await using var silent = await TestTimestampServer.StartAsync();
        silent.Instead = (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

        var token = await StampAsync(signing, silent.Address, _server.Address);

        token.ShouldNotBeNull();
        silent.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_that_nobody_runs_is_passed_over()
    {
        using var signing = new TestSigning();

        (await StampAsync(signing, await ClosedPortAsync(), _server.Address)).ShouldNotBeNull();
    }

    [Fact]
    public async Task All_down_delays_and_names_each_server()
    {
        using var signing = new TestSigning();
        _server.Instead = (context, _) => FailAsync(context, 500);

        var delayed = await DelayedAsync(signing, await ClosedPortAsync(), _server.Address);

        delayed.Message.ShouldContain("cannot be reached");
        delayed.Message.ShouldContain("HTTP 500");
        delayed.RetryAfter.ShouldBeNull();
    }

    [Fact]
    public async Task Failures_in_a_row_open_the_circuit_and_one_request_closes_it()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var signing = new TestSigning(time: time);
        _server.Clock = () => time.GetUtcNow().UtcDateTime;
        _server.Instead = (context, _) => FailAsync(context, 500);
        for (var i = 0; i < 5; i++)
            await DelayedAsync(signing, _server.Address);
        var asked = _server.Requests.Count;
        time.Advance(TimeSpan.FromSeconds(31));
        await DelayedAsync(signing, _server.Address);
        await DelayedAsync(signing, _server.Address);
        var askedHalfOpen = _server.Requests.Count;
        time.Advance(TimeSpan.FromSeconds(31));
        _server.Instead = null;

        var token = await StampAsync(signing, _server.Address);

        asked.ShouldBe(3);
        askedHalfOpen.ShouldBe(4);
        token.ShouldNotBeNull();
    }

    [Fact]
    public async Task Cancelling_is_not_a_failure_of_the_server()
    {
        using var signing = new TestSigning();
        using var cancelled = new CancellationTokenSource();
        _server.Instead = async (context, _) =>
        {
            await cancelled.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };

        var stamp = () => signing.Timestamps.StampAsync(Digest, HashAlgorithmName.SHA256, [_server.Address], cancelled.Token);

        await stamp.ShouldThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Counts_requests_by_server_and_outcome()
    {
        using var signing = new TestSigning();
        var counted = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, listening) => Listen(instrument, listening, signing) };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => counted.Add(tags.ToArray().Single(tag => tag.Key == "outcome").Value!.ToString()!));
        listener.Start();

        await StampAsync(signing, await ClosedPortAsync(), _server.Address);

        counted.ShouldBe(["unreachable", "granted"]);
    }

    private static void Listen(Instrument instrument, MeterListener listener, TestSigning signing)
    {
        // Other tests run beside this one: only this container's meter counts.
        if (instrument.Meter.Name == TimestampMetrics.MeterName && instrument.Meter.Scope == signing.Services.GetRequiredService<IMeterFactory>())
            listener.EnableMeasurementEvents(instrument);
    }
}
