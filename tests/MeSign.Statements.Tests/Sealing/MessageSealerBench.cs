using System.Security.Cryptography;
using MeSign.Statements.Sealing;
using MimeKit;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>A document, and what openssl finds in a message.</summary>
public abstract class MessageSealerBench
{
    private protected static readonly byte[] Pdf = [.. "%PDF-1.7\n"u8, .. RandomNumberGenerator.GetBytes(120_000)];

    private protected static MimeMessage Inner(Workbench bench, SealedMessage message, System.Security.Cryptography.X509Certificates.X509Certificate2 recipient)
    {
        bench.Write("message.eml", message.Eml.ToArray());
        bench.Run("openssl", "cms", "-decrypt", "-in", "message.eml", "-out", "signed.eml",
            "-recip", bench.WriteCertificate(recipient), "-inkey", bench.WriteKey(recipient));
        var inner = bench.Run("openssl", "cms", "-verify", "-in", "signed.eml", "-CAfile", bench.WriteCertificate(SealingPki.Root));
        return MimeMessage.Load(new MemoryStream(inner), TestContext.Current.CancellationToken);
    }
}
