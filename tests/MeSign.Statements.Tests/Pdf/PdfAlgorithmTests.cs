using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>Every kind of key and hash in a PDF, judged by pdfsig and OpenSSL; and what a signature leaves alone.</summary>
public class PdfAlgorithmTests
{
    [Theory]
    [InlineData("P-256", SignatureScheme.Ecdsa, "SHA256")]
    [InlineData("P-384", SignatureScheme.Ecdsa, "SHA384")]
    [InlineData("P-521", SignatureScheme.Ecdsa, "SHA512")]
    [InlineData("RSA3072", SignatureScheme.RsaPkcs1, "SHA512")]
    [InlineData("RSA3072", SignatureScheme.RsaPss, "SHA256")]
    [InlineData("RSA3072", SignatureScheme.RsaPss, "SHA384")]
    [InlineData("RSA3072", SignatureScheme.RsaPss, "SHA512")]
    public async Task Others_accept(string keyName, SignatureScheme scheme, string hash)
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        using var certificate = TestAuthority.Shared.Issue(TestKeys.Get(keyName));
        var all = new X509Certificate2Collection { certificate, TestAuthority.Shared.Issuing, TestAuthority.Shared.Root };
        var options = new SigningIdentityOptions { Hash = new HashAlgorithmName(hash), Scheme = scheme == SignatureScheme.Ecdsa ? SignatureScheme.RsaPkcs1 : scheme };
        var identity = SigningIdentityFile.Load(folder.Write("signer.p12", all.Export(X509ContentType.Pfx, "test")!), "test", TimeProvider.System, options);
        var original = PdfBuilder.OnePage().Table();

        var signed = await bench.SignAsync(original, bench.Certification with { Identity = identity });

        identity.Key.Scheme.ShouldBe(scheme);
        await SigningBench.JudgeAsync(original, signed);
        (await Tool.RunAsync("pdfsig", "-nocert", folder.Write("signed.pdf", signed))).Output.ShouldContain($"Signing Hash Algorithm: {hash.Insert(3, "-")}");
        bench.Validate(signed).IsValid.ShouldBeTrue();
    }

    [Fact]
    public async Task Id_info_and_metadata_stay_and_the_field_is_as_PDF_A_asks()
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var original = PdfBuilder.OnePage("/Metadata 4 0 R /StructTreeRoot 6 0 R /MarkInfo << /Marked true >>")
            .Stream(4, "/Type /Metadata /Subtype /XML", "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
            .Object(5, "<< /Title (Statement) >>")
            .Object(6, "<< /Type /StructTreeRoot >>")
            .Table("/Root 1 0 R /Info 5 0 R /ID [<0123456789abcdef0123456789abcdef> <fedcba98765432100123456789abcdef>]");

        var signed = folder.Write("signed.pdf", await bench.SignAsync(original, bench.Certification));

        var trailer = (await Tool.RunAsync("qpdf", "--show-object=trailer", signed)).Output;
        trailer.ShouldContain("/ID [ <0123456789abcdef0123456789abcdef> <fedcba98765432100123456789abcdef> ]");
        trailer.ShouldContain("/Info 5 0 R");
        // Of the five objects only the catalog and the page are written anew.
        var appended = System.Text.Encoding.Latin1.GetString((await File.ReadAllBytesAsync(signed, TestContext.Current.CancellationToken)).AsSpan(original.Length));
        Regex.Matches(appended, @"(?m)^(\d+) 0 obj").Select(match => int.Parse(match.Groups[1].Value)).Where(number => number <= 6).Order().ShouldBe([1, 3]);
        // ISO 19005: Print set; Hidden, Invisible and NoView clear. ISO 14289-1: a name for people, and the order of annotations.
        appended.ShouldMatch(@"/F 132\b");
        appended.ShouldContain("/TU ");
        appended.ShouldMatch(@"/Tabs ?/S\b");
        appended.ShouldMatch(@"/AP ?<< ?/N \d+ 0 R");
    }
}
