namespace MeSign.Statements.Tests.Crashes;

/// <summary>What no queue brings (bounces, erasure, retention, decisions) is done to its end too, whoever dies before or after whichever request.</summary>
[Collection(CrashFixture.Collection)]
public sealed class CrashSceneTests(CrashFixture fixture, ITestOutputHelper output)
{
    /// <summary>Every fifth step; each of them when asked for.</summary>
    private const int Sample = 5;

    [Fact]
    public Task Bounces_are_recorded_and_none_is_lost() => RunAsync(() => new BounceScene(), Sample);

    [Fact]
    public Task A_person_is_erased_everywhere_and_the_audit_holds() => RunAsync(() => new ErasureScene(), Sample);

    [Fact]
    public Task What_is_too_old_goes_and_nothing_that_may_still_be_sent() => RunAsync(() => new RetentionScene(), Sample);

    [Fact]
    public Task A_batch_is_told_of_when_it_is_complete() => RunAsync(() => new CompletionScene(), Sample);

    /// <summary>The same with a death at every step.</summary>
    [Fact(Explicit = true)]
    public async Task A_death_at_any_one_step_is_survived()
    {
        foreach (var create in new Func<CrashScene>[] { () => new BounceScene(), () => new ErasureScene(), () => new RetentionScene(), () => new CompletionScene() })
            await RunAsync(create, stride: 1);
    }

    private async Task RunAsync(Func<CrashScene> create, int stride)
    {
        var report = await CrashScene.RunAsync(fixture, create, stride);

        output.WriteLine(report.ToString());
        report.Faults.ShouldBeEmpty(string.Join('\n', report.Faults.Take(20)));
    }
}
