using System.Collections.Concurrent;
using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements;

/// <summary>What people decide about statements that the pipeline will not touch by itself. Who did it is kept in the history.</summary>
public sealed partial class Decisions
{
    private const int Parallelism = 16;

    private readonly StatementLedger _ledger;
    private readonly HeldJobs _held;
    private readonly StatementQueues _queues;
    private readonly Outcomes _outcomes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    internal Decisions(StatementLedger ledger, HeldJobs held, StatementQueues queues, Outcomes outcomes, TimeProvider time, ILogger<Decisions> logger)
    {
        _time = time;
        _ledger = ledger;
        _held = held;
        _queues = queues;
        _outcomes = outcomes;
        _logger = logger;
    }

    /// <summary>Gives an Abandoned statement (or batch order) back to its queue, from where it had come to; what is larger than a job may be ends as Failed.</summary>
    /// <param name="by">Who decided it, for the history.</param>
    /// <returns>Whether there was anything to retry: false where its job is gone, and the bank must send it again.</returns>
    /// <exception cref="InvalidOperationException">It is not Abandoned.</exception>
    public async Task<bool> RetryAsync(LedgerRow row, string by, CancellationToken cancellationToken)
    {
        Require(row, StatementState.Abandoned);
        if (row.HasMessage)
        {
            await _ledger.MoveAsync(row with { Detail = null }, StatementState.Sealed, $"retried by {by}", cancellationToken);
            await _queues.SendDeliveryAsync(new DeliveryOrder(row.Batch, row.Job), delay: null, cancellationToken);
        }
        else if (await _held.FindAsync(row.Batch, row.Job, cancellationToken) is not { } json)
        {
            return false;
        }
        else if (FindFault(json) is { } fault)
        {
            // A worker would say the same of it, but it came as plain JSON, and what this system sends (Base64) would not fit the queue.
            await _outcomes.EndAsync(row with { Code = fault.Code, Detail = fault.Detail }, StatementState.Failed, $"retried by {by}", cancellationToken);
        }
        else if (BatchOrder.TryRead(BinaryData.FromBytes(json)) is not null)
        {
            // The order is no statement: its row stays, and says what was done. No sweep would find that it was not done, so that comes first.
            await _queues.SendBatchAsync(json, delay: null, cancellationToken);
            await _ledger.AnnotateAsync(row, $"retried by {by}", cancellationToken);
        }
        else
        {
            await _ledger.MoveAsync(row with { Detail = null, Body = json }, StatementState.Received, $"retried by {by}", cancellationToken);
            await _queues.SendJobAsync(json, delay: null, cancellationToken);
        }

        Log.Decided(_logger, row.Batch, row.Job, row.State, "retried");
        return true;
    }

    /// <summary>As <see cref="RetryAsync"/> for all that is Abandoned in a batch, several at once.</summary>
    /// <returns>How many were retried, and which cannot be; one that somebody else decides meanwhile is neither.</returns>
    public async Task<(int Retried, IReadOnlyList<StatementKey> Gone)> RetryAllAsync(string batch, string by, CancellationToken cancellationToken)
    {
        var (retried, gone) = (0, new ConcurrentQueue<StatementKey>());
        var rows = _ledger.ByBatchAsync(batch, cancellationToken).Where(row => row.State == StatementState.Abandoned);
        await Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken }, async (row, cancelled) =>
        {
            try
            {
                if (await RetryAsync(row, by, cancelled))
                    Interlocked.Increment(ref retried);
                else
                    gone.Enqueue(row.Key);
            }
            catch (LedgerConflictException)
            {
            }
        });
        return (retried, [.. gone]);
    }

    /// <summary>Sends an Uncertain statement once more, the same bytes under the same Message-ID: the recipient may get it twice.</summary>
    /// <param name="by">Who decided it, for the history.</param>
    /// <returns>False where its message is not kept any more, and the bank must send a new job.</returns>
    /// <exception cref="DecisionRefusedException">Its time ran out: it would end as Expired, and what is uncertain about it be lost.</exception>
    /// <exception cref="InvalidOperationException">It is not Uncertain.</exception>
    public async Task<bool> ResendAsync(LedgerRow row, string by, CancellationToken cancellationToken)
    {
        Require(row, StatementState.Uncertain);
        if (row.Expires is { } expiry && expiry <= _time.GetUtcNow())
            throw new DecisionRefusedException($"{row.Key}: its time ran out at {expiry:u}, it is not sent any more: resolve it where the relay did take it, or leave it Uncertain");
        if (!row.HasMessage)
            return false;

        await _ledger.MoveAsync(row with { Detail = null }, StatementState.Sealed, $"sent again by {by}", cancellationToken);
        await _queues.SendDeliveryAsync(new DeliveryOrder(row.Batch, row.Job), delay: null, cancellationToken);
        Log.Decided(_logger, row.Batch, row.Job, row.State, "sent again");
        return true;
    }

    /// <summary>Records that the relay did take an Uncertain statement, as its operator or its log says.</summary>
    /// <param name="by">Who decided it, for the history.</param>
    /// <exception cref="InvalidOperationException">It is not Uncertain.</exception>
    public async Task ResolveAsync(LedgerRow row, string by, CancellationToken cancellationToken)
    {
        Require(row, StatementState.Uncertain);
        await _outcomes.EndAsync(row with { Detail = "relayed, as an operator found" }, StatementState.Relayed, $"resolved by {by}", cancellationToken);
        Log.Decided(_logger, row.Batch, row.Job, row.State, "resolved");
    }

    /// <returns>Null where it is within the limits of a job.</returns>
    private static StatementFailedException? FindFault(ReadOnlyMemory<byte> json)
    {
        try
        {
            JobBody.Decode(BinaryData.FromBytes(json));
            return null;
        }
        catch (StatementFailedException fault)
        {
            return fault;
        }
    }

    private static void Require(LedgerRow row, StatementState state)
    {
        if (row.State != state)
            throw new InvalidOperationException($"{row.Key} is {row.State}, not {state}: there is nothing to decide");
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Batch}/{Job} was {State} and is {Decision} by an operator")]
        public static partial void Decided(ILogger logger, string batch, string job, StatementState state, string decision);
    }
}
