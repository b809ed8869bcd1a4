using System.Text.Json;
using System.Text.Json.Serialization;
using MeSign.Statements.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MeSign.Statements.Operations;

/// <summary>What can be asked and decided over HTTP: how a batch and its statements stand, and what people decide about them.</summary>
internal sealed class OperationsRequests(StatementLedger ledger, BatchRegister batches, Decisions decisions)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public async Task<IResult> ShowAsync(string batch, CancellationToken cancellationToken)
    {
        if (!StatementKey.IsPart(batch))
            return Absent(batch);

        var record = await batches.FindAsync(batch, cancellationToken);
        var totals = await batches.TotalsAsync(batch, cancellationToken);
        return record is null && totals.Received == 0
            ? Absent(batch)
            : TypedResults.Json(new BatchView(batch, totals.Received, totals.OnTheWay, totals.Ended, record?.IsExpanded, record?.Completed, totals.Head), Json);
    }

    /// <param name="state">Name of the state of those that are listed, in any case; all of them where null.</param>
    public async Task<IResult> ListAsync(string batch, string? state, CancellationToken cancellationToken)
    {
        var only = state is null ? null : StatementStates.Find(state);
        if (state is not null && only is null)
            return Problem(StatusCodes.Status400BadRequest, $"state is not one of {string.Join(", ", Enum.GetNames<StatementState>())}");

        return await IsKnownAsync(batch, cancellationToken)
            ? TypedResults.Json(ledger.ByBatchAsync(batch, cancellationToken).Where(row => only is null || row.State == only).Select(StatementView.Of), Json)
            : Absent(batch);
    }

    public async Task<IResult> ShowAsync(string batch, string job, CancellationToken cancellationToken) =>
        await FindAsync(batch, job, cancellationToken) is { } row ? TypedResults.Json(StatementView.Of(row), Json) : Absent($"{batch}/{job}");

    /// <summary>All that is Abandoned in a batch.</summary>
    public async Task<IResult> RetryAsync(string batch, string by)
    {
        if (!await IsKnownAsync(batch, CancellationToken.None))
            return Absent(batch);

        var (retried, gone) = await decisions.RetryAllAsync(batch, by, CancellationToken.None);
        return TypedResults.Json(new RetryView(retried, [.. gone.Select(key => key.Job)]), Json);
    }

    public Task<IResult> RetryAsync(string batch, string job, string by) =>
        DecideAsync(batch, job, StatementState.Abandoned, row => decisions.RetryAsync(row, by, CancellationToken.None));

    public Task<IResult> ResendAsync(string batch, string job, string by) =>
        DecideAsync(batch, job, StatementState.Uncertain, row => decisions.ResendAsync(row, by, CancellationToken.None));

    public Task<IResult> ResolveAsync(string batch, string job, string by) => DecideAsync(batch, job, StatementState.Uncertain, async row =>
    {
        await decisions.ResolveAsync(row, by, CancellationToken.None);
        return true;
    });

    /// <summary>What is decided is carried out, whether or not the client waits for it.</summary>
    /// <param name="from">The state that the decision is for.</param>
    private async Task<IResult> DecideAsync(string batch, string job, StatementState from, Func<LedgerRow, Task<bool>> decide)
    {
        if (await FindAsync(batch, job, CancellationToken.None) is not { } row)
            return Absent($"{batch}/{job}");
        if (row.State != from)
            return Problem(StatusCodes.Status409Conflict, $"{row.Key} is {row.State}, not {from}: there is nothing to decide");

        try
        {
            return await decide(row)
                ? await ShowAsync(batch, job, CancellationToken.None)
                : Problem(StatusCodes.Status410Gone, $"{row.Key}: its job or its message is not kept any more, the bank must send a new job");
        }
        catch (DecisionRefusedException refused)
        {
            return Problem(StatusCodes.Status409Conflict, refused.Message);
        }
        catch (LedgerConflictException)
        {
            return Problem(StatusCodes.Status409Conflict, $"{row.Key} moved on meanwhile: look again");
        }
    }

    // Asked before a list is begun, which may be long: whether storage answers is known before the first byte leaves.
    private async Task<bool> IsKnownAsync(string batch, CancellationToken cancellationToken) =>
        StatementKey.IsPart(batch) && (await batches.TotalsAsync(batch, cancellationToken)).Received > 0;

    private async Task<LedgerRow?> FindAsync(string batch, string job, CancellationToken cancellationToken) =>
        StatementKey.IsPart(batch) && StatementKey.IsPart(job) ? await ledger.FindAsync(new StatementKey(batch, job), cancellationToken) : null;

    private static ProblemHttpResult Absent(string what) => Problem(StatusCodes.Status404NotFound, $"{what} is not in the ledger");

    private static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);

    /// <param name="Gone">Jobs that only the bank can send again.</param>
    private sealed record RetryView(int Retried, IReadOnlyList<string> Gone);

    /// <param name="Ended">How many stand in each end state; states without any are absent.</param>
    /// <param name="Expanded">Absent where the batch came as single jobs.</param>
    private sealed record BatchView(
        string Batch, int Received, int OnTheWay, IReadOnlyDictionary<StatementState, int> Ended, bool? Expanded, DateTimeOffset? Completed, string Head);
}
