using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements;

/// <summary>From a poison queue to a recorded outcome: what a host gave up on is on record, and can be retried by a person.</summary>
internal sealed partial class RecordAbandoned(
    StatementLedger ledger, HeldJobs held, JobReader reader, Outcomes outcomes, ILogger<RecordAbandoned> logger)
{
    public async Task RunAsync(string queue, QueuedMessage message, CancellationToken cancellationToken)
    {
        var order = queue == StorageNames.Batches ? BatchOrder.TryRead(message.Body) : null;
        var key = order is null ? KeyOf(queue, message) : new StatementKey(order.Batch, order.PlaceId);
        // An order is the same one in whichever words it comes: the bank's, or those of a sweep.
        var sha256 = order?.Sha256 ?? Outcomes.HashOf(message);
        var detail = $"{queue} gave up on it after too many attempts that died; the host's log says why";
        Log.Poison(logger, queue, key.Batch, key.Job);

        var row = await ledger.FindAsync(key, cancellationToken);
        switch (row?.State)
        {
            case null when order is not null:
                await KeepAsync(queue, message, key, cancellationToken);
                await outcomes.RecordAsync(new EndedReceipt { Key = key, JobSha256 = sha256, State = StatementState.Abandoned, Detail = detail }, cancellationToken);
                break;

            case null:
            case not null when queue != StorageNames.Deliveries && row.JobSha256 != sha256:
                // Not on record yet, or another job under an id that is taken, whose owner's row is left alone.
                if (row is null)
                    await KeepAsync(queue, message, key, cancellationToken);
                await outcomes.AbandonAsync(message, key, JobOf(queue, message), detail, cancellationToken);
                break;

            case StatementState.Submitting:
                // Nobody knows whether it left: the lease decides, and the sweep records Uncertain when that is over.
                break;

            case var state when state.Value.IsEnd():
                await outcomes.ReportAsync(row, cancellationToken);
                break;

            default:
                await KeepAsync(queue, message, key, cancellationToken);
                await outcomes.EndAsync(row with { Detail = detail }, StatementState.Abandoned, cancellationToken);
                break;
        }
    }

    /// <summary>Without its message a job or an order cannot be retried; a delivery order is made anew from its row.</summary>
    private async Task KeepAsync(string queue, QueuedMessage message, StatementKey key, CancellationToken cancellationToken)
    {
        if (queue != StorageNames.Deliveries && QueueText.TryDecode(message.Body) is { } json)
            await held.ParkAsync(key.Batch, key.Job, json, cancellationToken);
    }

    /// <returns>Null where it is none, or cannot be read.</returns>
    private StatementJob? JobOf(string queue, QueuedMessage message)
    {
        try
        {
            return queue == StorageNames.Jobs ? reader.Read(message.Body) : null;
        }
        catch (StatementFailedException)
        {
            return null;
        }
    }

    private static StatementKey KeyOf(string queue, QueuedMessage message)
    {
        if (queue == StorageNames.Deliveries && DeliveryOrder.Read(message.Body) is { } order)
            return order.Key;

        var identity = Outcomes.IdentityOf(message);
        return new StatementKey(identity.Batch, identity.Job);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "A message of {Queue} is abandoned: {Batch}/{Job}")]
        public static partial void Poison(ILogger logger, string queue, string batch, string job);
    }
}
