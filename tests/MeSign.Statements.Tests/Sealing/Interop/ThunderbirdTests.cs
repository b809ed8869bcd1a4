using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Sealing;
using MeSign.Statements.Tests.Cli.Verify;
using MeSign.Statements.Tests.Signing;
using MeSign.Statements.Tests.Trust;

namespace MeSign.Statements.Tests.Sealing.Interop;

/// <summary>
/// Every kind of message as Thunderbird's window judges it; and Thunderbird's section of <c>docs/interoperability.md</c>, written with
/// <c>tests/run.sh -explicit only -class '*ThunderbirdTests'</c>. They need Debian's thunderbird and libnss3-tools.
/// </summary>
public class ThunderbirdTests
{
    [Fact]
    public async Task Every_kind_of_message_is_good_on_default_settings()
    {
        // Ubuntu has it as a snap alone, which sees none of the test's files.
        Assert.SkipUnless(File.Exists("/usr/lib/thunderbird/thunderbird"), "Thunderbird is not installed from a package.");
        using var bench = new Workbench();
        await using var server = await TestTimestampServer.StartAsync();
        using var sealing = new SealingBench(("MeSign:Timestamps:Roots:0", bench.WriteCertificate(TestAuthority.Shared.Root)));
        var issuer = SealingBench.Issuer() with { TimestampServers = [server.Address] };
        var recipient = SealingPki.Recipient("rsa2048");
        await using var thunderbird = await Thunderbird.StartAsync(bench, SealingPki.Root, [recipient]);

        (JobKind Kind, string Fields)[] kinds =
        [
            (JobKind.Statement, """{ "period": "October 2026", "account": "1234" }"""),
            (JobKind.Notice, "{}"),
            (JobKind.Code, """{ "code": "831 044", "purpose": "confirm a payment" }"""),
            (JobKind.Message, """{ "subject": "Your question", "body": "One\n\nTwo" }"""),
        ];
        foreach (var (kind, fields) in kinds)
        {
            var message = sealing.Composer.Compose(SealingBench.Job(fields, kind), issuer, kind == JobKind.Statement ? VerifyBench.Document : null);
            foreach (X509Certificate2[] to in new[] { Array.Empty<X509Certificate2>(), [recipient] })
            {
                var eml = (await sealing.Sealer.SealAsync(message, issuer, to, TestContext.Current.CancellationToken)).Eml.ToArray();

                var verdict = await thunderbird.JudgeAsync(bench.Write($"{kind}-{to.Length}.eml", eml));

                (verdict.Signature, verdict.Encryption, verdict.Signer, verdict.Error).ShouldBe((0, to.Length > 0 ? 0 : -1, "statements@bank.test", null), $"{kind}, encrypted: {to.Length}");
                verdict.Subject.ShouldBe(to.Length > 0 ? issuer.OuterSubject : message.Subject);
            }
        }
    }

    [Fact(Explicit = true)]
    public async Task Shows_the_default_forms_as_good_and_altered_ones_as_not()
    {
        using var bench = new Workbench();
        await using var server = await TestTimestampServer.StartAsync();
        using var sealing = new SealingBench(("MeSign:Timestamps:Roots:0", bench.WriteCertificate(TestAuthority.Shared.Root)));
        var (rsa, p256) = (SealingPki.Recipient("rsa2048"), SealingPki.Recipient("P-256"));
        var plain = SealingBench.Issuer() with { TimestampServers = [server.Address] };
        await using var thunderbird = await Thunderbird.StartAsync(bench, SealingPki.Root, [rsa, p256]);

        (string Form, Issuer Issuer, X509Certificate2? Recipient, Func<string, string> Alter)[] forms =
        [
            ("Signed only (default)", plain, null, same => same),
            ("Signed and encrypted (default)", plain, rsa, same => same),
            ("The same with the subject repeated (`LegacyDisplay`)", plain with { Sealing = new() { LegacyDisplay = true } }, rsa, same => same),
            ("multipart/signed in AES-256-CBC", plain with { Sealing = new() { EncryptedSignature = SignatureForm.Clear } }, rsa, same => same),
            ("AES-256-CBC, RSA-OAEP (SHA-256)", plain with { Sealing = new() { KeyTransport = RsaKeyTransport.OaepSha256 } }, rsa, same => same),
            ("AES-256-CBC, ECDH P-256", plain, p256, same => same),
            ("AES-256-GCM", plain with { Sealing = new() { ContentEncryption = ContentEncryption.Aes256Gcm } }, rsa, same => same),
            ("Signed only, one letter of the text altered", plain, null, eml => eml.Replace("is attached to", "is attachet to", StringComparison.Ordinal)),
            ("Signed only, From swapped outside", plain, null, eml => ReplaceFirst(eml, "<statements@bank.test>", "<statements@evil.test>")),
            ("Signed only, no Date outside", plain, null, eml => ReplaceFirst(eml, "Date: ", "X-Date: ")),
            ("Signed only, Date two hours later outside", plain, null, eml => ReplaceFirst(eml, Date(0), Date(2))),
        ];
        var verdicts = new List<ThunderbirdVerdict>();
        foreach (var (form, issuer, recipient, alter) in forms)
        {
            var message = sealing.Composer.Compose(SealingBench.Job(), issuer, VerifyBench.Document);
            var made = await sealing.Sealer.SealAsync(message, issuer, recipient is null ? [] : [recipient], TestContext.Current.CancellationToken);
            var eml = Encoding.ASCII.GetBytes(alter(Encoding.ASCII.GetString(made.Eml.ToArray())));
            verdicts.Add(await thunderbird.JudgeAsync(bench.Write($"{verdicts.Count}.eml", eml)));
        }

        var page = Page(Encoding.UTF8.GetString(bench.Run("thunderbird", "--version")).Trim(), [.. forms.Select(form => form.Form)], verdicts);
        await InteroperabilityPage.WriteAsync(page: null, page);
        verdicts.ShouldAllBe(verdict => verdict.Error == null, page);
        foreach (var good in verdicts.Take(5))
            (good.Signature, good.Signer, good.Attachments!.Single()).ShouldBe((0, "statements@bank.test", "statement.pdf"), page);
        verdicts[0].Encryption.ShouldBe(-1, page);
        verdicts.Skip(1).Take(4).ShouldAllBe(verdict => verdict.Encryption == 0, page);
        verdicts.TakeLast(4).ShouldAllBe(verdict => verdict.Signature != 0, page);
    }

    private static string Page(string version, string[] forms, List<ThunderbirdVerdict> verdicts)
    {
        var page = new StringBuilder()
            .Append("\nMade by `tests/run.sh -explicit only -class '*ThunderbirdTests'`: each message, with a signature timestamp, is opened in ").Append(version)
            .Append("\n(without a screen, over Marionette, the root trusted and the recipient's keys in its profile), and its window is asked for the two verdicts\n")
            .Append("(`nsICMSMessageErrors`: 0 is good) and the subject that it shows.\n\n| Message | Signature | Encryption | Subject shown |\n|---|---|---|---|\n");
        foreach (var (form, verdict) in forms.Zip(verdicts))
            page.Append(CultureInfo.InvariantCulture, $"| {form} | {Word(verdict.Signature)} | {Word(verdict.Encryption)} | {verdict.Subject} |\n");
        if (verdicts[1].Subject == SealingBench.Issuer().OuterSubject)
            page.Append("\nOf an encrypted S/MIME message this Thunderbird shows the outer subject and never the protected one (RFC 9788); the text says what it is about.\n");
        return page.ToString();
    }

    private static string Word(int status) => status switch
    {
        0 => "good",
        -1 => "–",
        _ => string.Create(CultureInfo.InvariantCulture, $"**bad** ({status})"),
    };

    private static string Date(int later) => $"Date: {HeaderText.Date(TimeProvider.System.GetUtcNow().AddHours(later))[..22]}";

    private static string ReplaceFirst(string text, string old, string with)
    {
        var at = text.IndexOf(old, StringComparison.Ordinal);
        at.ShouldBeGreaterThanOrEqualTo(0, old);
        return string.Concat(text.AsSpan(0, at), with, text.AsSpan(at + old.Length));
    }
}
