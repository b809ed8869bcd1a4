using MeSign.Statements.Ledger;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>A batch whose last statement has ended, found by two sweeps: the bank is told at least once, and always the same.</summary>
internal sealed class CompletionScene : CrashScene
{
    private CrashStorage? _storage;

    public override async Task PrepareAsync(CrashStorage storage)
    {
        _storage = storage;
        var manifest = new BatchPart("scene.jsonl", Mapping: null, Lines: null);
        await storage.Batches.BeginAsync(StatementsAtRest.Batch, "place", manifest, Cancellation);
        await storage.AddAsync("one", "jana@example.test", StatementState.Relayed);
        await storage.AddAsync("two", "petr@example.test", StatementState.Relayed);
        await storage.AddAsync("three", "eva@example.test", StatementState.Uncertain);
        await storage.Batches.FinishAsync(StatementsAtRest.Batch, "place", manifest with { Lines = 3 }, Cancellation);
    }

    public override Task<Exception?> ActAsync(CrashProcess process, int actor, CrashPlan plan)
    {
        // By then nobody waits any more for one that had begun to tell and died.
        _storage!.Time.Advance(TimeSpan.FromMinutes(6));
        return process.TrySweepAsync(plan, Cancellation);
    }

    public override async Task<IEnumerable<string>> FindFaultsAsync(CrashStorage storage)
    {
        var (_, told) = await storage.ToldAsync(Cancellation);
        var head = (await storage.Batches.TotalsAsync(StatementsAtRest.Batch, Cancellation)).Head;
        var wrong = told.Where(one => (one.Batch, one.Lines, one.Statements, one.Head) != (StatementsAtRest.Batch, 3, 3, head)
            || one.States.Count != 2 || one.States[StatementState.Relayed] != 2 || one.States[StatementState.Uncertain] != 1);
        return wrong.Select(one => $"was told {one.Lines} lines, {one.Statements} statements, {string.Join(", ", one.States)}").Concat(told.Count == 0 ? ["was not told"] : [])
            .Concat((await storage.Batches.FindAsync(StatementsAtRest.Batch, Cancellation))?.Completed is null ? ["is not on record as completed"] : []);
    }
}
