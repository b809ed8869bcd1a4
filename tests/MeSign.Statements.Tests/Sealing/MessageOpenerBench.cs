using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Issuers;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>Sealed messages, and what may be done to them on the way.</summary>
public abstract class MessageOpenerBench
{
    private protected static readonly byte[] Pdf = [.. "%PDF-1.7\n"u8, .. RandomNumberGenerator.GetBytes(50_000)];

    private protected static async Task<byte[]> SealAsync(X509Certificate2? recipient, IssuerSealing? form = null)
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer() with { Sealing = form ?? new() };
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf);
        var result = await sealing.Sealer.SealAsync(message, issuer, recipient is null ? [] : [recipient], TestContext.Current.CancellationToken);
        return result.Eml.ToArray();
    }

    private protected static byte[] Replace(byte[] eml, string field, string value)
    {
        var lines = Encoding.ASCII.GetString(eml).Split("\r\n").ToList();
        var at = lines.FindIndex(line => line.StartsWith(field, StringComparison.Ordinal));
        lines[at] = field + value;
        while (lines[at + 1].StartsWith(' '))
            lines.RemoveAt(at + 1);
        return Encoding.ASCII.GetBytes(string.Join("\r\n", lines));
    }
}
