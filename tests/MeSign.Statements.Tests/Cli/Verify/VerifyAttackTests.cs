using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Tests.Sealing;

namespace MeSign.Statements.Tests.Cli.Verify;

/// <summary>Every forgery of a message, as somebody at a terminal is told of it; both commands end with 1.</summary>
public sealed class VerifyAttackTests : IDisposable
{
    private static readonly X509Certificate2 Reader = VerifyBench.Recipient;
    private static readonly X509Certificate2 Other = SealingPki.Recipient("rsa2048", "other@example.test");

    private static readonly Dictionary<string, Func<byte[], byte[]>> Forgeries = new(StringComparer.Ordinal)
    {
        ["a block spliced into the ciphertext"] = MailForgery.SpliceFirstBlock,
        ["the signature taken off"] = sent => MailForgery.StripSignature(sent, Reader),
        ["the content altered"] = sent => MailForgery.AlterContent(sent, Reader),
        ["sent on to somebody else"] = sent => MailForgery.SendOn(sent, Reader, Other),
        ["another sender outside"] = MailForgery.SwapSender,
        ["another date outside"] = sent => Encoding.ASCII.GetBytes(MailForgery.Replace(Encoding.ASCII.GetString(sent), "Date: ", "Mon, 01 Jan 2024 00:00:00 +0000")),
        ["the envelope taken off"] = sent => [.. MailForgery.Header(sent), .. MailForgery.Decrypt(sent, Reader)],
    };

    private readonly VerifyBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("a block spliced into the ciphertext", "encrypted but not signed: anyone can have written it, and AES-256-CBC alone does not show what was spliced into it")]
    [InlineData("the signature taken off", "encrypted but not signed: anyone can have written it")]
    [InlineData("the content altered", "digest")]
    [InlineData("sent on to somebody else", "somebody may have sent on what was meant for another")]
    [InlineData("another sender outside", "statements@bank.evil.test is not the signer's")]
    [InlineData("another date outside", "The field Date was changed on the way")]
    [InlineData("the envelope taken off", "somebody decrypted it and sent it on")]
    public async Task Names_a_forgery(string forgery, string words)
    {
        var forged = _bench.Write("forged.eml", Forgeries[forgery](await MailForgery.SealAsync(Reader)));

        await NamedAsync(words, forged);
    }

    [Fact]
    public async Task Names_a_revoked_certificate()
    {
        var sent = _bench.Write("1.eml", await MailForgery.SealAsync(Reader));

        await NamedAsync("was revoked at", sent, "--crl", _bench.Write("bank.crl", MailForgery.RevokeSigner()));
    }

    [Fact]
    public async Task Names_an_expired_certificate()
    {
        using var bench = new Workbench();
        using var expired = SealingPki.ExpiredSigner();
        bench.Write("content", "Content-Type: text/plain\r\n\r\nIt is attached\r\n"u8);
        bench.Run("openssl", "cms", "-sign", "-in", "content", "-out", "1.eml", "-from", "statements@bank.test", "-to", "client@example.test",
            "-signer", bench.WriteCertificate(expired), "-inkey", bench.WriteKey(expired));

        await NamedAsync("expired at", bench.Path("1.eml"));
    }

    private async Task NamedAsync(string words, string eml, params string[] more)
    {
        using var keys = new Workbench();
        foreach (var reader in new[] { Reader, Other })
            (_, _) = (keys.WriteCertificate(reader), keys.WriteKey(reader));
        string[] args = [eml, "--key", keys.Path(""), "--trust", _bench.MailRoot, .. more];

        var verify = await CommandRun.OfAsync(["verify", .. args]);
        var open = await CommandRun.OfAsync(["open", .. args]);

        verify.ExitCode.ShouldBe(1, verify.Output + verify.Error);
        Flat(verify.Output).ShouldContain(words);
        open.ExitCode.ShouldBe(1, open.Output + open.Error);
        Flat(open.Output).ShouldContain(words);
        open.Output.ShouldNotContain("is attached");
    }

    private static string Flat(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
