using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using PdfSharp.Pdf.Signatures;

namespace MeSign.Statements.Benchmarks;

/// <summary>A signature by <see cref="SignedCms"/>, as PdfSharp's default signer makes it.</summary>
internal sealed class PdfSharpSigner(X509Certificate2 certificate) : IDigitalSigner
{
    public string CertificateName => certificate.Subject;

    public Task<int> GetSignatureSizeAsync() => Task.FromResult(8192);

    public Task<byte[]> GetSignatureAsync(Stream stream)
    {
        var content = new byte[stream.Length];
        stream.Position = 0;
        stream.ReadExactly(content);
        var cms = new SignedCms(new ContentInfo(content), detached: true);
        cms.ComputeSignature(new System.Security.Cryptography.Pkcs.CmsSigner(certificate) { IncludeOption = X509IncludeOption.EndCertOnly });
        return Task.FromResult(cms.Encode());
    }
}
