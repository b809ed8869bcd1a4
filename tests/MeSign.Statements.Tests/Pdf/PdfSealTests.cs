using MeSign.Statements.Pdf;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>Where a seal comes to stand.</summary>
public class PdfSealTests : PdfSealBench
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
}
