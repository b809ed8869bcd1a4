using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Recipients;

/// <summary>What a folder held when it was last read, by address.</summary>
internal sealed class CertificateFolder
{
    private const int MostFiles = 20_000;
    private const int MostBytesOfFile = 256 * 1024;

    private readonly Dictionary<string, KeptFile> _files;
    private readonly Dictionary<string, List<FoundCertificate>> _byAddress = new(StringComparer.Ordinal);

    private CertificateFolder(Dictionary<string, KeptFile> files)
    {
        _files = files;
        foreach (var (address, certificate) in files.Values.SelectMany(file => file.Certificates))
        {
            if (_byAddress.TryGetValue(address, out var certificates))
                certificates.Add(certificate);
            else
                _byAddress.Add(address, [certificate]);
        }
    }

    public static CertificateFolder Empty { get; } = new(new Dictionary<string, KeptFile>(StringComparer.Ordinal));

    public IReadOnlyList<FoundCertificate> Find(EmailAddress address) => _byAddress.GetValueOrDefault(address.Normalized) ?? [];

    /// <summary>The folder as it is now; files that have not changed are not read again.</summary>
    /// <exception cref="InvalidDataException">It holds too much to be what the setting meant.</exception>
    /// <exception cref="IOException">It, or a file in it, cannot be read.</exception>
    public CertificateFolder Reread(string folder)
    {
        var files = new Dictionary<string, KeptFile>(StringComparer.Ordinal);
        var changed = false;
        foreach (var info in new DirectoryInfo(folder).EnumerateFiles())
        {
            // Kubernetes mounts secrets beside "..data" links; editors leave dot files.
            if (info.Name.StartsWith('.'))
                continue;
            if (files.Count == MostFiles)
                throw new InvalidDataException($"{folder} holds more than {MostFiles} files: put the certificates into the table");

            if (_files.TryGetValue(info.Name, out var kept) && kept.Written == info.LastWriteTimeUtc && kept.Length == info.Length)
            {
                files.Add(info.Name, kept);
                continue;
            }

            changed = true;
            files.Add(info.Name, Read(info));
        }

        return changed || files.Count != _files.Count ? new CertificateFolder(files) : this;
    }

    private static KeptFile Read(FileInfo info)
    {
        if (info.Length > MostBytesOfFile)
            throw new InvalidDataException($"{info.FullName} has {info.Length} bytes: a file of certificates has at most {MostBytesOfFile}");

        var named = EmailAddress.TryParse(Path.GetFileNameWithoutExtension(info.Name), out var owner, out _) ? owner.Normalized : null;
        var certificates = new List<(string Address, FoundCertificate Certificate)>();
        var intermediates = new List<ReadOnlyMemory<byte>>();
        var leaves = new List<(ReadOnlyMemory<byte> Der, HashSet<string> Addresses)>();
        foreach (var der in TrustFiles.Blocks(File.ReadAllBytes(info.FullName), "CERTIFICATE"))
        {
            if (AddressesOf(der) is { } addresses)
                leaves.Add((der, addresses));
            else
                intermediates.Add(der);
        }

        foreach (var (der, addresses) in leaves)
        {
            // Under the file's name too: what was put there for someone and is not theirs is then rejected by name.
            if (named is not null)
                addresses.Add(named);
            certificates.AddRange(addresses.Select(address => (address, new FoundCertificate(der, intermediates))));
        }

        return new KeptFile(info.LastWriteTimeUtc, info.Length, certificates);
    }

    /// <summary>The addresses of an end entity's certificate, or none of something unreadable; null for an authority's.</summary>
    private static HashSet<string>? AddressesOf(ReadOnlyMemory<byte> der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der.Span);
            return certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority)
                ? null
                : [.. CertificateAddresses.Read(certificate).Select(address => address.Normalized)];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }

    private sealed record KeptFile(DateTime Written, long Length, IReadOnlyList<(string Address, FoundCertificate Certificate)> Certificates);
}
