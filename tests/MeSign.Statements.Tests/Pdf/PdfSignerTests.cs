using MeSign.Statements.Pdf;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Cmp;
using Org.BouncyCastle.Asn1.Cms;
using Org.BouncyCastle.Asn1.Tsp;
using Org.BouncyCastle.Cms;
using Org.BouncyCastle.Tsp;

namespace MeSign.Statements.Tests.Pdf;

public class PdfSignerTests
{
    [Fact]
    public async Task Certifies_a_document_with_a_table()
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage().Table();

        var signed = await bench.SignAsync(original, bench.Certification);

        await SigningBench.JudgeAsync(original, signed);
        var signature = bench.Validate(signed).Signatures.ShouldHaveSingleItem();
        signature.Problems.ShouldBeEmpty();
        signature.Level.ShouldBe(PadesLevel.BT);
        signature.Certification.ShouldBe(1);
        signature.Coverage.ShouldBe(SignatureCoverage.WholeFile);
    }

    [Theory]
    [InlineData("--linearize")]
    [InlineData("--object-streams=generate")]
    [InlineData("--object-streams=generate", "--linearize")]
    [InlineData("--qdf")]
    [InlineData("--force-version=1.3")]
    [InlineData("--force-version=2.0")]
    public async Task Signs_what_qpdf_writes(params string[] options)
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var plain = folder.Write("plain.pdf", PdfBuilder.OnePage().Table());
        await Tool.RunAsync("qpdf", [.. options, "--static-id", plain, folder["made.pdf"]]);
        var original = await File.ReadAllBytesAsync(folder["made.pdf"], TestContext.Current.CancellationToken);

        var signed = await bench.SignAsync(original);

        await SigningBench.JudgeAsync(original, signed);
    }

    [Fact]
    public async Task Makes_more_room_when_the_timestamp_is_larger_than_expected()
    {
        await using var bench = await SigningBench.StartAsync(reservedBytes: 2048);
        var original = PdfBuilder.OnePage().Table();

        var signed = await bench.SignAsync(original, bench.Certification);

        bench.TimestampsAsked.ShouldBe(2);
        await SigningBench.JudgeAsync(original, signed);
    }

    [Fact]
    public async Task Waits_where_tokens_grow_from_answer_to_answer_and_has_room_for_the_largest_then()
    {
        await using var bench = await SigningBench.StartAsync(reservedBytes: 2048);
        var original = PdfBuilder.OnePage().Table();
        var padding = 3_000;
        bench.Timestamps.Instead = (context, query) =>
        {
            context.Response.ContentType = "application/timestamp-reply";
            return context.Response.Body.WriteAsync(Padded(bench.Timestamps.Respond(query), padding *= 2), context.RequestAborted).AsTask();
        };

        var delayed = await Should.ThrowAsync<StatementDelayedException>(() => bench.SignAsync(original, bench.Certification));

        delayed.Message.ShouldContain("tokens grow from answer to answer");
        bench.TimestampsAsked.ShouldBe(3);
        padding /= 2;
        var signed = await bench.SignAsync(original, bench.Certification);
        bench.TimestampsAsked.ShouldBe(4);
        await SigningBench.JudgeAsync(original, signed);
    }

    /// <summary>The response with its token larger by an attribute that the signature does not cover.</summary>
    private static byte[] Padded(byte[] response, int bytes)
    {
        var token = new TimeStampResponse(response).TimeStampToken.ToCmsSignedData();
        var name = new DerObjectIdentifier("1.3.6.1.4.1.99999.1");
        var padding = new Org.BouncyCastle.Asn1.Cms.Attribute(name, new DerSet(new DerOctetString(new byte[bytes])));
        var signer = SignerInformation.ReplaceUnsignedAttributes(
            token.GetSignerInfos().GetSigners().Single(), new AttributeTable(new Dictionary<DerObjectIdentifier, object> { [name] = padding }));
        token = CmsSignedData.ReplaceSigners(token, new SignerInformationStore(signer));
        return new TimeStampResp(new PkiStatusInfo(0), token.ContentInfo).GetEncoded();
    }

    [Fact]
    public async Task Signs_what_PdfSharp_draws()
    {
        var bench = await SigningBench.Shared;
        PdfSharp.PdfSharpLicense.SetAgplLicense();
        using var document = new PdfSharp.Pdf.PdfDocument();
        for (var page = 0; page < 3; page++)
        {
            using var graphics = PdfSharp.Drawing.XGraphics.FromPdfPage(document.AddPage());
            graphics.DrawLine(PdfSharp.Drawing.XPens.Black, 10, 10, 200, 100 * page);
        }

        using var file = new MemoryStream();
        document.Save(file, closeStream: false);
        var original = file.ToArray();

        var signed = await bench.SignAsync(original, bench.Certification);

        await SigningBench.JudgeAsync(original, signed);
    }

    [Fact]
    public async Task Three_signatures_stay_valid()
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage().Table();

        var once = await bench.SignAsync(original, bench.Certification with { Certify = 2 });
        var twice = await bench.SignAsync(once);
        var thrice = await bench.SignAsync(twice);

        await SigningBench.JudgeAsync(twice, thrice, signatures: 3);
        var verdict = bench.Validate(thrice);
        verdict.Signatures.SelectMany(signature => signature.Problems).ShouldBeEmpty();
        verdict.Signatures.Select(signature => signature.FieldName).ShouldBe(["Signature1", "Signature2", "Signature3"]);
        verdict.Signatures[0].Certification.ShouldBe(2);
    }

    [Fact]
    public async Task Writes_a_stream_that_cannot_seek_from_a_file()
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var original = PdfBuilder.OnePage("/Padding (" + new string('x', 300_000) + ")").Table();
        await using var input = File.OpenRead(folder.Write("in.pdf", original));
        using var target = new MemoryStream();
        await using (var forward = new System.IO.Compression.GZipStream(target, System.IO.Compression.CompressionLevel.NoCompression, leaveOpen: true))
            await bench.Signer.SignAsync(input, forward, bench.Approval, TestContext.Current.CancellationToken);

        using var unpacked = new MemoryStream();
        target.Position = 0;
        await using (var back = new System.IO.Compression.GZipStream(target, System.IO.Compression.CompressionMode.Decompress))
            await back.CopyToAsync(unpacked, TestContext.Current.CancellationToken);

        await SigningBench.JudgeAsync(original, unpacked.ToArray());
    }

    [Fact]
    public async Task Signs_the_empty_field_that_is_named()
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage("/AcroForm << /Fields [4 0 R] >>", "/Annots [4 0 R]")
            .Object(4, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Here) /Rect [0 0 0 0] /F 132 /P 3 0 R >>")
            .Table();

        var signed = await bench.SignAsync(original, bench.Approval with { FieldName = "Here" });

        await SigningBench.JudgeAsync(original, signed);
        bench.Validate(signed).Signatures.ShouldHaveSingleItem().FieldName.ShouldBe("Here");
    }

    [Theory]
    [InlineData("/Action /All", "Second")]
    [InlineData("/Action /Include /Fields [(Second)]", "Second")]
    [InlineData("/Action /Exclude /Fields [(Other)]", "Second")]
    public async Task Refuses_a_field_that_an_earlier_signature_locks(string fieldLock, string field)
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage("/AcroForm << /Fields [4 0 R] >>", "/Annots [4 0 R]")
            .Object(4, $"<< /Type /Annot /Subtype /Widget /FT /Sig /T (First) /Rect [0 0 0 0] /F 132 /P 3 0 R /Lock << /Type /SigFieldLock {fieldLock} >> >>")
            .Table();
        var locked = await bench.SignAsync(original, bench.Approval with { FieldName = "First" });

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => bench.SignAsync(locked, bench.Approval with { FieldName = field }));

        refusal.Code.ShouldBe(FailureCode.DocumentSigningNotAllowed);
    }

    [Fact]
    public async Task Refuses_a_document_certified_against_every_change()
    {
        var bench = await SigningBench.Shared;
        var certified = await bench.SignAsync(PdfBuilder.OnePage().Table(), bench.Certification);

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => bench.SignAsync(certified));

        refusal.Code.ShouldBe(FailureCode.DocumentSigningNotAllowed);
    }
}
