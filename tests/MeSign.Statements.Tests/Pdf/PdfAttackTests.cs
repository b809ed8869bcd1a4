using System.Text;
using MeSign.Statements.Pdf;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>Published attacks on signed PDFs: shadow documents, incremental saving, signature wrapping, universal forgery.</summary>
public class PdfAttackTests
{
    [Fact]
    public async Task Shadow_replace_through_an_appearance_that_is_page_content_too()
    {
        var signed = await SignAsync(PdfBuilder.OnePage("/AcroForm << /Fields [6 0 R] >>", "/Annots [6 0 R] /Contents 4 0 R")
            .Stream(4, "/Type /XObject /Subtype /Form /BBox [0 0 9 9]", "0 0 m 9 9 l S")
            .Object(6, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Amount) /Rect [0 0 9 9] /P 3 0 R /AP << /N 4 0 R >> >>")
            .Table());

        var attacked = PdfBuilder.Update(signed).Stream(4, "/Type /XObject /Subtype /Form /BBox [0 0 9 9]", "9 0 m 0 9 l S").Table();

        Problems(attacked).ShouldContain("object 4 was replaced, which is used elsewhere too");
    }

    [Theory]
    [InlineData("/Metadata 4 0 R", "/Root 1 0 R", "/Root 1 0 R")]
    [InlineData("", "/Root 1 0 R /Info 4 0 R", "/Root 1 0 R /Info 4 0 R")]
    public async Task Shadow_replace_through_metadata_that_is_page_content_too(string catalog, string trailer, string laterTrailer)
    {
        var signed = await SignAsync(PdfBuilder.OnePage(catalog, "/Contents 4 0 R").Stream(4, "", "0 0 m 9 9 l S").Table(trailer));

        var attacked = PdfBuilder.Update(signed).Stream(4, "", "9 0 m 0 9 l S").Table(laterTrailer);

        Problems(attacked).ShouldContain("object 4 was replaced");
    }

    [Fact]
    public async Task Shadow_hide_by_an_overlay_that_is_taken_away()
    {
        var signed = await SignAsync(PdfBuilder.OnePage(pageExtra: "/Resources << /XObject << /O 5 0 R >> >> /Contents 4 0 R")
            .Stream(4, "", "/O Do")
            .Stream(5, "/Type /XObject /Subtype /Form /BBox [0 0 99 99]", "1 g 0 0 99 99 re f")
            .Table());

        var attacked = PdfBuilder.Update(signed).Raw("").Object(5, "null").Table();

        Problems(attacked).ShouldContain("object 5 was replaced");
    }

    [Fact]
    public async Task Shadow_hide_and_replace_by_another_page_tree()
    {
        // Both documents are in what is signed; the update only points at the other one.
        var signed = await SignAsync(PdfBuilder.OnePage()
            .Object(12, "<< /Type /Pages /Kids [13 0 R] /Count 1 >>")
            .Object(13, "<< /Type /Page /Parent 12 0 R /MediaBox [0 0 9 9] /Resources << >> >>")
            .Table());
        var text = Encoding.Latin1.GetString(signed);
        var catalog = text[(text.LastIndexOf("\n1 0 obj\n", StringComparison.Ordinal) + 9)..].Split("\nendobj")[0];

        var attacked = PdfBuilder.Update(signed).Object(1, catalog.Replace("/Pages 2 0 R", "/Pages 12 0 R", StringComparison.Ordinal)).Table();

        Problems(attacked).ShouldContain("/Pages was changed");
    }

    [Fact]
    public async Task Shadow_replace_of_a_font_that_draws_the_amount()
    {
        var signed = await SignAsync(PdfBuilder.OnePage("/AcroForm << /Fields [] /DR << /Font << /F 5 0 R >> >> >>", "/Contents 4 0 R")
            .Stream(4, "", "BT /F 9 Tf (100) Tj ET")
            .Object(5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
            .Table());

        var attacked = PdfBuilder.Update(signed).Object(5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [49 /nine] >> >>").Table();

        Problems(attacked).ShouldContain("object 5 was replaced");
    }

    [Fact]
    public async Task Content_put_back_before_the_end_was_shown_to_the_second_signer()
    {
        var signed = await SignAsync(PdfBuilder.OnePage(pageExtra: "/Contents 4 0 R").Stream(4, "", "0 0 m 9 9 l S").Table());
        var changed = PdfBuilder.Update(signed).Stream(4, "", "9 0 m 0 9 l S").Table();
        var restored = PdfBuilder.Update(changed).Stream(4, "", "0 0 m 9 9 l S").Table();

        Problems(restored).ShouldContain("object 4 was replaced");
    }

    [Fact]
    public async Task Incremental_saving_after_the_last_section_is_not_covered()
    {
        var bench = await SigningBench.Shared;
        var signed = await SignAsync(PdfBuilder.OnePage(pageExtra: "/Contents 4 0 R").Stream(4, "", "0 0 m 9 9 l S").Table());
        var start = PdfBuilder.StartXref(signed);

        // No section of its own: the old one is named again.
        var attacked = signed.Concat(Encoding.ASCII.GetBytes(
            $"4 0 obj\n<< /Length 1 >>\nstream\nS\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n")).ToArray();

        bench.Validate(attacked).Signatures.ShouldHaveSingleItem().Coverage.ShouldNotBe(SignatureCoverage.WholeFile);
    }

    [Theory]
    [InlineData("[0 0 0 0]")]
    [InlineData("[0 -1 1 1]")]
    [InlineData("[1 2 3 4]")]
    [InlineData("null")]
    [InlineData("[0 99999999999999 99999999999999 0]")]
    public async Task Universal_forgery_with_a_byte_range_that_says_nothing(string range)
    {
        var signed = await SignAsync(PdfBuilder.OnePage().Table());
        var text = Encoding.Latin1.GetString(signed);
        var at = text.IndexOf("/ByteRange [", StringComparison.Ordinal) + "/ByteRange ".Length;
        var end = text.IndexOf(']', at) + 1;

        Problems(Encoding.Latin1.GetBytes(text[..at] + range.PadRight(end - at) + text[end..])).ShouldContain("/ByteRange");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("<00>")]
    [InlineData("<>")]
    [InlineData("()")]
    public async Task Universal_forgery_without_contents(string contents)
    {
        var signed = await SignAsync(PdfBuilder.OnePage().Table());
        var text = Encoding.Latin1.GetString(signed);
        var at = text.IndexOf("/Contents <", StringComparison.Ordinal) + "/Contents ".Length;
        var end = text.IndexOf('>', at) + 1;

        Problems(Encoding.Latin1.GetBytes(text[..at] + contents.PadRight(end - at) + text[end..])).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Signature_wrapping_with_the_second_part_moved_back()
    {
        var signed = await SignAsync(PdfBuilder.OnePage(pageExtra: "/Contents 4 0 R").Stream(4, "", "0 0 m 9 9 l S").Table());
        var text = Encoding.Latin1.GetString(signed);
        var rangeAt = text.IndexOf("/ByteRange [", StringComparison.Ordinal);
        var numbers = text[(rangeAt + "/ByteRange [".Length)..].Split(']')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray();
        const string wrapped = "\n4 0 obj\n<< /Length 1 >>\nstream\nS\nendstream\nendobj\n";
        var moved = $"/ByteRange [0 {numbers[1]} {numbers[2] + wrapped.Length} {numbers[3]}";
        var range = text[rangeAt..text.IndexOf(']', rangeAt)];

        var attacked = text[..numbers[2]] + wrapped + text[numbers[2]..];
        attacked = attacked.Replace(range, moved.PadRight(range.Length), StringComparison.Ordinal);

        // Either the moved cross-reference cannot be read, or the gap is seen to be more than the signature.
        try
        {
            Problems(Encoding.Latin1.GetBytes(attacked)).ShouldNotBeEmpty();
        }
        catch (StatementFailedException refusal)
        {
            refusal.Code.ShouldBe(FailureCode.DocumentDamaged);
        }
    }

    private static async Task<byte[]> SignAsync(byte[] original)
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(original, bench.Certification with { Certify = 3 });
        bench.Validate(signed).IsValid.ShouldBeTrue();
        return signed;
    }

    private static string Problems(byte[] attacked)
    {
        var verdict = SigningBench.Shared.Result.Validate(attacked);

        verdict.IsValid.ShouldBeFalse();
        return string.Join(" ", verdict.Signatures.SelectMany(signature => signature.Problems));
    }
}
