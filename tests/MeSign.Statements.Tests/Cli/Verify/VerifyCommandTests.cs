using System.Text;
using MeSign.Statements.Tests.Pdf;
using MeSign.Statements.Tests.Sealing;

namespace MeSign.Statements.Tests.Cli.Verify;

/// <summary>What is said of documents and messages.</summary>
public sealed class VerifyCommandTests : IDisposable
{
    private readonly VerifyBench _bench = new();

    [Fact]
    public async Task Says_who_signed_a_pdf_since_when_and_that_nothing_changed()
    {
        var pdf = _bench.Write("statement.pdf", await VerifyBench.SignedPdfAsync());

        var run = await _bench.VerifyAsync(pdf);

        run.ExitCode.ShouldBe(0, run.Output + run.Error);
        run.Output.ShouldStartWith($"VALID    {pdf}");
        run.Output.ShouldContain("a certification that allows no change");
        run.Output.ShouldMatch(@"Signed by\s+.*CN=");
        run.Output.ShouldContain("organisation validated");
        run.Output.ShouldMatch(@"Timestamped\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ by ");
        run.Output.ShouldContain("PAdES B-T");
        run.Output.ShouldContain("nothing: it covers the whole file");
        run.Output.ShouldContain("1 valid, 0 invalid.");
    }

    [Fact]
    public async Task A_flipped_byte_of_a_pdf_ends_with_1_and_is_named()
    {
        var signed = await VerifyBench.SignedPdfAsync();
        var at = Encoding.Latin1.GetString(signed).IndexOf("0 0 m 9 9 l S", StringComparison.Ordinal);
        signed[at] ^= 0x01;
        var good = _bench.Write("good.pdf", await VerifyBench.SignedPdfAsync());
        var bad = _bench.Write("bad.pdf", signed);

        var run = await _bench.VerifyAsync(good, bad);

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain($"INVALID  {bad}");
        run.Output.ShouldMatch(@"Problem\s+Signature1: .*(digest|content|changed)");
        run.Output.ShouldContain("1 valid, 1 invalid.");
    }

    [Fact]
    public async Task Names_what_was_changed_after_the_signature()
    {
        var signed = await VerifyBench.SignedPdfAsync();
        var pdf = _bench.Write("changed.pdf", PdfBuilder.Update(signed).Stream(4, "", "9 0 m 0 9 l S").Table());

        var run = await _bench.VerifyAsync(pdf);

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldMatch(@"Changed since\s+NOT ALLOWED: .*object 4 was replaced");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Opens_a_message_and_judges_the_pdf_in_it(bool pkcs12)
    {
        var eml = _bench.Write("1.eml", await VerifyBench.SealedAsync(await VerifyBench.SignedPdfAsync()));
        string[] key = pkcs12 && _bench.WritePkcs12() is var (file, password) ? ["--key", file, "--password-file", password] : ["--key", _bench.WritePem()];

        var run = await _bench.VerifyAsync([eml, .. key]);

        run.ExitCode.ShouldBe(0, run.Output + run.Error);
        run.Output.ShouldMatch(@"From\s+statements@bank.test");
        run.Output.ShouldMatch(@"Subject\s+Your statement for October 2026");
        run.Output.ShouldMatch(@"Encrypted\s+AES-256-CBC");
        run.Output.ShouldMatch(@"to\s+.*CN=Sealing Test Root.*RSA PKCS#1 v1.5");
        run.Output.ShouldMatch(@"opened with\s+CN=client@example.test");
        run.Output.ShouldContain("shown outside Subject: \"Confidential message\" for \"Your statement for October 2026\"");
        run.Output.ShouldMatch(@"Attached PDF\s+valid: statement.pdf");
    }

    [Theory]
    [InlineData("X25519", "X25519, SHA-256 HKDF")]
    [InlineData("ML-KEM-768", "ML-KEM-768")]
    [InlineData("ML-KEM-1024", "ML-KEM-1024")]
    public async Task Opens_with_a_key_that_no_certificate_of_the_runtime_holds(string kind, string shown)
    {
        var recipient = SealingPki.Recipient(kind);
        var eml = _bench.Write("1.eml", await VerifyBench.SealedAsync(await VerifyBench.SignedPdfAsync(), recipient: recipient));

        var run = await _bench.VerifyAsync(eml, "--key", _bench.WritePem(recipient));

        run.ExitCode.ShouldBe(0, run.Output + run.Error);
        run.Output.ShouldMatch($@"to\s+.*CN=Sealing Test Root.*{shown}");
        run.Output.ShouldMatch(@"opened with\s+CN=client@example.test");
    }

    [Fact]
    public async Task A_message_stays_closed_without_its_key()
    {
        var eml = _bench.Write("1.eml", await VerifyBench.SealedAsync(await VerifyBench.SignedPdfAsync()));

        var run = await _bench.VerifyAsync(eml);

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("nothing: it stays closed");
        run.Output.ShouldContain("The message is encrypted and no key was given.");
    }

    [Fact]
    public async Task A_pdf_that_does_not_hold_makes_its_message_invalid()
    {
        var eml = _bench.Write("1.eml", await VerifyBench.SealedAsync(VerifyBench.Document, encrypted: false));

        var run = await _bench.VerifyAsync(eml);

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldMatch(@"Attached PDF\s+INVALID: statement.pdf");
        run.Output.ShouldContain("The document is not signed.");
    }

    [Fact]
    public async Task A_changed_subject_is_named()
    {
        var eml = Encoding.Latin1.GetString(await VerifyBench.SealedAsync(await VerifyBench.SignedPdfAsync(), encrypted: false));
        var changed = _bench.Write("1.eml", Encoding.Latin1.GetBytes(ReplaceFirst(eml, "Your statement for October 2026", "Pay \u001b[31mnow")));

        var run = await _bench.VerifyAsync(changed);

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("CHANGED");
        run.Output.ShouldContain("Subject");
        run.Output.ShouldNotContain('\u001b');
    }

    [Fact]
    public async Task A_pdf_that_is_none_is_a_verdict_with_its_code()
    {
        var run = await _bench.VerifyAsync(_bench.Write("1.pdf", "hello"u8.ToArray()));

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("DocumentNotPdf");
    }

    [Fact]
    public async Task A_certificate_without_a_list_is_a_problem_where_revocation_is_required()
    {
        var pdf = _bench.Write("1.pdf", await VerifyBench.SignedPdfAsync());

        var run = await _bench.VerifyAsync(pdf, "--require-revocation");

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldMatch("Problem .*revocation|Problem .*list", customMessage: run.Output);
    }

    [Fact]
    public async Task Nothing_is_trusted_that_is_not_named()
    {
        var pdf = _bench.Write("1.pdf", await VerifyBench.SignedPdfAsync());

        var none = await CommandRun.OfAsync("verify", pdf);
        var other = await CommandRun.OfAsync("verify", pdf, "--trust", _bench.MailRoot);

        none.ExitCode.ShouldBe(2);
        none.Error.ShouldContain("--trust");
        other.ExitCode.ShouldBe(1);
        other.Output.ShouldContain("not trusted");
    }

    public void Dispose() => _bench.Dispose();

    private static string ReplaceFirst(string text, string old, string with)
    {
        var at = text.IndexOf(old, StringComparison.Ordinal);
        return string.Concat(text.AsSpan(0, at), with, text.AsSpan(at + old.Length));
    }
}
