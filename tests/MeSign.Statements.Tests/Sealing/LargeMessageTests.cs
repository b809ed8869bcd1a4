using System.Security.Cryptography;
using System.Text;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>Messages that are never in memory whole.</summary>
public class LargeMessageTests
{
    private static readonly byte[] Pdf = [.. "%PDF-1.7\n"u8, .. RandomNumberGenerator.GetBytes(20_000)];

    [Theory]
    [InlineData(ContentEncryption.Aes256Cbc)]
    [InlineData(ContentEncryption.Aes256Gcm)]
    public async Task Twenty_five_megabytes_are_sealed_and_read_in_little_more_memory(ContentEncryption algorithm)
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer() with { Sealing = new() { ContentEncryption = algorithm } };
        var document = new byte[25_000_000];
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, document);
        var small = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf);
        await sealing.Sealer.SealAsync(small, issuer, [SealingPki.Recipient("rsa2048")], TestContext.Current.CancellationToken);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var pending = sealing.Sealer.SealAsync(message, issuer, [SealingPki.Recipient("rsa2048")], TestContext.Current.CancellationToken);
        pending.IsCompleted.ShouldBeTrue("without a timestamp server nothing waits, so that all of it ran on this thread");
        var sealedMessage = await pending;
        var sha256 = sealedMessage.Eml.Sha256();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // What is collected counts as well.
        allocated.ShouldBeLessThan(2_000_000);
        sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(sealedMessage.Eml.ToArray())));
    }

    [Theory]
    [InlineData(ContentEncryption.Aes256Cbc, true, true)]
    [InlineData(ContentEncryption.Aes256Gcm, true, false)]
    [InlineData(ContentEncryption.Aes256Cbc, false, true)]
    public async Task A_message_that_is_too_large_to_be_whole_is_the_same_each_time_and_opens(ContentEncryption algorithm, bool encrypt, bool dkim)
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        using var key = RSA.Create(2048);
        bench.Write("dkim.pem", Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
        var issuer = SealingBench.Issuer() with
        {
            Sealing = new() { ContentEncryption = algorithm },
            Dkim = dkim ? [new("bank.test", "s", DkimKey.Load(bench.Path("dkim.pem"), null))] : [],
        };
        var document = RandomNumberGenerator.GetBytes(2_000_003);
        var recipient = SealingPki.Recipient("rsa2048");
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, document);

        var eml = (await sealing.Sealer.SealAsync(message, issuer, encrypt ? [recipient] : [], TestContext.Current.CancellationToken)).Eml;

        eml.IsWhole.ShouldBeFalse();
        var bytes = eml.ToArray();
        await using var stream = eml.Open();
        var part = new byte[100_000];
        foreach (var at in new[] { 1_500_000, 70_000, bytes.Length - part.Length, 0 })
        {
            stream.Position = at;
            await stream.ReadExactlyAsync(part, TestContext.Current.CancellationToken);
            part.AsSpan().SequenceEqual(bytes.AsSpan(at, part.Length)).ShouldBeTrue($"{at}");
        }
        var opened = SealingBench.Opener.Open(bytes, [recipient]);
        opened.Problems.ShouldBeEmpty();
        opened.Attachments.Single().Content.Span.SequenceEqual(document).ShouldBeTrue();
        Encoding.ASCII.GetString(bytes, 0, 20).StartsWith("DKIM-Signature: v=1;", StringComparison.Ordinal).ShouldBe(dkim);
    }

    [Fact]
    public async Task A_message_that_was_given_back_is_not_made_again_with_a_key_of_zeros()
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer();
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, new byte[2_000_000]);
        var eml = (await sealing.Sealer.SealAsync(message, issuer, [SealingPki.Recipient("rsa2048")], TestContext.Current.CancellationToken)).Eml;

        eml.Return();

        Should.Throw<ObjectDisposedException>(eml.Sha256);
    }
}
