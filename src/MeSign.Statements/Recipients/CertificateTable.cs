using System.Formats.Asn1;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Azure;
using Azure.Data.Tables;
using MeSign.Statements.Storage;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Recipients;

/// <summary>
/// The installation's own directory of recipients' certificates, table <c>certificates</c>: partition the domain, row the
/// hash of the address and the certificate's thumbprint.
/// </summary>
public sealed class CertificateTable(TableServiceClient tables)
{
    /// <summary>A recipient with more is looked up without the rest.</summary>
    private const int MostPerAddress = 50;

    /// <summary>A binary property of Azure Tables holds 64 KiB.</summary>
    private const int MostBytes = 64 * 1024;

    private readonly TableClient _table = tables.GetTableClient(StorageNames.Certificates);

    /// <summary>Keeps a certificate under each of its addresses, in place of the same certificate kept before.</summary>
    /// <param name="intermediates">Certificates between it and its root, to be kept with it.</param>
    /// <returns>The addresses that it was kept under.</returns>
    /// <exception cref="InvalidDataException">It names no address, or it or its chain is larger than the table holds.</exception>
    public async Task<IReadOnlyList<EmailAddress>> AddAsync(
        X509Certificate2 certificate, IEnumerable<X509Certificate2> intermediates, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var addresses = CertificateAddresses.Read(certificate);
        if (addresses.Count == 0)
            throw new InvalidDataException("The certificate names no mail address: it needs an rfc822Name or SmtpUTF8Mailbox in subjectAltName.");
        byte[] chain = [.. intermediates.SelectMany(intermediate => intermediate.RawData)];
        if (certificate.RawDataMemory.Length > MostBytes || chain.Length > MostBytes)
            throw new InvalidDataException($"The certificate or its chain is larger than {MostBytes} bytes.");

        foreach (var address in addresses)
        {
            var row = new TableEntity(address.Domain, RowKey(address, Thumbprint(certificate.RawDataMemory.Span)))
            {
                ["Der"] = certificate.RawData,
                ["Chain"] = chain,
            };
            await _table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
        }

        return addresses;
    }

    /// <param name="thumbprint">SHA-256 of the certificate, hex.</param>
    /// <returns>False where it was not there.</returns>
    public async Task<bool> RemoveAsync(EmailAddress address, string thumbprint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(thumbprint);
        var response = await _table.DeleteEntityAsync(address.Domain, RowKey(address, thumbprint.ToLowerInvariant()), ETag.All, cancellationToken);
        return response.Status != 404;
    }

    /// <summary>What is kept for one address.</summary>
    public async Task<IReadOnlyList<FoundCertificate>> FindAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        var (first, behind) = (AddressHash(address) + ':', AddressHash(address) + ';');
        var rows = _table.QueryAsync<TableEntity>(
            row => row.PartitionKey == address.Domain && row.RowKey.CompareTo(first) >= 0 && row.RowKey.CompareTo(behind) < 0,
            maxPerPage: MostPerAddress,
            cancellationToken: cancellationToken);

        var found = new List<FoundCertificate>();
        await foreach (var row in rows)
        {
            found.Add(new FoundCertificate(row.GetBinary("Der"), Split(row.GetBinary("Chain") ?? [])));
            if (found.Count == MostPerAddress)
                break;
        }

        return found;
    }

    /// <summary>Every certificate in the table, or those of one domain.</summary>
    /// <param name="domain">A-labels, lower case; all where null.</param>
    public async IAsyncEnumerable<FoundCertificate> ListAsync(string? domain, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = domain is null
            ? _table.QueryAsync<TableEntity>(cancellationToken: cancellationToken)
            : _table.QueryAsync<TableEntity>(row => row.PartitionKey == domain, cancellationToken: cancellationToken);
        await foreach (var row in rows)
            yield return new FoundCertificate(row.GetBinary("Der"), Split(row.GetBinary("Chain") ?? []));
    }

    internal static string Thumbprint(ReadOnlySpan<byte> der) => Convert.ToHexStringLower(SHA256.HashData(der));

    private static string RowKey(EmailAddress address, string thumbprint) => $"{AddressHash(address)}:{thumbprint}";

    // The certificate beside it names the address: this only makes a key of it that Azure Tables can hold.
    private static string AddressHash(EmailAddress address) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.Normalized)).AsSpan(..16));

    private static List<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> chain)
    {
        var certificates = new List<ReadOnlyMemory<byte>>();
        while (chain.Length > 0 && AsnDecoder.TryReadEncodedValue(chain.Span, AsnEncodingRules.DER, out _, out _, out _, out var length))
        {
            certificates.Add(chain[..length]);
            chain = chain[length..];
        }

        return certificates;
    }
}
