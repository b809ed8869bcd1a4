using System.Text;
using MeSign.Statements.Pdf;

namespace MeSign.Statements.Tests.Pdf;

public class PdfSignatureValidatorTests
{
    private static readonly PdfBuilder Page = PdfBuilder.OnePage("/AcroForm << /Fields [6 0 R] >>", "/Contents 4 0 R /Annots [6 0 R]")
        .Stream(4, "", "0 0 m 9 9 l S")
        .Object(6, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Amount) /V (1) /Rect [0 0 9 9] /P 3 0 R >>");

    private static readonly byte[] Original = Page.Table();

    [Fact]
    public async Task Reads_what_the_signer_wrote()
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(Original, bench.Approval with { Reason = "Výpis (účtu)", Location = "Praha" });

        var verdict = bench.Validate(signed);

        verdict.Problems.ShouldBeEmpty();
        var signature = verdict.Signatures.ShouldHaveSingleItem();
        signature.Problems.ShouldBeEmpty();
        signature.Reason.ShouldBe("Výpis (účtu)");
        signature.Location.ShouldBe("Praha");
        signature.Level.ShouldBe(PadesLevel.BB);
        signature.Certification.ShouldBeNull();
        signature.CoveredBytes.ShouldBe(signed.Length);
    }

    // As a C library prints an infinite number: the object cannot be read, and a revision wrote it again.
    [Fact]
    public async Task An_object_that_cannot_be_read_speaks_against_the_signatures_before_it_alone()
    {
        var bench = await SigningBench.Shared;
        const string unreadable = "<< /BBox [0 0 0 -1.#INF] >>";
        var first = await bench.SignAsync(PdfBuilder.OnePage("/PieceInfo 4 0 R").Object(4, unreadable).Table(), bench.Approval);

        var second = await bench.SignAsync(PdfBuilder.Update(first).Object(4, unreadable).Table(), bench.Approval);

        var verdict = bench.Validate(second);
        verdict.IsValid.ShouldBeFalse();
        verdict.Signatures[0].Problems.ShouldHaveSingleItem().ShouldStartWith("What was changed after it was signed cannot be told: PDF damaged at byte ");
        verdict.Signatures[1].Problems.ShouldBeEmpty();
        verdict.Signatures[1].Coverage.ShouldBe(SignatureCoverage.WholeFile);
    }

    [Fact]
    public async Task Says_that_a_document_is_not_signed()
    {
        var bench = await SigningBench.Shared;

        bench.Validate(Original).IsValid.ShouldBeFalse();
    }

    [Fact]
    public async Task Notices_one_changed_byte()
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(Original);
        signed[Encoding.Latin1.GetString(signed).IndexOf("9 9 l", StringComparison.Ordinal)]++;

        Problem(bench, signed).ShouldContain("digest differs");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public async Task Filling_in_is_allowed_as_certified(int permission, bool allowed)
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(Original, bench.Certification with { Certify = permission });
        var filled = PdfBuilder.Update(signed)
            .Object(6, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Amount) /V (1000000) /Rect [0 0 9 9] /P 3 0 R >>")
            .Table();

        var signature = bench.Validate(filled).Signatures.ShouldHaveSingleItem();

        signature.IsValid.ShouldBe(allowed);
        signature.LaterChanges.ShouldHaveSingleItem().Kind.ShouldBe(PdfChangeKind.FormFilling);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task Annotations_are_allowed_as_certified(int permission, bool allowed)
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(Original, bench.Certification with { Certify = permission });
        var annotations = Encoding.Latin1.GetString(signed);
        var widget = annotations[annotations.LastIndexOf("/Annots [6 0 R ", StringComparison.Ordinal)..].Split(['[', ']'])[1];
        var noted = PdfBuilder.Update(signed)
            .Object(3, $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> /Contents 4 0 R /Annots [{widget} 30 0 R] >>")
            .Object(30, "<< /Type /Annot /Subtype /Text /Rect [0 0 99 99] /Contents (paid) >>")
            .Table();

        var signature = bench.Validate(noted).Signatures.ShouldHaveSingleItem();

        signature.IsValid.ShouldBe(allowed, string.Join(';', signature.Problems));
        signature.LaterChanges.ShouldHaveSingleItem().Kind.ShouldBe(PdfChangeKind.Annotation);
    }

    [Fact]
    public async Task Flags_a_replaced_page_content()
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(Original, bench.Approval);
        var attacked = PdfBuilder.Update(signed).Stream(4, "", "9 0 m 0 9 l S").Table();

        Problem(bench, attacked).ShouldContain("object 4 was replaced");
    }

    [Fact]
    public async Task Flags_an_update_without_a_cross_reference()
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(Original);
        var attacked = signed.Concat(Encoding.ASCII.GetBytes("4 0 obj\n<< /Length 1 >>\nstream\nS\nendstream\nendobj\n")).ToArray();

        bench.Validate(attacked).Signatures.ShouldHaveSingleItem().Coverage.ShouldNotBe(SignatureCoverage.WholeFile);
    }

    [Fact]
    public async Task Flags_content_that_waited_as_a_missing_object()
    {
        var bench = await SigningBench.Shared;
        var shadow = PdfBuilder.OnePage(pageExtra: "/Contents [4 0 R 20 0 R]").Stream(4, "", "0 0 m 9 9 l S").Table();
        var signed = await bench.SignAsync(shadow);
        var attacked = PdfBuilder.Update(signed).Stream(20, "", "0 0 99 99 re f").Table("/Root 1 0 R");

        Problem(bench, attacked).ShouldContain("object 20");
    }

    [Fact]
    public async Task Flags_a_catalog_put_in_place_of_the_signed_one()
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(Original);
        var form = Encoding.Latin1.GetString(signed);
        var fields = form[form.LastIndexOf("/AcroForm <<", StringComparison.Ordinal)..].Split(">>")[0];
        var attacked = PdfBuilder.Update(signed)
            .Object(40, $"<< /Type /Catalog /Pages 41 0 R {fields} >> >>")
            .Object(41, "<< /Type /Pages /Kids [42 0 R] /Count 1 >>")
            .Object(42, "<< /Type /Page /Parent 41 0 R /MediaBox [0 0 9 9] >>")
            .Table("/Root 40 0 R");

        Problem(bench, attacked).ShouldContain("catalog");
    }

    [Fact]
    public async Task Flags_a_gap_that_is_more_than_the_signature()
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(Original);
        var text = Encoding.Latin1.GetString(signed);
        var range = text[text.IndexOf("/ByteRange [0 ", StringComparison.Ordinal)..].Split(']')[0];
        var numbers = range.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var wider = $"/ByteRange [0 {int.Parse(numbers[2]) - 10} {numbers[3]} {numbers[4]}".PadRight(range.Length);

        Problem(bench, Encoding.Latin1.GetBytes(text.Replace(range, wider, StringComparison.Ordinal))).ShouldContain("leaves out something else");
    }

    [Fact]
    public async Task Flags_a_signature_moved_to_another_range()
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(Original);
        var text = Encoding.Latin1.GetString(signed);
        var at = text.IndexOf("/Type /Sig/Filter", StringComparison.Ordinal);
        var number = int.Parse(text[..at].TrimEnd('<', '\n').Split('\n')[^1].Split(' ')[0]);
        var body = text[text.LastIndexOf("<<", at, StringComparison.Ordinal)..text.IndexOf("endobj", at, StringComparison.Ordinal)].TrimEnd();
        var attacked = PdfBuilder.Update(signed).Object(number, body).Stream(4, "", "9 0 m 0 9 l S").Table();

        Problem(bench, attacked).ShouldContain("leaves out something else");
    }

    private static string Problem(SigningBench bench, byte[] document)
    {
        var verdict = bench.Validate(document);

        verdict.IsValid.ShouldBeFalse();
        return string.Join(" ", verdict.Signatures.SelectMany(signature => signature.Problems));
    }
}
