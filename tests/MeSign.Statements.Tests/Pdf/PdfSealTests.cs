using System.Text;
using MeSign.Statements.Pdf;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>Seals are judged by what poppler draws: the sample is black in its left half and white in its right.</summary>
public class PdfSealTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("/Rotate 90", 0)]
    [InlineData("/Rotate 180", 0)]
    [InlineData("/Rotate -90", 0)]
    [InlineData("/CropBox [100 100 500 600]", 0)]
    [InlineData("/CropBox [100 100 500 600] /Rotate 270", 0)]
    [InlineData("/Rotate 90", 90)]
    [InlineData("", 270)]
    public async Task Stands_upright_where_it_is_put(string page, int turned)
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var original = PdfBuilder.OnePage(pageExtra: page).Table();
        var seal = new PdfSeal { Path = folder.Write("seal.pdf", Seal(turned)), Rectangle = new PdfRectangle(50, 60, 100, 50) };

        var signed = await bench.SignAsync(original, bench.Certification with { Seal = seal });

        await SigningBench.JudgeAsync(original, signed);
        bench.Validate(signed).IsValid.ShouldBeTrue();
        var picture = await DrawAsync(folder, signed, page: 1);
        picture.IsDark(60, 70).ShouldBeTrue();
        picture.IsDark(90, 100).ShouldBeTrue();
        picture.IsDark(120, 85).ShouldBeFalse();
        picture.IsDark(45, 85).ShouldBeFalse();
        picture.IsDark(60, 115).ShouldBeFalse();
    }

    [Fact]
    public async Task Comes_last_page_bottom_right_by_itself()
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var original = new PdfBuilder()
            .Object(1, "<< /Type /Catalog /Pages 2 0 R >>")
            .Object(2, "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 400 300] /Resources << >> >>")
            .Object(3, "<< /Type /Page /Parent 2 0 R >>")
            .Object(4, "<< /Type /Page /Parent 2 0 R >>")
            .XrefStream(5, (1, 4, 1));

        var signed = await bench.SignAsync(original, bench.Approval with { Seal = new PdfSeal { Path = folder.Write("seal.pdf", Seal(0)) } });

        await SigningBench.JudgeAsync(original, signed);
        (await DrawAsync(folder, signed, page: 1)).IsDark(400 - 36 - 90, 40).ShouldBeFalse();
        (await DrawAsync(folder, signed, page: 2)).IsDark(400 - 36 - 90, 40).ShouldBeTrue();
    }

    [Fact]
    public async Task Comes_on_a_page_of_a_document_that_has_it_twice()
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var original = new PdfBuilder()
            .Object(1, "<< /Type /Catalog /Pages 2 0 R >>")
            .Object(2, "<< /Type /Pages /Kids [3 0 R 3 0 R 4 0 R] /Count 3 /MediaBox [0 0 400 300] /Resources << >> >>")
            .Object(3, "<< /Type /Page /Parent 2 0 R >>")
            .Object(4, "<< /Type /Page /Parent 2 0 R >>")
            .Table();

        var signed = await bench.SignAsync(original, bench.Approval with { Seal = new PdfSeal { Path = folder.Write("seal.pdf", Seal(0)), Page = 3 } });

        bench.Validate(signed).IsValid.ShouldBeTrue();
        (await DrawAsync(folder, signed, page: 3)).IsDark(400 - 36 - 90, 40).ShouldBeTrue();
    }

    [Fact]
    public async Task Comes_on_one_page_of_those_that_share_their_annotations()
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var original = new PdfBuilder()
            .Object(1, "<< /Type /Catalog /Pages 2 0 R >>")
            .Object(2, "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 400 300] /Resources << >> >>")
            .Object(3, "<< /Type /Page /Parent 2 0 R /Annots 5 0 R >>")
            .Object(4, "<< /Type /Page /Parent 2 0 R /Annots 5 0 R >>")
            .Object(5, "[]")
            .Table();
        var once = await bench.SignAsync(original);

        var twice = await bench.SignAsync(once, bench.Approval with { Seal = new PdfSeal { Path = folder.Write("seal.pdf", Seal(0)) } });

        await SigningBench.JudgeAsync(once, twice, signatures: 2);
        bench.Validate(twice).Signatures.SelectMany(signature => signature.Problems).ShouldBeEmpty();
        (await DrawAsync(folder, twice, page: 1)).IsDark(400 - 36 - 90, 40).ShouldBeFalse();
        (await DrawAsync(folder, twice, page: 2)).IsDark(400 - 36 - 90, 40).ShouldBeTrue();
    }

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

    [Theory]
    [InlineData("/FT /Sig /T (Here)", "/Kids []")]
    [InlineData("/Parent 5 0 R", "/FT /Sig /T (Here) /Kids [4 0 R]")]
    [InlineData("/Parent 5 0 R /T (re)", "/FT /Sig /T (He) /Kids [4 0 R]", "He.re")]
    public async Task Fills_the_rectangle_of_a_field_that_is_named(string widget, string above, string name = "Here")
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var root = widget.StartsWith("/Parent", StringComparison.Ordinal) ? 5 : 4;
        var original = PdfBuilder.OnePage($"/AcroForm << /Fields [{root} 0 R] >>", "/Annots [4 0 R]")
            .Object(4, $"<< /Type /Annot /Subtype /Widget {widget} /Rect [50 60 150 110] /F 4 /P 3 0 R >>")
            .Object(5, $"<< {above} >>")
            .Table();

        var signed = await bench.SignAsync(
            original, bench.Approval with { FieldName = name, Seal = new PdfSeal { Path = folder.Write("seal.pdf", Seal(0)) } });

        // poppler looks for the value in the widget, where it need not be.
        if (widget.Contains("/T", StringComparison.Ordinal))
            await SigningBench.JudgeAsync(original, signed);
        bench.Validate(signed).Signatures.ShouldHaveSingleItem().FieldName.ShouldBe(name);
        bench.Validate(signed).IsValid.ShouldBeTrue();
        (await DrawAsync(folder, signed, page: 1)).IsDark(60, 70).ShouldBeTrue();
    }

    [Fact]
    public async Task Refuses_a_seal_that_is_no_single_page()
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var seal = new PdfSeal { Path = folder.Write("seal.pdf", "no PDF"u8) };

        await Should.ThrowAsync<InvalidDataException>(() => bench.SignAsync(PdfBuilder.OnePage().Table(), bench.Approval with { Seal = seal }));
    }

    // 100 by 50 as it is shown, whichever way its page is turned.
    private static byte[] Seal(int turned)
    {
        var (box, black) = turned switch
        {
            90 => ("[0 0 50 100]", "0 0 50 50 re f"),
            270 => ("[0 0 50 100]", "0 50 50 50 re f"),
            _ => ("[0 0 100 50]", "0 0 50 50 re f"),
        };
        return new PdfBuilder()
            .Object(1, "<< /Type /Catalog /Pages 2 0 R >>")
            .Object(2, $"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox {box} /Rotate {turned} /Resources << /ExtGState << /G 6 0 R >> >> >>")
            .Object(3, "<< /Type /Page /Parent 2 0 R /Contents [4 0 R 5 0 R] >>")
            .Stream(4, "", "/G gs 0 g")
            .Stream(5, "", black)
            .Object(6, "<< /CA 1 >>")
            .Table();
    }

    private static async Task<Picture> DrawAsync(TestFolder folder, byte[] signed, int page)
    {
        var drawn = await Tool.RunAsync(
            "pdftoppm", "-r", "72", "-gray", "-cropbox", "-f", $"{page}", "-singlefile", folder.Write("signed.pdf", signed), folder["page"]);
        drawn.ExitCode.ShouldBe(0, drawn.Output);
        return new Picture(await File.ReadAllBytesAsync(folder["page.pgm"], TestContext.Current.CancellationToken));
    }

    /// <summary>A binary PGM of a byte a point, asked from its lower left corner.</summary>
    private sealed class Picture(byte[] file)
    {
        private readonly int[] _size = [.. Encoding.ASCII.GetString(file, 0, 20).Split('\n')[1].Split(' ').Select(int.Parse)];

        public bool IsDark(int x, int y) => file[file.Length - (_size[0] * _size[1]) + ((_size[1] - 1 - y) * _size[0]) + x] < 128;
    }
}
