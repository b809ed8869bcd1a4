using Microsoft.Extensions.Options;

namespace MeSign.Statements.Recipients;

/// <summary>A folder of certificate files, followed as it changes.</summary>
internal sealed class FolderCertificateSource(IOptions<RecipientOptions> options, TimeProvider time) : ICertificateSource
{
    private readonly Lock _refreshing = new();
    private CertificateFolder _folder = CertificateFolder.Empty;
    private DateTimeOffset _nextLook;

    public string Name => "folder";

    public Task<IReadOnlyList<FoundCertificate>> FindAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(options.Value.Folder))
            return Task.FromResult<IReadOnlyList<FoundCertificate>>([]);

        lock (_refreshing)
        {
            if (time.GetUtcNow() >= _nextLook)
                Refresh(options.Value.Folder);
            return Task.FromResult(_folder.Find(address));
        }
    }

    private void Refresh(string folder)
    {
        try
        {
            _folder = _folder.Reread(folder);
            _nextLook = time.GetUtcNow() + options.Value.Refresh;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // What was read before may lack the certificate that replaced a lost key.
            throw new StatementDelayedException("the certificate folder cannot be read", innerException: fault);
        }
    }
}
