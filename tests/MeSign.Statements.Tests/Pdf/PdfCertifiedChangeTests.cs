using System.Text;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>What certifications and locks allow afterwards, and what only looks like it.</summary>
public class PdfCertifiedChangeTests
{
    private const string Annotation = "/Type /Annot /Rect [9 9 99 99]";
    private const string Field = "/Type /Annot /Subtype /Widget /Rect [0 0 9 9] /P 3 0 R /FT /Tx /T (Amount)";

    [Theory]
    [InlineData($"<< {Annotation} /Subtype /Text /Contents (why?) >>", null)]
    [InlineData($"<< {Annotation} /Subtype /Highlight /QuadPoints [9 9 99 9 9 99 99 99] /AP << /N 31 0 R >> >>", null)]
    [InlineData($"<< {Annotation} /Subtype /Link /A << /S /URI /URI (https://bank.example) >> >>", null)]
    [InlineData($"<< {Annotation} /Subtype /FreeText /Contents (Paid) >>", "an annotation (FreeText), which may show anything")]
    [InlineData($"<< {Annotation} /Subtype /Stamp /AP << /N 31 0 R >> >>", "an annotation (Stamp), which may show anything")]
    [InlineData($"<< {Annotation} /Subtype /Redact /OverlayText (Paid) >>", "an annotation (Redact), which may show anything")]
    [InlineData($"<< {Annotation} /Subtype /Widget >>", "an annotation (Widget), which may show anything")]
    [InlineData($"<< {Annotation} /Subtype /Square /IC [1 1 1] >>", "which covers what is under it")]
    [InlineData($"<< {Annotation} /Subtype /Text /AP << /N 32 0 R >> >>", "which shows text or pictures of its own")]
    [InlineData($"<< {Annotation} /Subtype /Ink /AP << /N 33 0 R >> >>", "which shows text or pictures of its own")]
    [InlineData($"<< {Annotation} /Subtype /Link /A << /S /JavaScript /JS (app.alert(1)) >> >>", "which does something")]
    [InlineData($"<< {Annotation} /Subtype /Link /A << /S /URI /URI (https://bank.example) /Next << /S /JavaScript /JS (app.alert(1)) >> >> >>", "which does something")]
    public async Task Comments_are_allowed_that_show_nothing_over_the_page(string annotation, string? problem)
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage(pageExtra: "/Annots 6 0 R").Object(6, "[]").Table();
        var signed = await bench.SignAsync(original, bench.Certification with { Certify = 3 });
        var text = Encoding.Latin1.GetString(signed);
        var widget = text[text.LastIndexOf("\n6 0 obj\n[", StringComparison.Ordinal)..].Split('[', ']')[1];

        var noted = PdfBuilder.Update(signed)
            .Object(6, $"[{widget} 30 0 R]")
            .Object(30, annotation)
            .Stream(31, "/Type /XObject /Subtype /Form /BBox [9 9 99 99] /Resources << /ExtGState << /G << /BM /Multiply >> >> >>", "/G gs 1 1 0 rg 9 9 90 90 re f")
            .Stream(32, "/Type /XObject /Subtype /Form /BBox [9 9 99 99] /Resources << /Font << /F 34 0 R >> >>", "BT /F 9 Tf (Paid) Tj ET")
            .Stream(33, "/Type /XObject /Subtype /Form /BBox [9 9 99 99] /Resources << /XObject << /I 35 0 R >> >>", "/I Do")
            .Object(34, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
            .Stream(35, "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8", "0")
            .Table();

        var verdict = bench.Validate(noted).Signatures.ShouldHaveSingleItem();
        verdict.IsValid.ShouldBe(problem is null, string.Join(' ', verdict.Problems));
        string.Join(' ', verdict.Problems).ShouldContain(problem ?? "");
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("/P 1", false)]
    [InlineData("/P 2", true)]
    public async Task A_lock_restricts_the_whole_document(string permission, bool allowed)
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage("/AcroForm << /Fields [6 0 R 7 0 R] >>", "/Annots [6 0 R 7 0 R]")
            .Object(6, $"<< {Field} /V (1) >>")
            .Object(7, $"<< /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R /FT /Sig /T (Board) /Lock << /Type /SigFieldLock /Action /Include /Fields [(Other)] {permission} >> >>")
            .Table();
        var signed = await bench.SignAsync(original, bench.Approval with { FieldName = "Board" });

        var filled = PdfBuilder.Update(signed).Object(6, $"<< {Field} /V (1000000) >>").Table();

        var signature = bench.Validate(filled).Signatures.ShouldHaveSingleItem();
        signature.FieldName.ShouldBe("Board");
        signature.IsValid.ShouldBe(allowed, string.Join(' ', signature.Problems));
    }

    [Fact]
    public async Task A_field_that_was_filled_in_may_be_made_read_only()
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage("/AcroForm << /Fields [6 0 R] >>", "/Annots [6 0 R]").Object(6, $"<< {Field} /V (1) >>").Table();
        var signed = await bench.SignAsync(original, bench.Certification with { Certify = 2 });

        var filled = PdfBuilder.Update(signed).Object(6, $"<< {Field} /V (2) /Ff 1 /DA (/Helv 9 Tf) /Q 1 >>").Table();

        bench.Validate(filled).Signatures.ShouldHaveSingleItem().Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Flags_a_signature_that_is_shown_again_in_another_field()
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage("/AcroForm 5 0 R").Object(5, "<< /Fields [] >>").Table();
        var signed = await bench.SignAsync(original);
        var text = Encoding.Latin1.GetString(signed);
        var fields = text[text.LastIndexOf("/Fields", StringComparison.Ordinal)..].Split('[', ']')[1];
        var signature = text[(text.LastIndexOf("/V ", StringComparison.Ordinal) + 3)..].Split(" 0 R")[0];

        var attacked = PdfBuilder.Update(signed)
            .Object(5, $"<< /SigFlags 3 /Fields [{fields} 30 0 R] >>")
            .Object(30, $"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Again) /Rect [9 9 99 99] /P 3 0 R /V {signature} 0 R >>")
            .Table();

        bench.Validate(attacked).Signatures.Single(one => one.FieldName == "Signature1").Problems.ShouldContain(problem => problem.Contains("a signature that was there"));
    }

    [Fact]
    public async Task Lets_pass_resources_written_again_under_another_number()
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(new PdfBuilder()
            .Object(1, "<< /Type /Catalog /Pages 2 0 R >>")
            .Object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
            .Object(3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources 5 0 R >>")
            .Object(5, "<< /ProcSet [/PDF] >>")
            .Table());
        var text = Encoding.Latin1.GetString(signed);
        var page = text[(text.LastIndexOf("\n3 0 obj\n", StringComparison.Ordinal) + 9)..].Split("\nendobj")[0];

        byte[] Copied(string resources) => PdfBuilder.Update(signed)
            .Object(3, page.Replace("/Resources 5 0 R", "/Resources 30 0 R", StringComparison.Ordinal))
            .Object(30, resources)
            .Table();

        bench.Validate(Copied("<< /ProcSet [/PDF] >>")).Signatures.ShouldHaveSingleItem().Problems.ShouldBeEmpty();
        bench.Validate(Copied("<< /ProcSet [/PDF /Text] >>")).IsValid.ShouldBeFalse();
    }

    [Fact]
    public async Task Flags_content_that_waited_beyond_the_end()
    {
        // The signed cross-reference already says where the content is going to be.
        const int place = 100_000;
        var bench = await SigningBench.Shared;
        var original = Encoding.Latin1.GetString(PdfBuilder.OnePage(pageExtra: "/Contents 4 0 R").Object(4, "null").Table());
        var entry = original.IndexOf("4 1\n", StringComparison.Ordinal) + "4 1\n".Length;
        var signed = await bench.SignAsync(Encoding.Latin1.GetBytes(original.Remove(entry, 10).Insert(entry, $"{place:D10}")));

        var attacked = Encoding.Latin1.GetString(signed).PadRight(place) + $"4 0 obj\n<< /Length 1 >>\nstream\nS\nendstream\nendobj\nstartxref\n{PdfBuilder.StartXref(signed)}\n%%EOF\n";

        string.Join(' ', bench.Validate(Encoding.Latin1.GetBytes(attacked)).Signatures.ShouldHaveSingleItem().Problems).ShouldContain("object 4, which was referred to but missing, was supplied");
    }

    [Theory]
    [InlineData("adbe.pkcs7.sha1", "SHA-1 is broken")]
    [InlineData("adbe.x509.rsa_sha1", "SHA-1 is broken")]
    [InlineData("ETSI.Unknown", "/SubFilter")]
    public async Task Names_forms_that_prove_nothing(string form, string named)
    {
        var bench = await SigningBench.Shared;
        var signed = Encoding.Latin1.GetString(await bench.SignAsync(PdfBuilder.OnePage().Table()));

        var changed = signed.Replace("/ETSI.CAdES.detached", $"/{form}".PadRight("/ETSI.CAdES.detached".Length), StringComparison.Ordinal);

        string.Join(' ', bench.Validate(Encoding.Latin1.GetBytes(changed)).Signatures.ShouldHaveSingleItem().Problems).ShouldContain(named);
    }

    [Fact]
    public async Task Many_revisions_are_compared_one_by_one()
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage("/AcroForm << /Fields [6 0 R] >>", "/Annots [6 0 R] /Contents 4 0 R").Stream(4, "", "0 0 m 9 9 l S").Object(6, $"<< {Field} /V (1) >>").Table();
        var filled = await bench.SignAsync(original, bench.Certification with { Certify = 2 });
        for (var i = 0; i < 60; i++)
            filled = PdfBuilder.Update(filled).Object(6, $"<< {Field} /V ({i}) >>").Table();

        var attacked = PdfBuilder.Update(PdfBuilder.Update(filled).Stream(4, "", "9 0 m 0 9 l S").Table()).Stream(4, "", "0 0 m 9 9 l S").Table();

        bench.Validate(filled).Signatures.ShouldHaveSingleItem().Problems.ShouldBeEmpty();
        bench.Validate(attacked).Signatures.ShouldHaveSingleItem().Problems.ShouldContain("Changed after it was signed: object 4 was replaced.");
    }

    [Theory]
    [InlineData("/Metadata 4 0 R", "<x:xmpmeta xmlns:x='adobe:ns:meta/'>2</x:xmpmeta>", true)]
    [InlineData("/Metadata 4 0 R", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x:xmpmeta xmlns:x='adobe:ns:meta/'>&e;</x:xmpmeta>", false)]
    [InlineData("/Metadata 4 0 R", "0 0 m 9 9 l S", false)]
    [InlineData("/DSS << /Certs [4 0 R] >>", "0", true)]
    [InlineData("/DSS << /Certs [5 0 R] >>", "0", false)]
    [InlineData("/DSS (store)", "0", false)]
    public async Task Metadata_and_validation_data_are_of_their_kind(string catalog, string stream, bool allowed)
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(PdfBuilder.OnePage().Object(5, "<< >>").Table(), bench.Certification);
        var text = Encoding.Latin1.GetString(signed);
        var old = text[(text.LastIndexOf("\n1 0 obj\n", StringComparison.Ordinal) + 9)..].Split("\nendobj")[0];

        var changed = PdfBuilder.Update(signed).Object(1, $"{old[..^2]} {catalog} >>").Stream(4, "/Type /Metadata /Subtype /XML", stream).Table();

        var signature = bench.Validate(changed).Signatures.ShouldHaveSingleItem();
        signature.IsValid.ShouldBe(allowed, string.Join(' ', signature.Problems));
    }
}
