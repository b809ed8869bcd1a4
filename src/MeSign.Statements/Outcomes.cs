using System.Security.Cryptography;
using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements;

/// <summary>Writes what became of a job: first the ledger, then the bank's result queue, then that it was told.</summary>
internal sealed partial class Outcomes(
    StatementLedger ledger, StatementQueues queues, DeferralSchedule schedule, TimeProvider time, ILogger<Outcomes> logger)
{
    /// <summary>The one place where a trigger's failures become outcomes.</summary>
    /// <param name="row">The statement as it was read before the work.</param>
    /// <param name="work">Must not have moved the row when it fails.</param>
    /// <param name="again">Puts the message back on its queue, invisible for the given time.</param>
    public async Task SettleAsync(LedgerRow row, Func<Task> work, Func<TimeSpan, Task> again, CancellationToken cancellationToken)
    {
        try
        {
            await work();
        }
        catch (StatementFailedException failure)
        {
            await EndAsync(row with { Code = failure.Code, Detail = failure.Detail }, StatementState.Failed, cancellationToken);
        }
        catch (StatementDelayedException delayed)
        {
            var now = time.GetUtcNow();
            if (schedule.Next(AttemptsByAge(now - row.Received), now, row.Expires, delayed.RetryAfter) is { } delay)
            {
                Log.Delayed(logger, row.Batch, row.Job, delayed.Message, delay);
                // Dead between the two, the message that this call holds comes back.
                await ledger.AmendAsync(row with { NextAttempt = now + delay }, cancellationToken);
                await again(delay);
            }
            else
            {
                await EndAsync(row with { Detail = $"its time ran out: {delayed.Message}" }, StatementState.Expired, cancellationToken);
            }
        }
    }

    /// <summary>Records a message that was refused before it could be received.</summary>
    public Task RefuseAsync(QueuedMessage message, StatementFailedException refusal, CancellationToken cancellationToken) =>
        RefuseAsync(message, job: null, refusal, cancellationToken);

    /// <param name="job">Where it is one, and can be read.</param>
    /// <inheritdoc cref="RefuseAsync(QueuedMessage, StatementFailedException, CancellationToken)"/>
    public Task RefuseAsync(QueuedMessage message, StatementJob? job, StatementFailedException refusal, CancellationToken cancellationToken) =>
        RecordAsync(ReceiptOf(message, job, StatementState.Failed, refusal.Detail) with { Code = refusal.Code }, cancellationToken);

    /// <summary>Records a message that was given up on and has no statement in the ledger.</summary>
    /// <param name="key">What the message says it is about; found in the message as in a job where it is null.</param>
    /// <param name="job">Where it is one, and can be read.</param>
    public Task AbandonAsync(QueuedMessage message, StatementKey? key, StatementJob? job, string detail, CancellationToken cancellationToken)
    {
        var receipt = ReceiptOf(message, job, StatementState.Abandoned, detail);
        return RecordAsync(receipt with { Key = key ?? receipt.Key }, cancellationToken);
    }

    /// <summary>Puts an end on record for a job that was never worked on, unless it has come further already.</summary>
    public async Task RecordAsync(EndedReceipt receipt, CancellationToken cancellationToken)
    {
        var reception = await ledger.RecordEndedAsync(receipt, cancellationToken);
        if (reception.Outcome == ReceptionOutcome.Conflicting)
        {
            await ReportReusedIdAsync(receipt.Key, receipt.Issuer, cancellationToken);
            return;
        }

        // On record since it was retried, or since its manifest was read, and refused only now; an order's row is not moved by its retry.
        if (reception.Row.State is StatementState.Received or StatementState.Held || (receipt.State == StatementState.Failed && reception.Row is { State: StatementState.Abandoned, HasMessage: false }))
        {
            await EndAsync(reception.Row with { Code = receipt.Code, Detail = receipt.Detail }, receipt.State, cancellationToken);
            return;
        }

        Log.Ended(logger, receipt.Key.Batch, receipt.Key.Job, reception.Row.State, reception.Row.Code);
        await ReportAsync(reception.Row, cancellationToken);
    }

    /// <summary>Another job came under an id that is taken: the bank is told, and the first job's row stays as it is.</summary>
    public async Task ReportReusedIdAsync(StatementKey key, string? issuer, CancellationToken cancellationToken)
    {
        Log.IdReused(logger, key.Batch, key.Job);
        var result = new StatementResult
        {
            Batch = key.Batch,
            Job = key.Job,
            Issuer = issuer,
            State = StatementState.Failed,
            Code = FailureCode.JobIdReused,
            Detail = $"another job has the id {key.Job} in batch {key.Batch}: this one was not sent; give it an id of its own",
            At = time.GetUtcNow(),
        };
        await queues.SendResultAsync(result, cancellationToken);
    }

    /// <summary>Ends a statement; <paramref name="row"/> carries the code and the detail.</summary>
    public Task EndAsync(LedgerRow row, StatementState end, CancellationToken cancellationToken) => EndAsync(row, end, note: null, cancellationToken);

    /// <param name="note">Who decided it, where that was a person.</param>
    /// <inheritdoc cref="EndAsync(LedgerRow, StatementState, CancellationToken)"/>
    public async Task EndAsync(LedgerRow row, StatementState end, string? note, CancellationToken cancellationToken)
    {
        var ended = await ledger.MoveAsync(row, end, note, cancellationToken);
        Log.Ended(logger, ended.Batch, ended.Job, ended.State, ended.Code);
        await ReportAsync(ended, cancellationToken);
    }

    /// <summary>Keeps a statement until a certificate of its recipient arrives. One that is held already keeps the reason that is on record.</summary>
    /// <param name="row">The row as it was read.</param>
    /// <param name="reason">Why it waits.</param>
    /// <param name="rejected">As <see cref="LedgerRow.RejectedCertificates"/>.</param>
    public async Task HoldAsync(LedgerRow row, string reason, string? rejected, CancellationToken cancellationToken)
    {
        if (row.State != StatementState.Held)
        {
            row = await ledger.MoveAsync(row with { Detail = reason, RejectedCertificates = rejected }, StatementState.Held, cancellationToken);
            Log.Held(logger, row.Batch, row.Job);
        }

        await ReportAsync(row, cancellationToken);
    }

    /// <summary>Tells the bank, unless it was told already. Dying between the two lines tells it twice, never not at all.</summary>
    public async Task ReportAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        if (row.Reported || !(row.State.IsEnd() || row.State == StatementState.Held))
            return;

        await queues.SendResultAsync(StatementResult.Of(row), cancellationToken);
        await ledger.AmendAsync(row with { Reported = true }, cancellationToken);
    }

    /// <summary>Under what a message is on record that may be no job at all: then its body names it, since a host that puts it back gives it a new id.</summary>
    public static JobIdentity IdentityOf(QueuedMessage message) => JobIdentity.Find(message.Body, $"body-{HashOf(message)[..32]}");

    public static string HashOf(QueuedMessage message) =>
        Convert.ToHexStringLower(SHA256.HashData((QueueText.TryDecode(message.Body) ?? message.Body.ToMemory()).Span));

    private static EndedReceipt ReceiptOf(QueuedMessage message, StatementJob? job, StatementState state, string detail)
    {
        var identity = IdentityOf(message);
        return new EndedReceipt
        {
            Key = new StatementKey(identity.Batch, identity.Job),
            Issuer = identity.Issuer,
            RecipientAddress = job?.Recipient.Address,
            DocumentBlob = job?.Document?.Blob,
            JobSha256 = HashOf(message),
            State = state,
            Detail = detail,
        };
    }

    /// <summary>The attempt that a statement of this age would be at, had its delay doubled from the first one on.</summary>
    private static int AttemptsByAge(TimeSpan age) => 1 + (int)Math.Log2(1 + Math.Max(0, age.TotalMinutes));

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Batch}/{Job} ended as {State} {Code}")]
        public static partial void Ended(ILogger logger, string batch, string job, StatementState state, FailureCode? code);

        [LoggerMessage(LogLevel.Information, "{Batch}/{Job} is held: no usable certificate")]
        public static partial void Held(ILogger logger, string batch, string job);

        [LoggerMessage(LogLevel.Warning, "{Batch}/{Job} waits {Delay}: {Reason}")]
        public static partial void Delayed(ILogger logger, string batch, string job, string reason, TimeSpan delay);

        [LoggerMessage(LogLevel.Warning, "{Batch}/{Job}: another job came under the same id and was not sent")]
        public static partial void IdReused(ILogger logger, string batch, string job);
    }
}
