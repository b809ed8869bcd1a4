using System.Security.Cryptography;

namespace MeSign.Statements.Tests;

public class RentedStreamTests
{
    [Fact]
    public async Task Holds_what_is_written_beyond_what_was_asked_for()
    {
        var bytes = RandomNumberGenerator.GetBytes(300_000);
        await using var stream = new RentedStream(10);

        for (var at = 0; at < bytes.Length; at += 7_000)
            await stream.WriteAsync(bytes.AsMemory(at, Math.Min(7_000, bytes.Length - at)), TestContext.Current.CancellationToken);

        stream.Length.ShouldBe(bytes.Length);
        stream.Written.Span.SequenceEqual(bytes).ShouldBeTrue();
    }

    [Fact]
    public void Shows_nothing_of_whoever_had_the_memory_before()
    {
        using var first = new RentedStream(100_000);
        first.Write(RandomNumberGenerator.GetBytes(100_000));
        first.Return();
        using var second = new RentedStream(100_000);

        second.Write("new"u8);

        first.Written.Length.ShouldBe(0);
        second.Written.ToArray().ShouldBe("new"u8.ToArray());
    }
}
