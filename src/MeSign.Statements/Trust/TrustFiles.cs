using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace MeSign.Statements.Trust;

/// <summary>Reads certificates and CRLs as administrators keep them: PEM bundles, DER files, folders of either.</summary>
internal static class TrustFiles
{
    // The largest public CRLs are some tens of megabytes; beyond that the file is not what the setting meant.
    private const long MaxBytes = 64 * 1024 * 1024;

    /// <summary>Files as they are named, folders as the files in them, in a stable order.</summary>
    /// <exception cref="InvalidDataException">A path is neither a file nor a folder.</exception>
    public static IEnumerable<string> Expand(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
            {
                foreach (var file in Directory.EnumerateFiles(path).Where(IsVisible).Order(StringComparer.Ordinal))
                    yield return file;
            }
            else if (File.Exists(path))
            {
                yield return path;
            }
            else
            {
                throw new InvalidDataException($"{path} does not exist: name a file or a folder that this process can read.");
            }
        }
    }

    /// <exception cref="InvalidDataException">The file is larger than any certificate or CRL.</exception>
    public static byte[] Read(string file)
    {
        var length = new FileInfo(file).Length;
        return length <= MaxBytes
            ? File.ReadAllBytes(file)
            : throw new InvalidDataException($"{file} has {length} bytes: a certificate or CRL has at most {MaxBytes}.");
    }

    /// <summary>The DER values of a file: each PEM block with the label, or the whole file where it is not PEM.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Blocks(byte[] file, string label)
    {
        if (file.AsSpan().IndexOf("-----BEGIN "u8) < 0)
            return [file];

        var blocks = new List<ReadOnlyMemory<byte>>();
        var rest = file.AsSpan();
        while (PemEncoding.TryFindUtf8(rest, out var fields))
        {
            if (rest[fields.Label].SequenceEqual(Encoding.ASCII.GetBytes(label)))
            {
                var der = new byte[fields.DecodedDataLength];
                _ = Base64.DecodeFromUtf8(rest[fields.Base64Data], der, out _, out _);
                blocks.Add(der);
            }

            rest = rest[fields.Location.End..];
        }

        return blocks;
    }

    // Kubernetes mounts secrets beside "..data" links; editors leave dot files.
    private static bool IsVisible(string file) => !Path.GetFileName(file).StartsWith('.');
}
