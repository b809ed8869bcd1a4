using System.Security.Cryptography;
using System.Text;
using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements;

/// <summary>
/// From a manifest to one job a line. Each line is on record before its job is on the queue, so that a worker that dies
/// anywhere loses none: the chunk is expanded again, and what is on record already is not put there twice. A message expands
/// one chunk and sends the order for the rest.
/// </summary>
internal sealed partial class ExpandBatch(
    BatchManifest manifest, JobAdmission admission, StatementLedger ledger, BatchRegister batches, StatementQueues queues, Outcomes outcomes, TimeProvider time, ILogger<ExpandBatch> logger)
{
    private const int Parallelism = 16;

    /// <summary>Rows of one transaction of the table service; the hundredth part is the lane.</summary>
    private const int RowsTogether = 99;

    public async Task RunAsync(QueuedMessage message, CancellationToken cancellationToken)
    {
        BatchOrder order;
        try
        {
            order = BatchOrder.Read(message.Body);
        }
        catch (StatementFailedException refusal)
        {
            await outcomes.RefuseAsync(message, refusal, cancellationToken);
            return;
        }

        if (order.From == 0)
            await batches.BeginAsync(order.Batch, order.ManifestId, new BatchPart(order.Manifest, order.Mapping, null), cancellationToken);
        try
        {
            await ExpandAsync(order, cancellationToken);
        }
        catch (StatementFailedException failure)
        {
            await FailAsync(order, failure, cancellationToken);
        }
    }

    private async Task ExpandAsync(BatchOrder order, CancellationToken cancellationToken)
    {
        var chunk = await manifest.ReadAsync(order, cancellationToken);
        // Of equal ids the first is the job: the second ones wait until all first ones are on record.
        foreach (var lines in chunk.Lines.GroupBy(line => line.Identity.Job, StringComparer.Ordinal).SelectMany(same => same.Index()).GroupBy(line => line.Index, line => line.Item))
            await PutOnRecordAsync(order, lines, cancellationToken);

        Log.Expanded(logger, order.Batch, chunk.Lines.Count, chunk.Continuation is null);
        if (chunk.Continuation is { } rest)
            await queues.SendBatchAsync(rest.ToJson().ToMemory(), delay: null, cancellationToken);
        else
            await FinishAsync(order, chunk.Lines.Count, failed: false, cancellationToken);
    }

    private async Task FailAsync(BatchOrder order, StatementFailedException failure, CancellationToken cancellationToken)
    {
        if (failure.Code is FailureCode.ManifestNotFound or FailureCode.ManifestChanged
            && await batches.FindPartAsync(order.Batch, order.ManifestId, cancellationToken) is { Lines: not null, Failed: false })
        {
            // All its lines are on record: it is the bank's to remove, and no statement failed.
            Log.Gone(logger, order.Batch, failure.Code);
            return;
        }

        await outcomes.RecordAsync(
            new EndedReceipt
            {
                Key = new StatementKey(order.Batch, order.PlaceId),
                JobSha256 = order.Sha256,
                State = StatementState.Failed,
                Code = failure.Code,
                Detail = failure.Detail,
            },
            cancellationToken);
        await FinishAsync(order, 0, failed: true, cancellationToken);
    }

    /// <param name="lines">None has the id of another.</param>
    private async Task PutOnRecordAsync(BatchOrder order, IEnumerable<ManifestLine> lines, CancellationToken cancellationToken)
    {
        var (admitted, refused) = Admit(order.Manifest, lines);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(refused, options, async (refusal, cancelled) => await outcomes.RecordAsync(refusal, cancelled));
        await Parallel.ForEachAsync(admitted.Chunk(RowsTogether), options, async (together, cancelled) => await ReceiveAsync(together, cancelled));
    }

    private (List<Admitted> Admitted, List<EndedReceipt> Refused) Admit(string manifestName, IEnumerable<ManifestLine> lines)
    {
        var (admitted, refused) = (new List<Admitted>(), new List<EndedReceipt>());
        foreach (var line in lines)
        {
            if (line.Refusal is { } refusal)
            {
                // The place stands for the line: read again, it is the same outcome again.
                refused.Add(Refuse(line, job: null, $"{manifestName}\0{line.Identity.Job}", refusal.Code, refusal.Detail));
                continue;
            }

            StatementJob? job = null;
            try
            {
                job = admission.Read(line.Job!);
                admitted.Add(new Admitted(line.Job!.ToMemory(), admission.Admit(job).Receipt));
            }
            catch (StatementFailedException fault)
            {
                refused.Add(Refuse(line, job, Encoding.UTF8.GetString(line.Job!), fault.Code, line.Explain(fault.Detail)));
            }
        }

        return (admitted, refused);
    }

    /// <summary>Puts jobs on record, then on the queue.</summary>
    private async Task ReceiveAsync(Admitted[] jobs, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        if (await ledger.TryReceiveAsync([.. jobs.Select(job => job.Receipt)], cancellationToken))
        {
            await Parallel.ForEachAsync(jobs, options, async (job, cancelled) => await queues.SendJobAsync(job.Json, delay: null, cancelled));
            return;
        }

        // A chunk that is expanded again, or an id that is taken.
        await Parallel.ForEachAsync(jobs, options, async (job, cancelled) => await ReceiveAsync(job, cancelled));
    }

    private async Task ReceiveAsync(Admitted job, CancellationToken cancellationToken)
    {
        var reception = await ledger.ReceiveAsync(job.Receipt, cancellationToken);
        if (reception.Outcome == ReceptionOutcome.Conflicting)
            await outcomes.ReportReusedIdAsync(job.Receipt.Key, job.Receipt.Issuer, cancellationToken);
        // One with its next attempt ahead waits on the queue already; for one that is held there may be a certificate by now.
        else if (reception.Row.State is StatementState.Received or StatementState.Held && !(reception.Row.NextAttempt > time.GetUtcNow()))
            await queues.SendJobAsync(job.Json, delay: null, cancellationToken);
    }

    /// <param name="lines">With data, after those that the order counts.</param>
    private Task FinishAsync(BatchOrder order, int lines, bool failed, CancellationToken cancellationToken) =>
        batches.FinishAsync(order.Batch, order.ManifestId, new BatchPart(order.Manifest, order.Mapping, order.DataLines + lines, failed), cancellationToken);

    /// <param name="job">Where the line could be read: whom it is for, so that whoever erases them finds it.</param>
    /// <param name="sign">What tells this line from another under the same id.</param>
    private static EndedReceipt Refuse(ManifestLine line, StatementJob? job, string sign, FailureCode code, string detail) => new()
    {
        Key = new StatementKey(line.Identity.Batch, line.Identity.Job),
        Issuer = line.Identity.Issuer,
        RecipientAddress = job?.Recipient.Address,
        DocumentBlob = job?.Document?.Blob,
        JobSha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sign))),
        State = StatementState.Failed,
        Code = code,
        Detail = detail,
    };

    private sealed record Admitted(ReadOnlyMemory<byte> Json, StatementReceipt Receipt);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Batch {Batch}: {Lines} lines expanded, done: {Done}")]
        public static partial void Expanded(ILogger logger, string batch, int lines, bool done);

        [LoggerMessage(LogLevel.Warning, "Batch {Batch}: a manifest that is expanded cannot be read again ({Code}): what it held is on record, jobs that were lost stay as they are")]
        public static partial void Gone(ILogger logger, string batch, FailureCode code);
    }
}
