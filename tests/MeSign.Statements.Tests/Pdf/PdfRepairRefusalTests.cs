using System.Text;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>What is beyond repair, and what noise may cost.</summary>
public class PdfRepairRefusalTests : PdfRepairBench
{
    [Theory]
    [InlineData("13 0 obj", 50, "a stream that begins here has no end")]
    [InlineData("13 0 obj", 4, "object 13, which others refer to, is not there")]
    [InlineData("4 0 obj", 20, "It cannot be repaired: PDF damaged at byte ")]
    public async Task Refuses_what_is_cut_short(string last, int kept, string missing)
    {
        var bench = await SigningBench.Shared;
        var whole = Statement();
        var cut = Encoding.Latin1.GetString(whole).IndexOf("\n" + last, StringComparison.Ordinal) + 1 + kept;

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => RepairAsync(bench, whole[..cut]));

        refusal.Code.ShouldBe(FailureCode.DocumentDamaged);
        refusal.Detail.ShouldContain("It cannot be repaired: ");
        refusal.Detail.ShouldContain(missing);
    }

    [Fact]
    public async Task Refuses_an_update_that_is_cut_short()
    {
        var bench = await SigningBench.Shared;
        var updated = PdfBuilder.Update(Statement()).Stream(11, string.Empty, Text(9) + new string(' ', 70_000)).Object(12, "<< /Length 0 >>\nstream\n\nendstream").Table();
        var cut = Encoding.Latin1.GetString(updated).LastIndexOf("\n12 0 obj", StringComparison.Ordinal);

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => RepairAsync(bench, updated[..(cut + 1)]));

        refusal.Detail.ShouldContain("is cut short");
    }

    [Theory]
    [InlineData("RC4", false)]
    [InlineData("AES-256 table", true)]
    public async Task An_encrypted_document_without_its_trailer_needs_no_id_or_is_refused(string form, bool opens)
    {
        var bench = await SigningBench.Shared;
        var whole = await MakeAsync(Forms.GetValueOrDefault(form, ["--encrypt", "", "owner", "256", "--"]));
        var damaged = Break(whole, Damage.NoTrailer);

        if (opens)
        {
            await JudgeAsync(bench, whole, damaged, (await RepairAsync(bench, damaged)).Signed);
            return;
        }

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => RepairAsync(bench, damaged));
        refusal.Code.ShouldBe(FailureCode.DocumentDamaged);
        refusal.Detail.ShouldContain("encrypted");
    }

    [Fact]
    public async Task Refuses_a_signed_document()
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(Statement());

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => RepairAsync(bench, Break(signed, Damage.BadStartXref)));

        refusal.Code.ShouldBe(FailureCode.DocumentSigningNotAllowed);
    }

    [Theory]
    [InlineData("%PDF-1.4\n")]
    [InlineData("%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj")]
    [InlineData("%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj 2 0 obj << /Type /Pages /Count 1 /Kids [2 0 R] >> endobj")]
    [InlineData("%PDF-1.4\ntrailer << /Root 1 0 R /Prev 9 >>\n1 0 obj 1 0 R endobj")]
    [InlineData("%PDF-1.4\n1 0 obj << /Type /ObjStm /N 1 /First 4 /Length 20 >> stream\n1 0 << /A 1 0 R >>  \nendstream endobj")]
    [InlineData("%PDF-1.4\n99999999999999999999 0 obj 1 endobj 8388607 0 obj 1 endobj")]
    public async Task Refuses_what_holds_no_document(string file)
    {
        var bench = await SigningBench.Shared;

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => RepairAsync(bench, Encoding.Latin1.GetBytes(file)));

        refusal.Code.ShouldBe(FailureCode.DocumentDamaged);
    }

    [Theory]
    [InlineData("1 0 obj\n")]
    [InlineData("1 0 obj (")]
    [InlineData("1 0 obj [<<")]
    [InlineData("1 0 obj << >> stream\n")]
    [InlineData("1 0 obj << /Length 1 0 R >> stream\nendstream ")]
    [InlineData("1 0 obj << /Length 1 0 R >> stream\n7 0 obj endstream ")]
    [InlineData("trailer << ")]
    [InlineData("trailer << /Root 1 0 R /Size 3 >>")]
    public async Task Noise_costs_bounded_time_and_memory(string noise)
    {
        var bench = await SigningBench.Shared;
        var file = Encoding.Latin1.GetBytes("%PDF-1.4\n" + string.Concat(Enumerable.Repeat(noise, (4 << 20) / noise.Length)));
        var before = GC.GetTotalAllocatedBytes();

        await Should.ThrowAsync<StatementFailedException>(() => RepairAsync(bench, file));

        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(4L << 30);
    }
}
