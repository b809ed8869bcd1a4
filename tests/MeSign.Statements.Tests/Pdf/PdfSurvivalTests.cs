using System.Text;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>What is in a document stays in it as it is, and what is added takes no name that is taken.</summary>
public class PdfSurvivalTests
{
    [Theory]
    [InlineData("1.3")]
    [InlineData("1.4")]
    [InlineData("1.5")]
    [InlineData("1.6")]
    [InlineData("1.7")]
    [InlineData("2.0")]
    public async Task Every_version_is_continued_in_its_own_form(string version)
    {
        var bench = await SigningBench.Shared;
        var original = new PdfBuilder($"%PDF-{version}\n%\u00e2\u00e3\u00cf\u00d3\n")
            .Object(1, "<< /Type /Catalog /Pages 2 0 R >>")
            .Object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
            .Object(3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> >>")
            .Table();

        var signed = await bench.SignAsync(original, bench.Certification);

        await SigningBench.JudgeAsync(original, signed);
        bench.Validate(signed).IsValid.ShouldBeTrue();
        Encoding.Latin1.GetString(signed.AsSpan(original.Length)).ShouldContain("\nxref\n");
    }

    [Theory]
    [InlineData("/XFA 9 0 R")]
    [InlineData("/XFA [(template) 9 0 R]")]
    public async Task Forms_in_xml_and_everything_else_of_a_form_stay(string xfa)
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage($"/AcroForm << /Fields [] {xfa} /NeedAppearances false /DA (/Helv 0 Tf) /CO [] >>")
            .Stream(9, string.Empty, "<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
            .Table();

        var signed = await bench.SignAsync(original);

        await SigningBench.JudgeAsync(original, signed);
        var added = Encoding.Latin1.GetString(signed.AsSpan(original.Length));
        foreach (var entry in new[] { xfa, "/NeedAppearances false", "/DA (/Helv 0 Tf)", "/CO []", "/SigFlags 3" })
            added.ShouldContain(entry);
    }

    [Theory]
    [InlineData("Form", "Form1")]
    [InlineData("Form.Amount", "Form_Amount1")]
    [InlineData("Form.Amount.Net", "Form_Amount_Net")]
    [InlineData("Amount", "Amount")]
    [InlineData(null, "Signature2")]
    public async Task Names_in_nested_fields_never_collide(string? asked, string given)
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage("/AcroForm << /Fields [4 0 R 7 0 R 8 0 R] >>")
            .Object(4, "<< /T (Form) /Kids [5 0 R] >>")
            .Object(5, "<< /T (Amount) /Parent 4 0 R /Kids [6 0 R] >>")
            .Object(6, "<< /FT /Tx /T (Net) /Parent 5 0 R >>")
            .Object(7, "<< /FT /Tx /T (Form_Amount) >>")
            .Object(8, "<< /FT /Tx /T <FEFF005300690067006E006100740075007200650031> >>")
            .Table();

        var signed = await bench.SignAsync(original, bench.Approval with { FieldName = asked });

        await SigningBench.JudgeAsync(original, signed);
        bench.Validate(signed).Signatures.ShouldHaveSingleItem().FieldName.ShouldBe(given);
    }

    [Fact]
    public async Task An_object_of_an_object_stream_is_updated_and_the_others_stay()
    {
        var bench = await SigningBench.Shared;
        const string page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> /Annots [6 0 R] >>";
        const string note = "<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (stays) >>";
        var index = $"3 0 6 {page.Length} ";
        var original = new PdfBuilder()
            .Object(1, "<< /Type /Catalog /Pages 2 0 R >>")
            .Object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
            .Stream(4, $"/Type /ObjStm /N 2 /First {index.Length}", index + page + note)
            .XrefStream(5, (1, 2, 1), [(3, 4, 0), (6, 4, 1)]);

        var once = await bench.SignAsync(original);
        var twice = await bench.SignAsync(once);

        await SigningBench.JudgeAsync(once, twice, signatures: 2);
        using var folder = new TestFolder();
        var shown = await Tool.RunAsync("qpdf", "--show-object=3", folder.Write("twice.pdf", twice));
        shown.Output.ShouldMatch(@"/Annots \[ 6 0 R \d+ 0 R \d+ 0 R \]");
        (await Tool.RunAsync("qpdf", "--show-object=6", folder["twice.pdf"])).Output.ShouldContain("(stays)");
    }
}
