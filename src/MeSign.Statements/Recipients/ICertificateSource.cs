namespace MeSign.Statements.Recipients;

/// <summary>A place where recipients' certificates are kept. It finds and does not judge.</summary>
public interface ICertificateSource
{
    /// <summary>What rejections and delays call it; names no person.</summary>
    string Name { get; }

    /// <summary>Everything that it holds for the address; empty only where it holds nothing.</summary>
    /// <exception cref="StatementDelayedException">It cannot tell now.</exception>
    Task<IReadOnlyList<FoundCertificate>> FindAsync(EmailAddress address, CancellationToken cancellationToken);
}

/// <param name="Der">What is kept as the recipient's certificate, not yet parsed.</param>
/// <param name="Intermediates">Certificates kept with it that may lie between it and a root, DER each.</param>
public sealed record FoundCertificate(ReadOnlyMemory<byte> Der, IReadOnlyList<ReadOnlyMemory<byte>> Intermediates);
