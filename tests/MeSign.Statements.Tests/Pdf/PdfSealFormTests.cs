using System.Text;
using MeSign.Statements.Pdf;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>What a seal brings into the document.</summary>
public class PdfSealFormTests : PdfSealBench
{
    [Fact]
    public async Task Keeps_the_fonts_and_images_of_a_drawn_seal()
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        PdfSharp.PdfSharpLicense.SetAgplLicense();
        using var drawing = new PdfSharp.Pdf.PdfDocument();
        var page = drawing.AddPage();
        (page.Width, page.Height) = (PdfSharp.Drawing.XUnit.FromPoint(100), PdfSharp.Drawing.XUnit.FromPoint(50));
        using (var graphics = PdfSharp.Drawing.XGraphics.FromPdfPage(page))
            graphics.DrawRectangle(new PdfSharp.Drawing.XSolidBrush(PdfSharp.Drawing.XColor.FromArgb(200, 0, 0, 0)), 0, 0, 50, 50);
        drawing.Save(folder["seal.pdf"]);
        var original = PdfBuilder.OnePage().Table();

        var signed = await bench.SignAsync(original, bench.Approval with { Seal = new PdfSeal { Path = folder["seal.pdf"], Rectangle = new PdfRectangle(50, 60, 100, 50) } });

        await SigningBench.JudgeAsync(original, signed);
        (await DrawAsync(folder, signed, page: 1)).IsDark(60, 70).ShouldBeTrue();
    }

    [Theory]
    [InlineData("/K 5 0 R /ParentTree 6 0 R /ParentTreeNextKey 3")]
    [InlineData("/K [5 0 R] /ParentTree << /Nums [2 [5 0 R]] >>")]
    [InlineData("/K 5 0 R /ParentTree << /Kids [7 0 R] >>")]
    public async Task Is_tagged_as_a_form_in_a_tagged_document(string tree)
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var original = PdfBuilder.OnePage("/StructTreeRoot 4 0 R /MarkInfo << /Marked true >>", "/StructParents 2")
            .Object(4, $"<< /Type /StructTreeRoot {tree} >>")
            .Object(5, "<< /Type /StructElem /S /Document /P 4 0 R >>")
            .Object(6, "<< /Nums [2 [5 0 R]] >>")
            .Object(7, "<< /Limits [2 2] /Nums [2 [5 0 R]] >>")
            .Table();

        var signed = await bench.SignAsync(original, bench.Certification with { Seal = new PdfSeal { Path = folder.Write("seal.pdf", Seal(0)) } });

        await SigningBench.JudgeAsync(original, signed);
        var structure = await Tool.RunAsync("pdfinfo", "-struct", folder.Write("signed.pdf", signed));
        structure.Output.Split('\n', StringSplitOptions.TrimEntries).ShouldContain("Form", structure.Output);
        Encoding.Latin1.GetString(signed).ShouldContain("/StructParent 3");
    }

    [Theory]
    [InlineData("/CA 1 /ca 1.0 /BM /Normal /SMask /None", false)]
    [InlineData("/ca 0.5", true)]
    [InlineData("/BM /Multiply", true)]
    [InlineData("/SMask << /S /Alpha /G 7 0 R >>", true)]
    public async Task Brings_a_transparency_group_only_where_it_shows_something_translucent(string state, bool expected)
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var group = "/Group << /S /Transparency /CS /DeviceRGB >>";
        var seal = new PdfBuilder()
            .Object(1, "<< /Type /Catalog /Pages 2 0 R >>")
            .Object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 100 50] /Resources << /ExtGState << /G 6 0 R >> /XObject << /X 7 0 R >> >> >>")
            .Object(3, $"<< /Type /Page /Parent 2 0 R /Contents 4 0 R {group} >>")
            .Stream(4, "", "/G gs /X Do")
            .Object(6, $"<< {state} >>")
            .Stream(7, $"/Type /XObject /Subtype /Form /BBox [0 0 9 9] {group}", "0 0 9 9 re f")
            .Table();

        var signed = await bench.SignAsync(PdfBuilder.OnePage().Table(), bench.Approval with { Seal = new PdfSeal { Path = folder.Write("seal.pdf", seal) } });

        Encoding.Latin1.GetString(signed).Contains("/Transparency", StringComparison.Ordinal).ShouldBe(expected);
    }

    [Fact]
    public async Task A_second_seal_leaves_the_first_signature_valid()
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var seal = new PdfSeal { Path = folder.Write("seal.pdf", Seal(0)) };
        var once = await bench.SignAsync(PdfBuilder.OnePage().Table(), bench.Approval with { Seal = seal });

        var twice = await bench.SignAsync(once, bench.Approval with { Seal = seal with { Corner = PdfCorner.TopLeft } });

        await SigningBench.JudgeAsync(once, twice, signatures: 2);
        bench.Validate(twice).Signatures.SelectMany(signature => signature.Problems).ShouldBeEmpty();
    }

    [Fact]
    public async Task Refuses_a_new_seal_where_a_certification_allows_only_signatures()
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var seal = new PdfSeal { Path = folder.Write("seal.pdf", Seal(0)) };
        var once = await bench.SignAsync(PdfBuilder.OnePage().Table(), bench.Certification with { Certify = 2, Seal = seal });

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => bench.SignAsync(once, bench.Approval with { Seal = seal }));

        refusal.Code.ShouldBe(FailureCode.DocumentSigningNotAllowed);
        refusal.Detail.ShouldContain("without the seal");
    }
}
