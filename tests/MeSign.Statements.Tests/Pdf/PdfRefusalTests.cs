using System.Text;

namespace MeSign.Statements.Tests.Pdf;

public class PdfRefusalTests
{
    [Theory]
    [InlineData("")]
    [InlineData("PK\u0003\u0004 not a PDF")]
    public Task Refuses_what_is_no_pdf(string text) => Refuse(Encoding.Latin1.GetBytes(text), FailureCode.DocumentNotPdf);

    [Fact]
    public Task Refuses_a_file_cut_short() => Refuse(PdfBuilder.OnePage().Table()[..^120], FailureCode.DocumentDamaged);

    [Fact]
    public Task Refuses_a_table_that_points_elsewhere() => Refuse(
        Replace(PdfBuilder.OnePage().Table(), "1 0 obj", "9 0 obj"), FailureCode.DocumentDamaged, "at byte 15");

    [Fact]
    public async Task Refuses_sections_in_a_loop()
    {
        var first = PdfBuilder.OnePage().Table("/Root 1 0 R /Prev 00000");
        var start = PdfBuilder.StartXref(first);

        await Refuse(Replace(first, "/Prev 00000", $"/Prev {start:D5}"), FailureCode.DocumentDamaged, "loop");
    }

    [Theory]
    [InlineData("99999999999999999999", "no position inside the file")]
    [InlineData("1000000", "no position inside the file")]
    [InlineData("-5", "no position inside the file")]
    [InlineData("9.5", "no position inside the file")]
    [InlineData("/X", "no position inside the file")]
    [InlineData("[9]", "no position inside the file")]
    [InlineData("4 0 R", "a reference where a number must stand")]
    public async Task Refuses_sections_that_are_nowhere(string position, string detail)
    {
        var file = PdfBuilder.OnePage().Object(4, "9").Table();
        var start = PdfBuilder.StartXref(file);

        foreach (var key in new[] { "/Prev", "/XRefStm" })
        {
            await Refuse(
                Replace(file, "/Root 1 0 R", $"/Root 1 0 R {key} {position}"), FailureCode.DocumentDamaged, $"at byte {start}: {key} of the cross-reference section here is {detail}");
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("null")]
    public async Task Signs_where_the_section_before_is_said_to_be_none(string position)
    {
        var bench = await SigningBench.Shared;

        var signed = await bench.SignAsync(PdfBuilder.OnePage().Table($"/Root 1 0 R /Prev {position} /XRefStm {position}"));

        bench.Validate(signed).IsValid.ShouldBeTrue();
    }

    [Fact]
    public Task Refuses_page_trees_in_a_circle()
    {
        var file = new PdfBuilder()
            .Object(1, "<< /Type /Catalog /Pages 2 0 R >>")
            .Object(2, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>")
            .Table();

        return Refuse(file, FailureCode.DocumentDamaged, "page tree");
    }

    [Fact]
    public Task Refuses_deep_nesting() => Refuse(
        PdfBuilder.OnePage("/X " + new string('[', 100_000) + new string(']', 100_000)).Table(), FailureCode.DocumentDamaged, "nested deeper");

    [Fact]
    public Task Refuses_an_encrypted_document() => Refuse(
        PdfBuilder.OnePage().Table("/Root 1 0 R /Encrypt << /Filter /Standard /V 9 >>"), FailureCode.DocumentEncrypted);

    [Fact]
    public Task Refuses_a_number_of_objects_that_no_document_has() => Refuse(
        Replace(PdfBuilder.OnePage().Table(), "xref\n0 1\n", "xref\n0 9999999999999\n"), FailureCode.DocumentDamaged, "out of range");

    private static byte[] Replace(byte[] file, string old, string @new) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(file).Replace(old, @new, StringComparison.Ordinal));

    private static async Task Refuse(byte[] file, FailureCode code, string detail = "")
    {
        var bench = await SigningBench.Shared;

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => bench.SignAsync(file));

        refusal.Code.ShouldBe(code, refusal.Detail);
        refusal.Detail.ShouldContain(detail);
    }
}
