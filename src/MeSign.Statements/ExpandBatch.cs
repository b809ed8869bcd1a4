using System.Security.Cryptography;
using System.Text;
using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements;

/// <summary>
/// From a manifest to one job a line. A message expands one chunk and sends the order for the rest, so that a worker that
/// dies repeats a chunk at the most; a job that comes twice is one job.
/// </summary>
internal sealed partial class ExpandBatch(BatchManifest manifest, StatementQueues queues, Outcomes outcomes, ILogger<ExpandBatch> logger)
{
    private const int Parallelism = 16;

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

        try
        {
            await ExpandAsync(order, cancellationToken);
        }
        catch (StatementFailedException failure)
        {
            await RecordAsync(order, new StatementKey(order.Batch, order.PlaceId), issuer: null, failure.Code, failure.Detail, cancellationToken);
        }
    }

    private async Task ExpandAsync(BatchOrder order, CancellationToken cancellationToken)
    {
        var chunk = await manifest.ReadAsync(order, cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(chunk.Lines, options, async (line, cancelled) => await (line switch
        {
            { Refusal: { } refusal } => RecordAsync(
                order, new StatementKey(line.Identity.Batch, line.Identity.Job), line.Identity.Issuer, refusal.Code, refusal.Detail, cancelled),
            _ => queues.SendJobAsync(line.Job!.ToMemory(), delay: null, cancelled),
        }));

        Log.Expanded(logger, order.Batch, chunk.Lines.Count, chunk.Continuation is null);
        if (chunk.Continuation is { } rest)
            await queues.SendBatchAsync(rest.ToJson().ToMemory(), delay: null, cancellationToken);
    }

    private Task RecordAsync(BatchOrder order, StatementKey key, string? issuer, FailureCode code, string detail, CancellationToken cancellationToken) =>
        outcomes.RecordAsync(
            new EndedReceipt
            {
                Key = key,
                Issuer = issuer,
                // The place stands for the line: read again, it is the same outcome again.
                JobSha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{order.Manifest}\0{key.Job}"))),
                State = StatementState.Failed,
                Code = code,
                Detail = detail,
            },
            cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Batch {Batch}: {Lines} lines expanded, done: {Done}")]
        public static partial void Expanded(ILogger logger, string batch, int lines, bool done);
    }
}
