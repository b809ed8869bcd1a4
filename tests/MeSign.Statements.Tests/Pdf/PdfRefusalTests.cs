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
