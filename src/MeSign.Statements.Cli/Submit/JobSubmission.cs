using System.Text.Json;
using System.Text.Json.Nodes;
using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;

namespace MeSign.Statements.Cli.Submit;

/// <summary>Submits one job. It is read by the contract first: what would end as Failed is refused here.</summary>
internal sealed class JobSubmission(DocumentUpload documents, StatementQueues queues, JobReader reader, TemplateCheck templates)
{
    /// <param name="job">The job; its document is filled in where <paramref name="document"/> is given.</param>
    public async Task<Submitted> SubmitAsync(JsonObject job, FileInfo? document, CancellationToken cancellationToken)
    {
        if (document is not null)
            await DocumentUpload.FillInAsync(job, batch: null, document, cancellationToken);

        var json = JsonSerializer.SerializeToUtf8Bytes(job, SubmitReport.Json);
        var read = Read(json);
        if (templates.Fault(read) is { } fault)
            throw CommandException.Usage($"{fault.Code}: {fault.Detail}");
        if (document is not null)
            await documents.PutAsync(read.Document!.Blob, document, cancellationToken);

        await queues.SendJobAsync(json, delay: null, cancellationToken);
        return new Submitted(read.Batch, read.Id, 1, read.Document?.Blob, read.Document?.Sha256, templates.Skipped);
    }

    private StatementJob Read(byte[] json)
    {
        try
        {
            return reader.Read(BinaryData.FromBytes(json));
        }
        catch (StatementFailedException fault)
        {
            throw CommandException.Usage($"{fault.Code}: {fault.Detail}");
        }
    }
}
