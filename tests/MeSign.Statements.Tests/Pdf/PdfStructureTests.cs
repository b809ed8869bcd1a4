using System.Text;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>Structures that no generator at hand writes: each is signed and judged.</summary>
public class PdfStructureTests
{
    [Theory]
    [InlineData("\r\n")]
    [InlineData(" \r")]
    [InlineData("\n")]
    public Task Table_entries_end_in_other_ways(string entryEnd) => SignAndJudge(PdfBuilder.OnePage().Table(entryEnd: entryEnd));

    [Theory]
    [InlineData(" \n\n")]
    [InlineData(" % an object\r\n")]
    [InlineData(" \r\n% a comment that is longer than any window that a reader looks through for one entry, because it goes on and on\n\n \n")]
    public async Task Table_with_blank_lines_and_comments(string entryEnd)
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage().Table(entryEnd: entryEnd);

        var signed = await bench.SignAsync(original);

        // qpdf rebuilds such a table, so it is no judge; poppler reads it.
        using var folder = new TestFolder();
        var seen = await Tool.RunAsync("pdfsig", "-nocert", folder.Write("signed.pdf", signed));
        seen.Output.ShouldContain("Signature is Valid");
        bench.Validate(signed).IsValid.ShouldBeTrue();
    }

    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(0, 3, 0)]
    [InlineData(1, 8, 2)]
    [InlineData(2, 4, 1)]
    public Task Xref_stream_of_any_field_widths(int first, int second, int third) =>
        SignAndJudge(PdfBuilder.OnePage().XrefStream(4, (first, second, third)));

    [Fact]
    public Task Hybrid_file_with_its_form_hidden()
    {
        var file = PdfBuilder.OnePage("/AcroForm 6 0 R")
            .Stream(4, "/Type /ObjStm /N 1 /First 4", "6 0 << /Fields [] >>")
            .Hybrid(5, [(6, 4, 0)]);

        return SignAndJudge(file);
    }

    [Fact]
    public Task Catalog_and_page_in_an_object_stream()
    {
        const string catalog = "<< /Type /Catalog /Pages 2 0 R >>";
        const string pages = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
        const string page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> >>";
        var index = $"1 0 2 {catalog.Length} 3 {catalog.Length + pages.Length} ";
        var file = new PdfBuilder()
            .Stream(4, $"/Type /ObjStm /N 3 /First {index.Length}", index + catalog + pages + page)
            .XrefStream(5, (1, 2, 1), [(1, 4, 0), (2, 4, 1), (3, 4, 2)]);

        return SignAndJudge(file);
    }

    [Fact]
    public Task Generations_other_than_zero()
    {
        var file = new PdfBuilder()
            .Object(1, "<< /Type /Catalog /Pages 2 7 R >>", generation: 3)
            .Object(2, "<< /Type /Pages /Kids [3 1 R] /Count 1 >>", generation: 7)
            .Object(3, "<< /Type /Page /Parent 2 7 R /MediaBox [0 0 9 9] /Resources << >> >>", generation: 1)
            .Table("/Root 1 3 R");

        return SignAndJudge(file);
    }

    [Fact]
    public Task Several_revisions_of_different_forms()
    {
        var first = PdfBuilder.OnePage().Table();
        var second = PdfBuilder.Update(first).Object(4, "(note)").XrefStream(5, (1, 4, 0));
        var third = PdfBuilder.Update(second).Object(1, "<< /Type /Catalog /Pages 2 0 R /Lang (en) >>").XrefStream(6, (1, 4, 0));

        return SignAndJudge(third);
    }

    [Fact]
    public Task Annotations_and_fields_in_arrays_of_their_own()
    {
        var file = PdfBuilder.OnePage("/AcroForm 4 0 R", "/Annots 6 0 R")
            .Object(4, "<< /Fields 5 0 R /SigFlags 0 /DA (/Helv 0 Tf 0 g) >>")
            .Object(5, "[]")
            .Object(6, "[]")
            .Table();

        return SignAndJudge(file);
    }

    [Fact]
    public Task No_line_end_after_the_last_marker() => SignAndJudge(PdfBuilder.OnePage().Table()[..^1]);

    [Fact]
    public Task Names_and_strings_of_odd_bytes() => SignAndJudge(PdfBuilder.OnePage(
        "/A#20B#23 (a\\(b\\)\\\\\r\\051 (nested)) /Hex < 0 1 2 > /Real [.5 -.25 +7 4.] /PieceInfo << /Empty () >>").Table());

    [Fact]
    public Task Header_at_the_last_byte_where_one_may_begin()
    {
        var file = new PdfBuilder(new string('j', 1023) + "%PDF-1.7\n") { Origin = 1023 }
            .Object(1, "<< /Type /Catalog /Pages 2 0 R >>")
            .Object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
            .Object(3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> >>")
            .Table();

        return SignAndJudge(file);
    }

    [Fact]
    public async Task Objects_that_are_referred_to_and_not_there_stay_away()
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var original = PdfBuilder.OnePage(pageExtra: "/Contents [4 0 R 5 0 R 6\n0 R 9 0 R]").Table();

        var signed = await bench.SignAsync(original);

        await SigningBench.JudgeAsync(original, signed);
        foreach (var number in new[] { 4, 5, 6, 9 })
            (await Tool.RunAsync("qpdf", $"--show-object={number}", folder.Write("signed.pdf", signed))).Output.Trim().ShouldBe("null");
    }

    [Fact]
    public async Task Taken_field_names_are_left_alone()
    {
        var bench = await SigningBench.Shared;
        var file = PdfBuilder.OnePage("/AcroForm << /Fields [4 0 R] >>").Object(4, "<< /FT /Tx /T (Signature1) >>").Table();

        var signed = await bench.SignAsync(file);

        Encoding.Latin1.GetString(signed).ShouldContain("/T (Signature2)");
        await SigningBench.JudgeAsync(file, signed);
    }

    private static async Task SignAndJudge(byte[] original)
    {
        var bench = await SigningBench.Shared;

        var signed = await bench.SignAsync(original);

        await SigningBench.JudgeAsync(original, signed);
    }
}
