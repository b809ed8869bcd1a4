using Azure;

namespace MeSign.Statements.Recipients;

/// <summary>The installation's own directory.</summary>
internal sealed class TableCertificateSource(CertificateTable table) : ICertificateSource
{
    public string Name => "table";

    public async Task<IReadOnlyList<FoundCertificate>> FindAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return await table.FindAsync(address, cancellationToken);
        }
        catch (Exception fault) when (fault is RequestFailedException or AggregateException or IOException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // AggregateException: what Azure.Core throws when all its retries have failed. A missing table is a fault of
            // ours too, and not the news that this recipient has no certificate.
            throw new StatementDelayedException("the certificate table does not answer", innerException: fault);
        }
    }
}
