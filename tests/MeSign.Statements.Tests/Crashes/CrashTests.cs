using System.Globalization;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>
/// Workers die before and after each request to storage, at each point of an SMTP dialogue and around each timestamp, over
/// seeded schedules of which two dozen at a time share their queues and workers. Whatever dies: nothing is lost, each statement
/// has one outcome, and none is submitted twice but by decision.
/// </summary>
[Collection(CrashFixture.Collection)]
public sealed class CrashTests(CrashFixture fixture, ITestOutputHelper output)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Each three times: which worker dies is left to the queues, and one of three has a relay that takes no chunks.</summary>
    [Fact]
    public Task A_death_at_any_one_step_of_a_message_is_survived() => RunAsync(Enumerable.Range(0, 3 * 72).Select(number => CrashSchedule.At(1 + (number % 72), CrashWork.Message)));

    [Fact]
    public Task A_death_at_any_one_step_of_a_statement_is_survived() => RunAsync(Enumerable.Range(1, 84).Select(step => CrashSchedule.At(step, CrashWork.Statement)));

    [Fact]
    public Task A_death_at_any_one_step_of_a_batch_is_survived() => RunAsync(Enumerable.Range(1, 168).Select(step => CrashSchedule.At(step, CrashWork.Batch)));

    /// <summary>The first death makes the queue give up on the job, or on the delivery order at its various points; the second is at any step from there to the end.</summary>
    [Fact]
    public Task A_death_at_any_one_step_of_giving_up_and_retrying_is_survived() => RunAsync(
        from first in new[] { 1, 12, 30, 50 } from next in Enumerable.Range(1, 24) select CrashSchedule.GivenUpAt(first, first == 1 ? 3 * next : next));

    [Fact]
    public Task Seeded_deaths_with_several_workers_are_survived() => RunAsync(Enumerable.Range(1, 1700).Select(CrashSchedule.Of));

    /// <summary>As many as <c>MESIGN_SCHEDULES</c> says (10,000), from the seed <c>MESIGN_SEED</c> on (1).</summary>
    [Fact(Explicit = true)]
    public Task A_long_run_of_seeded_deaths_is_survived() => RunAsync(Enumerable.Range(Setting("MESIGN_SEED", 1), Setting("MESIGN_SCHEDULES", 10_000)).Select(CrashSchedule.Of));

    /// <summary>What the schedules are worth: workers that break a rule are found out by them, soon.</summary>
    [Theory]
    [InlineData(Misdeed.DeletesFirst)]
    [InlineData(Misdeed.ForgetsConditions)]
    [InlineData(Misdeed.OverlooksSubmitting)]
    [InlineData(Misdeed.SubmitsUnrecorded)]
    [InlineData(Misdeed.LosesOrders)]
    public async Task Workers_that_break_a_rule_are_found_out(Misdeed misdeed)
    {
        var report = await fixture.RunAsync(Enumerable.Range(1, 20 * CrashFixture.Schedules).Select(CrashSchedule.Of), misdeed, atOnce: 1, enough: 1, Cancellation);

        report.Faults.ShouldNotBeEmpty($"{report.Schedules} schedules");
        output.WriteLine($"{misdeed}: {report.Faults.Count} faults in {report.Schedules} schedules, the first: {report.Faults[0]}");
    }

    private async Task RunAsync(IEnumerable<CrashSchedule> schedules)
    {
        var report = await fixture.RunAsync(schedules, Misdeed.None, CrashFixture.Lanes, enough: 10, Cancellation);

        output.WriteLine(report.ToString());
        report.Faults.ShouldBeEmpty(string.Join('\n', report.Faults.Take(20)));
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
