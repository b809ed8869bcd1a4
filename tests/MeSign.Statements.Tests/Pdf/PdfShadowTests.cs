using System.Text;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>Documents prepared before they were signed so that something else could be shown afterwards, and updates that only look like that.</summary>
public class PdfShadowTests
{
    private const string Widget = "/Type /Annot /Subtype /Widget /Rect [0 0 9 9] /P 3 0 R";

    [Fact]
    public async Task Flags_an_object_stream_put_in_place_of_an_old_one()
    {
        var signed = await SignAsync(PdfBuilder.OnePage(pageExtra: "/PieceInfo 6 0 R")
            .Stream(4, "/Type /ObjStm /N 1 /First 4", "6 0 << /Shown (100) >>")
            .XrefStream(5, (1, 4, 2), [(6, 4, 0)]));

        var attacked = PdfBuilder.Update(signed).Stream(4, "/Type /ObjStm /N 1 /First 4", "6 0 << /Shown (999) >>").XrefStream(30, (1, 4, 2));

        (await ProblemsAsync(attacked)).ShouldContain("object 6 was replaced");
    }

    [Fact]
    public async Task Flags_a_page_content_that_calls_itself_an_object_stream()
    {
        const string dictionary = "/Type /ObjStm /N 0 /First 0";
        var signed = await SignAsync(PdfBuilder.OnePage(pageExtra: "/Contents 4 0 R").Stream(4, dictionary, "0 0 m 9 9 l S").Table());

        var attacked = PdfBuilder.Update(signed).Stream(4, dictionary, "9 0 m 0 9 l S").Table();

        (await ProblemsAsync(attacked)).ShouldContain("object 4 was replaced");
    }

    [Fact]
    public async Task Flags_a_generation_that_was_waited_for()
    {
        var signed = await SignAsync(PdfBuilder.OnePage(pageExtra: "/Contents 4 5 R").Stream(4, "", "0 0 m 9 9 l S").Table());

        var attacked = PdfBuilder.Update(signed).Object(4, "<< /Length 13 >>\nstream\n0 0 m 9 9 l S\nendstream", generation: 5).Table();

        (await ProblemsAsync(attacked)).ShouldContain("object 4 was replaced");
    }

    [Theory]
    [InlineData("20 0 R")]
    [InlineData("[20 0 R]")]
    [InlineData("1.2.3")]
    public async Task Flags_what_takes_the_place_of_a_number_that_no_grammar_allows(string shown)
    {
        var signed = await SignAsync(PdfBuilder.OnePage(pageExtra: "/Contents --5").Table());
        var text = Encoding.Latin1.GetString(signed);
        var page = text[text.LastIndexOf("\n3 0 obj\n", StringComparison.Ordinal)..].Split("\nendobj")[0]["\n3 0 obj\n".Length..];
        page.ShouldContain("/Contents --5");

        var attacked = PdfBuilder.Update(signed)
            .Object(3, page.Replace("--5", shown, StringComparison.Ordinal))
            .Stream(20, "", "0 0 99 99 re f")
            .Table();

        (await ProblemsAsync(attacked)).ShouldContain("/Contents of page 1 was changed");
    }

    [Fact]
    public async Task Flags_a_page_content_that_comes_with_an_appearance()
    {
        var signed = await SignAsync(PdfBuilder.OnePage("/AcroForm << /Fields [6 0 R] >>", "/Contents [4 0 R 20 0 R] /Annots [6 0 R]")
            .Stream(4, "", "0 0 m 9 9 l S")
            .Object(6, $"<< {Widget} /FT /Tx /T (Amount) >>")
            .Table());

        var attacked = PdfBuilder.Update(signed)
            .Object(6, $"<< {Widget} /FT /Tx /T (Amount) /AP << /N 20 0 R >> >>")
            .Stream(20, "/Type /XObject /Subtype /Form /BBox [0 0 9 9]", "0 0 99 99 re f")
            .Table();

        (await ProblemsAsync(attacked)).ShouldContain("object 20 was replaced, which is used elsewhere too");
    }

    [Theory]
    [InlineData("[7 0 R 30 0 R]")]
    [InlineData("[30 0 R]")]
    [InlineData("[7 0 R << /Type /Annot /Subtype /Widget /Rect [0 0 595 842] >>]")]
    public async Task Flags_widgets_that_a_field_gets_or_loses(string kids)
    {
        var signed = await SignAsync(PdfBuilder.OnePage("/AcroForm << /Fields [6 0 R] >>", "/Annots [7 0 R]")
            .Object(6, "<< /FT /Tx /T (Amount) /Kids [7 0 R] >>")
            .Object(7, $"<< {Widget} /Parent 6 0 R >>")
            .Table());

        var attacked = PdfBuilder.Update(signed)
            .Object(6, $"<< /FT /Tx /T (Amount) /Kids {kids} >>")
            .Object(30, "<< /Type /Annot /Subtype /Widget /Rect [0 0 595 842] /P 3 0 R /Parent 6 0 R >>")
            .Table();

        (await ProblemsAsync(attacked)).ShouldContain("the field Amount was changed in more than its value");
    }

    [Fact]
    public async Task Flags_a_field_that_is_no_object_of_its_own()
    {
        var signed = await SignAsync(PdfBuilder.OnePage("/AcroForm 5 0 R").Object(5, "<< /Fields [<< /FT /Tx /T (Amount) /V (1) >>] >>").Table());
        var form = Encoding.Latin1.GetString(signed);
        var fields = form[form.LastIndexOf("/Fields [", StringComparison.Ordinal)..].Split(']')[0];

        var attacked = PdfBuilder.Update(signed)
            .Object(5, $"<< {fields.Replace("(1)", "(1000000)", StringComparison.Ordinal)}] /SigFlags 3 >>")
            .Table();

        (await ProblemsAsync(attacked)).ShouldContain("no object of its own");
    }

    [Theory]
    [InlineData(1, "/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161", false)]
    [InlineData(2, "/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161", false)]
    [InlineData(2, "/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached", false)]
    [InlineData(3, "/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached", true)]
    [InlineData(null, "/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached", true)]
    [InlineData(2, "/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached", true, "0 0.0 0 842")]
    [InlineData(2, "/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached", false, "0.0.0 0.0.0 595.0.0 842.0.0")]
    public async Task Flags_a_signature_that_covers_what_was_certified(int? permission, string signature, bool allowed, string rectangle = "0 0 595 842")
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage("/AcroForm 5 0 R", "/Annots 6 0 R").Object(5, "<< /Fields 7 0 R /SigFlags 3 >>").Object(6, "[]").Object(7, "[]").Table();
        var signed = await bench.SignAsync(original, permission is null ? bench.Approval : bench.Certification with { Certify = permission });
        var text = Encoding.Latin1.GetString(signed);
        var field = text[text.LastIndexOf("\n7 0 obj\n[", StringComparison.Ordinal)..].Split('[', ']')[1];

        var attacked = PdfBuilder.Update(signed)
            .Object(6, $"[{field} 30 0 R]")
            .Object(7, $"[{field} 30 0 R]")
            .Object(30, $"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Stamp) /Rect [{rectangle}] /F 4 /P 3 0 R /V 31 0 R >>")
            .Object(31, $"<< {signature} /ByteRange [0 1 2 3] /Contents <00> >>")
            .Table();

        var verdict = bench.Validate(attacked).Signatures.Single(one => one.FieldName == "Signature1");
        verdict.IsValid.ShouldBe(allowed, string.Join(' ', verdict.Problems));
    }

    [Fact]
    public async Task Flags_validation_data_that_was_taken_out()
    {
        var signed = await SignAsync(PdfBuilder.OnePage("/DSS 5 0 R").Object(5, "<< /Type /DSS >>").Table());
        var text = Encoding.Latin1.GetString(signed);
        var catalog = text[text.LastIndexOf("\n1 0 obj\n", StringComparison.Ordinal)..].Split("\nendobj")[0]["\n1 0 obj\n".Length..];

        var attacked = PdfBuilder.Update(signed).Object(1, catalog.Replace("/DSS 5 0 R", string.Empty, StringComparison.Ordinal)).Table();

        (await ProblemsAsync(attacked)).ShouldContain("the catalog's /DSS was removed");
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("/PieceInfo 6 0 R", false)]
    public async Task Lets_pass_validation_data_grown_and_then_left_out_of_use(string pageExtra, bool passes)
    {
        var signed = await SignAsync(PdfBuilder.OnePage("/DSS 5 0 R", pageExtra).Object(5, "<< /Type /DSS /Certs 6 0 R >>").Object(6, "[7 0 R]").Stream(7, "", "0").Table());
        var grown = PdfBuilder.Update(signed).Object(6, "[7 0 R 30 0 R]").Stream(30, "", "0").Table();

        var replaced = PdfBuilder.Update(grown).Object(5, "<< /Type /DSS /Certs [7 0 R 30 0 R] >>").Table();

        if (passes)
            (await SigningBench.Shared).Validate(replaced).Signatures.ShouldHaveSingleItem().Problems.ShouldBeEmpty();
        else
            (await ProblemsAsync(replaced)).ShouldContain("object 6 was replaced, which is used elsewhere too");
    }

    [Theory]
    [InlineData("<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /Border [0 0 0.5] >>")]
    [InlineData("<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (direct) >> 4 0 R")]
    public async Task Lets_pass_signatures_in_documents_with_direct_annotations(string annotations)
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage(pageExtra: $"/Annots [{annotations}]").Object(4, "<< /Type /Annot /Subtype /Text /Rect [9 9 9 9] >>").Table();

        var twice = await bench.SignAsync(await SignAsync(original));

        bench.Validate(twice).Signatures.SelectMany(signature => signature.Problems).ShouldBeEmpty();
    }

    [Fact]
    public async Task Lets_pass_an_appearance_replaced_in_a_dictionary_that_stays()
    {
        var signed = await SignAsync(PdfBuilder.OnePage("/AcroForm << /Fields [6 0 R] >>", "/Annots [6 0 R]")
            .Object(6, $"<< {Widget} /FT /Tx /T (Amount) /V (1) /AP 7 0 R >>")
            .Object(7, "<< /N 8 0 R >>")
            .Stream(8, "/Type /XObject /Subtype /Form /BBox [0 0 9 9]", "0 0 m 9 9 l S")
            .Table());

        var filled = PdfBuilder.Update(signed)
            .Object(6, $"<< {Widget} /FT /Tx /T (Amount) /V (2) /AP 7 0 R >>")
            .Stream(8, "/Type /XObject /Subtype /Form /BBox [0 0 9 9]", "9 0 m 0 9 l S")
            .Table();

        var bench = await SigningBench.Shared;
        bench.Validate(filled).Signatures.ShouldHaveSingleItem().Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Signs_twice_where_form_and_document_information_are_one_object()
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage("/AcroForm 4 0 R").Object(4, "<< /NeedAppearances true /Producer (PyPDF2) >>").Table("/Root 1 0 R /Info 4 0 R");

        var twice = await bench.SignAsync(await SignAsync(original));

        bench.Validate(twice).Signatures.SelectMany(signature => signature.Problems).ShouldBeEmpty();
    }

    private static async Task<byte[]> SignAsync(byte[] original)
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(original, bench.Certification with { Certify = 2 });
        bench.Validate(signed).IsValid.ShouldBeTrue();
        return signed;
    }

    private static async Task<string> ProblemsAsync(byte[] attacked)
    {
        var verdict = (await SigningBench.Shared).Validate(attacked);

        verdict.IsValid.ShouldBeFalse();
        return string.Join(" ", verdict.Signatures.SelectMany(signature => signature.Problems));
    }
}
