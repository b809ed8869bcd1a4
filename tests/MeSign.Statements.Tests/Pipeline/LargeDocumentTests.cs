using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;
using MeSign.Statements.Tests.Pdf;

namespace MeSign.Statements.Tests.Pipeline;

[Collection(SandboxFixture.Collection)]
public sealed class LargeDocumentTests(SandboxFixture fixture)
{
    private const int Bytes = 25_000_000;

    /// <summary>Run alone, as it counts what the whole process allocates: <c>-explicit only -class "*.LargeDocumentTests" -showliveoutput</c>.</summary>
    [Theory(Explicit = true)]
    [InlineData("Aes256Cbc")]
    [InlineData("Aes256Gcm")]
    public async Task Twenty_five_megabytes_come_from_the_queue_into_the_outbox_in_three_times_their_size(string algorithm)
    {
        var issuer = $"MeSign:Issuers:{RunningSandbox.IssuerId}";
        await using var run = await fixture.StartAsync(
            ($"{issuer}:MaxDocumentBytes", "30000000"), ($"{issuer}:MaxMessageBytes", "100000000"), ($"{issuer}:Sealing:ContentEncryption", algorithm));
        var small = TestJob.For(SandboxFixture.Rsa, "small");
        await run.SendAsync(small);
        await run.WorkAsync(StorageNames.Jobs);
        var large = TestJob.For(SandboxFixture.Rsa, "large").With(PdfBuilder.OnePage("/Lang (en)", "/Contents 4 0 R").Stream(4, "", new string('%', Bytes)).Table());
        await run.SendAsync(large);

        // Everything that is allocated, whether it is collected or not.
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await run.WorkAsync(StorageNames.Jobs);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        TestContext.Current.TestOutputHelper!.WriteLine($"{allocated / 1e6:F1} MB allocated");
        (await run.RowAsync(large)).State.ShouldBe(StatementState.Sealed);
        allocated.ShouldBeLessThan(3L * Bytes);
        await run.WorkAsync(StorageNames.Deliveries);
        await run.WorkAsync(StorageNames.Deliveries);
        run.Mail.Count.ShouldBe(2);
    }
}
