using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Delivery;

/// <summary>The roots that a mail server is pinned to.</summary>
internal static class TrustedRoots
{
    /// <summary>Reads PEM (one certificate or many) and DER files.</summary>
    /// <exception cref="InvalidDataException">A file cannot be read, or holds no certificate: it must not pass for "no pinning". The message names setting and file.</exception>
    public static X509Certificate2Collection Load(IEnumerable<string> files)
    {
        var roots = new X509Certificate2Collection();
        foreach (var file in files)
        {
            var before = roots.Count;
            try
            {
                if (IsDer(file))
                    roots.Add(X509CertificateLoader.LoadCertificateFromFile(file));
                else
                    roots.ImportFromPemFile(file);
            }
            catch (CryptographicException unreadable)
            {
                throw new InvalidDataException($"TrustedRoots \"{file}\" is not a certificate in PEM or DER", unreadable);
            }
            // Gone or closed to us since the start, perhaps: whoever reads of it needs the setting's name.
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw new InvalidDataException($"TrustedRoots \"{file}\" cannot be read: {unreadable.Message}", unreadable);
            }

            if (roots.Count == before)
                throw new InvalidDataException($"TrustedRoots \"{file}\" holds no certificate");
        }

        return roots;
    }

    /// <summary>What is wrong with the files, for the check at start.</summary>
    public static IEnumerable<string> Faults(IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            string? fault = null;
            try
            {
                Load([file]);
            }
            catch (InvalidDataException unreadable)
            {
                fault = unreadable.Message;
            }

            if (fault is not null)
                yield return fault;
        }
    }

    // A DER certificate is a SEQUENCE; PEM begins with text.
    private static bool IsDer(string file)
    {
        using var stream = File.OpenRead(file);
        return stream.ReadByte() == 0x30;
    }
}
