using System.Globalization;
using System.Text;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>Every kind of damage to every kind of file: refused with what is wrong at which place; with repair, signed and whole.</summary>
public class PdfRepairTests : PdfRepairBench
{
    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Repairs_what_it_may(string form, Damage damage)
    {
        var bench = await SigningBench.Shared;
        var whole = await MakeAsync(Forms[form]);
        var damaged = Break(whole, damage);

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => bench.SignAsync(damaged));
        var (signed, result) = await RepairAsync(bench, damaged);

        refusal.Code.ShouldBe(FailureCode.DocumentDamaged);
        refusal.Detail.ShouldMatch(@"^PDF damaged at byte \d+(, in object \d+ \d+)?: ");
        result.Repaired.ShouldBe(refusal.Detail);
        await JudgeAsync(bench, whole, damaged, signed);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("99999")]
    [InlineData("-1")]
    [InlineData("null")]
    public async Task Writes_a_stream_again_whose_length_is_wrong(string length)
    {
        var bench = await SigningBench.Shared;
        var whole = Statement();
        var damaged = Break(Replace(whole, $"/Length {Text(1).Length} ", $"/Length {length} "), Damage.BadStartXref);

        var (signed, _) = await RepairAsync(bench, damaged);

        await JudgeAsync(bench, whole, damaged, signed);
    }

    [Fact]
    public async Task Writes_an_object_again_that_is_not_closed()
    {
        var bench = await SigningBench.Shared;
        var whole = Statement();
        var at = Encoding.Latin1.GetString(whole).IndexOf("endobj", StringComparison.Ordinal);
        byte[] damaged = [.. whole[..at], .. whole[(at + "endobj\n".Length)..]];

        var (signed, _) = await RepairAsync(bench, damaged);

        await JudgeAsync(bench, whole, damaged, signed);
    }

    [Fact]
    public async Task The_last_definition_of_an_object_wins()
    {
        var bench = await SigningBench.Shared;
        var updated = PdfBuilder.Update(Statement()).Stream(11, string.Empty, Text(9)).Table();

        var (signed, _) = await RepairAsync(bench, Break(updated, Damage.BadStartXref));

        (await TextOfAsync(signed)).ShouldContain("Statement page 9");
        (await TextOfAsync(signed)).ShouldNotContain("Statement page 1");
    }

    [Fact]
    public async Task An_attached_pdf_is_not_taken_for_the_document()
    {
        var bench = await SigningBench.Shared;
        var inner = Encoding.Latin1.GetString(Replace(Statement(), "Statement page", "Attachment page"));
        var whole = StatementBuilder().Stream(30, "/Type /EmbeddedFile", inner).Object(31, "30").Table();

        var (signed, _) = await RepairAsync(bench, Break(whole, Damage.BadStartXref));

        (await TextOfAsync(signed)).ShouldBe(await TextOfAsync(whole));
    }

    [Fact]
    public async Task A_length_that_stands_after_its_stream_is_found()
    {
        var bench = await SigningBench.Shared;
        var inner = Encoding.Latin1.GetString(Statement());
        var whole = StatementBuilder()
            .Object(30, $"<< /Type /EmbeddedFile /Length 31 0 R >>\nstream\n{inner}\nendstream")
            .Object(31, inner.Length.ToString(CultureInfo.InvariantCulture)).Table();

        var (signed, _) = await RepairAsync(bench, Break(whole, Damage.BadStartXref));

        await JudgeAsync(bench, whole, Break(whole, Damage.BadStartXref), signed);
    }

    public static TheoryData<string, Damage> Everything()
    {
        var cases = new TheoryData<string, Damage>();
        foreach (var form in Forms.Keys)
        {
            foreach (var damage in Enum.GetValues<Damage>())
            {
                // The way into an encrypted document is in its trailer: in the one of a table whole, at its end.
                if (damage != Damage.NoTrailer ? damage != Damage.TruncatedTail || form != "RC4" : form is "table" or "streams")
                    cases.Add(form, damage);
            }
        }

        return cases;
    }
}
