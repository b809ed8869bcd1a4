using System.Text;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>Tags of what came after a signature: new fields get an element of their own, and nothing may speak for what was signed.</summary>
public class PdfTaggedRevisionTests
{
    private const string Root = "<< /Type /StructTreeRoot /K 11 0 R /ParentTree 14 0 R /ParentTreeNextKey 1 >>";
    private const string Grown = "<< /Type /StructElem /S /Document /P 10 0 R /K [12 0 R 31 0 R] >>";
    private const string NewForm = "<< /Type /StructElem /S /Form /P 11 0 R /Pg 3 0 R /K << /Type /OBJR /Obj 30 0 R >> >>";
    private const string Parents = "<< /Nums [0 [12 0 R] 1 31 0 R] >>";

    private static readonly PdfBuilder Tagged = PdfBuilder.OnePage("/StructTreeRoot 10 0 R /MarkInfo << /Marked true >>", "/Contents 4 0 R /StructParents 0")
        .Stream(4, "", "/P << /MCID 0 >> BDC 0 0 m 9 9 l S EMC")
        .Object(10, Root)
        .Object(11, "<< /Type /StructElem /S /Document /P 10 0 R /K 12 0 R >>")
        .Object(12, "<< /Type /StructElem /S /P /P 11 0 R /Pg 3 0 R /K 0 >>")
        .Object(14, "<< /Nums [0 [12 0 R]] >>");

    private static readonly byte[] Original = Tagged.Table();

    [Theory]
    [InlineData(Root, Grown, NewForm, Parents)]
    [InlineData("<< /Type /StructTreeRoot /K [11 0 R] /ParentTree 32 0 R /ParentTreeNextKey 2 >>", Grown, NewForm, "<< /Nums [0 [12 0 R]] >>")]
    [InlineData(Root, "<< /Type /StructElem /S /Document /P 10 0 R /K [<< /Type /OBJR /Obj 30 0 R >> 12 0 R] >>", "null", Parents)]
    public async Task Lets_pass_an_element_for_a_new_field(string root, string document, string form, string parents)
    {
        var (bench, signed) = await SignAsync();

        var changed = Update(signed, root, document, form, parents);

        bench.Validate(changed).Signatures.ShouldHaveSingleItem().Problems.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("<< /Type /StructElem /S /Document /P 10 0 R /K 31 0 R >>", NewForm, Parents, "object 11")]
    [InlineData("<< /Type /StructElem /S /Sect /P 10 0 R /K [12 0 R 31 0 R] >>", NewForm, Parents, "object 11")]
    [InlineData("<< /Type /StructElem /S /Document /P 10 0 R /ActualText (Paid) /K [12 0 R 31 0 R] >>", NewForm, Parents, "object 11")]
    [InlineData(Grown, "<< /Type /StructElem /S /P /P 11 0 R /Pg 3 0 R /ActualText (Paid) /K 0 >>", Parents, "object 11")]
    [InlineData(Grown, NewForm, "<< /Nums [0 [31 0 R] 1 31 0 R] >>", "structure tree")]
    [InlineData(Grown, NewForm, "<< /Nums [1 31 0 R] >>", "structure tree")]
    public async Task Flags_tags_that_speak_for_what_was_signed(string document, string form, string parents, string named)
    {
        var (bench, signed) = await SignAsync();

        var attacked = Update(signed, Root, document, form, parents);

        string.Join(' ', bench.Validate(attacked).Signatures.ShouldHaveSingleItem().Problems).ShouldContain(named);
    }

    [Fact]
    public async Task Flags_an_element_that_is_something_else_too()
    {
        // As parameters of a filter, /K decides what a picture shows.
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(PdfBuilder.OnePage("/StructTreeRoot 10 0 R", "/Resources << /XObject << /I 5 0 R >> >>")
            .Stream(5, "/Subtype /Image /Filter /CCITTFaxDecode /DecodeParms 11 0 R", "0")
            .Object(10, "<< /Type /StructTreeRoot /K 11 0 R >>")
            .Object(11, "<< /S /Document /P 10 0 R /K 0 >>")
            .Table());

        var attacked = PdfBuilder.Update(signed)
            .Object(11, "<< /S /Document /P 10 0 R /K [0 31 0 R] >>")
            .Object(31, NewForm)
            .Table();

        string.Join(' ', bench.Validate(attacked).Signatures.ShouldHaveSingleItem().Problems).ShouldContain("object 11 was replaced, which is used elsewhere too");
    }

    [Theory]
    [InlineData("SE")]
    [InlineData("SD")]
    [InlineData("D")]
    public async Task Flags_page_content_that_has_the_name_of_a_place_for_elements(string name)
    {
        const string form = "/Type /XObject /Subtype /Form /BBox [0 0 9 9]";
        const string field = "/Type /Annot /Subtype /Widget /FT /Tx /T (Amount) /Rect [0 0 9 9] /P 3 0 R /AP << /N 5 0 R >>";
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(new PdfBuilder()
            .Object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] >> >>")
            .Object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
            .Object(3, $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Annots [6 0 R] /Contents 4 0 R /Resources << /XObject << /SD 5 0 R /{name} 5 0 R >> >> >>")
            .Stream(4, "", $"/{name} Do")
            .Stream(5, form, "0 0 m 9 9 l S")
            .Object(6, $"<< {field} >>")
            .Table());

        var attacked = PdfBuilder.Update(signed).Stream(5, form, "9 0 m 0 9 l S").Object(6, $"<< {field} /V (2) >>").Table();

        string.Join(' ', bench.Validate(attacked).Signatures.ShouldHaveSingleItem().Problems).ShouldContain("object 5 was replaced, which is used elsewhere too");
    }

    [Fact]
    public async Task Lets_pass_the_first_tags_of_a_document()
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(PdfBuilder.OnePage("/StructTreeRoot << /Type /StructTreeRoot >>", "/Contents 4 0 R").Stream(4, "", "0 0 m 9 9 l S").Table());
        var text = Encoding.Latin1.GetString(signed);

        var tagged = PdfBuilder.Update(signed)
            .Object(1, Last(text, 1).Replace("/StructTreeRoot<</Type/StructTreeRoot>>", "/StructTreeRoot 10 0 R", StringComparison.Ordinal))
            .Object(3, Last(text, 3).Replace("/Contents", "/StructParents 1 /Contents", StringComparison.Ordinal))
            .Object(10, "<< /Type /StructTreeRoot /K 31 0 R /RoleMap << >> /ParentTree << /Nums [] >> /ParentTreeNextKey 2 >>")
            .Object(31, "<< /Type /StructElem /S /Form /P 10 0 R /K << /Type /OBJR /Obj 30 0 R >> >>")
            .Object(30, "<< /Type /Annot /Subtype /Widget /Rect [0 0 0 0] >>")
            .Table();

        bench.Validate(tagged).Signatures.ShouldHaveSingleItem().Problems.ShouldBeEmpty();
    }

    private static async Task<(SigningBench Bench, byte[] Signed)> SignAsync()
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(Original, bench.Certification with { Certify = 2 });
        bench.Validate(signed).IsValid.ShouldBeTrue();
        return (bench, signed);
    }

    private static byte[] Update(byte[] signed, string root, string document, string form, string parents) => PdfBuilder.Update(signed)
        .Object(10, root)
        .Object(11, document)
        .Object(14, parents)
        .Object(31, form)
        .Object(32, "<< /Nums [0 [12 0 R] 1 31 0 R] >>")
        .Table();

    private static string Last(string text, int number)
    {
        var start = text.LastIndexOf($"\n{number} 0 obj\n", StringComparison.Ordinal) + $"\n{number} 0 obj\n".Length;
        return text[start..text.IndexOf("\nendobj", start, StringComparison.Ordinal)];
    }
}
