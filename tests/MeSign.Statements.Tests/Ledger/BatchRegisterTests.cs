using Azure.Data.Tables;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Ledger;

/// <summary>What is known of a batch's manifests, however many they are and whoever writes meanwhile.</summary>
public sealed class BatchRegisterTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Batch = "2026-10";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
    private BatchRegister _batches = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var tables = new TableServiceClient((await azurite.NewAccountAsync()).ConnectionString);
        await tables.CreateTableAsync(StorageNames.LedgerBatches, Cancellation);
        await tables.CreateTableAsync(StorageNames.Ledger, Cancellation);
        _batches = new BatchRegister(tables, _time);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_batch_has_as_many_manifests_as_the_bank_gives_it()
    {
        // 60 names of 1,000 characters are more than the 32,768 that one property of a table holds.
        var parts = Enumerable.Range(0, 60).ToDictionary(number => $"manifest-{number:00}", number => new BatchPart($"{number:00}/{new string('a', 997)}", "mapping.json", Lines: null));
        foreach (var (place, part) in parts)
            await _batches.BeginAsync(Batch, place, part, Cancellation);
        (await FindAsync()).IsExpanded.ShouldBeFalse();
        foreach (var (place, part) in parts)
            await _batches.FinishAsync(Batch, place, part with { Lines = 7 }, Cancellation);

        var record = await FindAsync();
        record.IsExpanded.ShouldBeTrue();
        record.Parts.ShouldBe(parts.ToDictionary(part => part.Key, part => part.Value with { Lines = 7 }), ignoreOrder: true);
        (await _batches.AllAsync(Cancellation).ToListAsync(Cancellation)).ShouldHaveSingleItem().Parts.Count.ShouldBe(60);
    }

    [Fact]
    public async Task A_manifest_that_comes_while_its_batch_is_completed_keeps_it_open()
    {
        await _batches.BeginAsync(Batch, "manifest-1", new BatchPart("one.jsonl", null, null), Cancellation);
        await _batches.FinishAsync(Batch, "manifest-1", new BatchPart("one.jsonl", null, 1), Cancellation);
        var read = await FindAsync();

        await _batches.BeginAsync(Batch, "manifest-2", new BatchPart("two.jsonl", null, null), Cancellation);

        (await _batches.TryUpdateAsync(read with { Completed = _time.GetUtcNow() }, Cancellation)).ShouldBeNull();
        (await FindAsync()).ShouldSatisfyAllConditions(
            record => record.Completed.ShouldBeNull(),
            record => record.IsExpanded.ShouldBeFalse(),
            record => record.Parts.Keys.ShouldBe(["manifest-1", "manifest-2"], ignoreOrder: true));
    }

    [Fact]
    public async Task A_manifest_that_comes_when_its_batch_is_completed_opens_it_again()
    {
        await _batches.FinishAsync(Batch, "manifest-1", new BatchPart("one.jsonl", null, 1), Cancellation);
        await _batches.TryUpdateAsync(await FindAsync() with { Completed = _time.GetUtcNow() }, Cancellation);

        await _batches.BeginAsync(Batch, "manifest-1", new BatchPart("one.jsonl", null, null), Cancellation);
        (await FindAsync()).Completed.ShouldNotBeNull("it is the same one");
        await _batches.BeginAsync(Batch, "manifest-2", new BatchPart("two.jsonl", null, null), Cancellation);

        (await FindAsync()).Completed.ShouldBeNull();
    }

    [Fact]
    public async Task Of_manifests_that_come_at_once_none_is_lost()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            var part = new BatchPart($"{number}.jsonl", null, null);
            await _batches.BeginAsync(Batch, $"manifest-{number}", part, Cancellation);
            await _batches.FinishAsync(Batch, $"manifest-{number}", part with { Lines = number }, Cancellation);
        }));

        var record = await FindAsync();
        record.Parts.Count.ShouldBe(8);
        record.Parts.Values.Sum(part => part.Lines).ShouldBe(28);
    }

    private async Task<BatchRecord> FindAsync() => (await _batches.FindAsync(Batch, Cancellation)).ShouldNotBeNull();
}
