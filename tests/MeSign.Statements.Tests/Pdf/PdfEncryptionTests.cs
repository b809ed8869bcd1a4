using System.Text;
using MeSign.Statements.Pdf;

namespace MeSign.Statements.Tests.Pdf;

public class PdfEncryptionTests
{
    private static readonly byte[] Plain = PdfBuilder.OnePage("/AcroForm << /Fields [6 0 R] /DA (/Helv 0 Tf) >> /Metadata 7 0 R", "/Contents 4 0 R /Annots [6 0 R]")
        .Stream(4, "", "0 0 m 9 9 l S")
        .Object(6, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Amount) /V (1000) /Rect [0 0 9 9] /P 3 0 R >>")
        .Stream(7, "/Type /Metadata /Subtype /XML", "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
        .Table("/Root 1 0 R /ID [<0123456789abcdef0123456789abcdef> <0123456789abcdef0123456789abcdef>]");

    public static TheoryData<string> Revisions => new(
        "40",
        "128 --use-aes=n",
        "128 --use-aes=y",
        "128 --use-aes=y --cleartext-metadata",
        "128 --force-V4",
        "256 --force-R5",
        "256",
        "256 --cleartext-metadata");

    [Theory]
    [MemberData(nameof(Revisions))]
    public async Task Signs_what_the_empty_password_opens(string revision)
    {
        var bench = await SigningBench.Shared;
        var original = await EncryptAsync(Plain, "", "owner", revision);

        var signed = await bench.SignAsync(original, bench.Certification with { Reason = "Výpis", Certify = 2 });

        await SigningBench.JudgeAsync(original, signed);
        var signature = bench.Validate(signed).Signatures.ShouldHaveSingleItem();
        signature.Problems.ShouldBeEmpty();
        signature.Reason.ShouldBe("Výpis");
        signature.FieldName.ShouldBe("Signature1");
        var again = await bench.SignAsync(signed);
        await SigningBench.JudgeAsync(signed, again, signatures: 2);
        bench.Validate(again).IsValid.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Revisions))]
    public async Task Reads_and_writes_strings_as_the_document_does(string revision)
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var original = await EncryptAsync(Plain, "", "owner", revision + " --object-streams");

        var signed = await bench.SignAsync(original, bench.Approval with { Reason = "Account statement" });

        Encoding.Latin1.GetString(signed).ShouldNotContain("Account statement");
        var clear = await Tool.RunAsync("qpdf", "--decrypt", "--qdf", folder.Write("signed.pdf", signed), "-");
        clear.Output.ShouldContain("(Account statement)");
        clear.Output.ShouldContain("(Amount)");
        clear.Output.ShouldContain("(Signature1)");
    }

    [Theory]
    [InlineData("128 --use-aes=n", "user")]
    [InlineData("128 --use-aes=y", "owner")]
    [InlineData("256", "user")]
    [InlineData("256", "owner")]
    public async Task Opens_with_the_password_given(string revision, string password)
    {
        var bench = await SigningBench.Shared;
        var original = await EncryptAsync(Plain, "user", "owner", revision);

        var signed = await bench.SignAsync(original, bench.Approval with { Password = password });

        using var stream = new MemoryStream(signed);
        bench.Validator.Validate(stream, password).IsValid.ShouldBeTrue();
    }

    /// <summary>qpdf takes the bytes as they are, so that what it is given is already prepared, or deliberately is not.</summary>
    [Theory]
    [InlineData("256", "\u017Elu\u0165ou\u010Dk\u00FD", "\u017Elu\u0165ou\u010Dk\u00FD")]
    [InlineData("256", "z\u030Clut", "\u017Elut")]
    [InlineData("256", "I\u00ADX", "IX")]
    [InlineData("256", "\u2168", "IX")]
    [InlineData("256", "\u00AA", "a")]
    [InlineData("256", "a\u00A0b\u3000c", "a b c")]
    [InlineData("256", "I\u00ADX", "I\u00ADX")]
    [InlineData("256", "\u65E5\u672C\u8A9E", "\u65E5\u672C\u8A9E")]
    [InlineData("256", "\uD83D\uDD11 key", "\uD83D\uDD11 key")]
    [InlineData("256 --force-R5", "p\u00E4ss", "p\u00E4ss")]
    [InlineData("128 --use-aes=y", "p\u00E4ss\u20AC", "p\u00E4ss\u20AC")]
    [InlineData("128 --use-aes=n", "\u2022\u0161\u017D\u0142", "\u2022\u0161\u017D\u0142")]
    [InlineData("40", "\u00FCber", "\u00FCber")]
    public async Task Opens_with_a_password_beyond_ascii(string revision, string given, string set)
    {
        var bench = await SigningBench.Shared;
        var original = await EncryptAsync(Plain, set, "owner", revision);

        var signed = await bench.SignAsync(original, bench.Approval with { Password = given });

        using var stream = new MemoryStream(signed);
        bench.Validator.Validate(stream, given).IsValid.ShouldBeTrue();
    }

    [Theory]
    [InlineData("40", null)]
    [InlineData("128 --use-aes=y", "wrong")]
    [InlineData("256 --force-R5", null)]
    [InlineData("256", "wrong")]
    public async Task Refuses_a_document_that_needs_another_password(string revision, string? password)
    {
        var bench = await SigningBench.Shared;
        var original = await EncryptAsync(Plain, "user", "owner", revision);

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => bench.SignAsync(original, bench.Approval with { Password = password }));

        refusal.Code.ShouldBe(FailureCode.DocumentEncrypted);
        refusal.Detail.ShouldNotContain("wrong");
    }

    [Fact]
    public async Task Refuses_encryption_to_certificates()
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage().Table("/Root 1 0 R /Encrypt << /Filter /Adobe.PubSec /V 4 >>");

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => bench.SignAsync(original));

        refusal.Code.ShouldBe(FailureCode.DocumentEncrypted);
        refusal.Detail.ShouldContain("certificates");
    }

    [Fact]
    public void Never_prints_a_password() =>
        new PdfSignatureRequest { Identity = null!, Password = "secret" }.ToString().ShouldNotContain("secret");

    private static async Task<byte[]> EncryptAsync(byte[] plain, string user, string owner, string revision)
    {
        using var folder = new TestFolder();
        var streams = revision.EndsWith(" --object-streams", StringComparison.Ordinal);
        var options = revision.Replace(" --object-streams", "", StringComparison.Ordinal).Split(' ');
        string[] weak = options[0] == "256" && options.Length == 1 ? [] : ["--allow-weak-crypto"];
        var made = await Tool.RunAsync(
            "qpdf",
            [.. weak, .. streams ? ["--object-streams=generate"] : Array.Empty<string>(), folder.Write("plain.pdf", plain), folder["encrypted.pdf"], "--encrypt", user, owner, .. options, "--"]);
        made.ExitCode.ShouldBe(0, made.Output);
        return await File.ReadAllBytesAsync(folder["encrypted.pdf"], TestContext.Current.CancellationToken);
    }
}
