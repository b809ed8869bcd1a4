using CsCheck;
using MeSign.Statements.Issuers;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;
using MeSign.Statements.Trust;
using MimeKit;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>Whatever is composed and in whatever form it is sealed, what is opened is the same, byte for byte where MIME keeps bytes.</summary>
public class SealingPropertyTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private static readonly MessageOpener Opener = new(new CmsVerifier(TrustAnchors.Of([SealingPki.Root]), TrustAnchors.None, CrlSet.None, TimeProvider.System));

    private static readonly Gen<string> Piece = Pick(
        "a", "Z", "0", " ", "  ", "Čeština", "žluťoučký kůň", "Ελληνικά", "кириллица", "العربية", "עברית", "हिन्दी", "ไทย", "日本語", "한국어", "😀", "👩‍👩‍👧", "e\u0301", "\u200F", "\u00A0",
        "=?utf-8?Q?x?=", "=?", "?=", "\"", "\\", "'", "<", ">", "(", ")", ",", ";", ":", "@", "%41", "*", "&amp;", "From ", "--", ".", "/", "=", "#", "statement");

    /// <summary>One line, as subjects, names and file names are; readers trim what is white around it.</summary>
    private static readonly Gen<string> Line = Piece.List[1, 25].Select(pieces => string.Concat(pieces).Trim()).Where(line => line.Length > 0);

    private static readonly Gen<string> Text = Gen.OneOf(Piece, Pick("\n", "\r\n", "\n.\n", "\n--\n", "\nFrom ", "\t", new string('x', 1500))).List[0, 60].Select(string.Concat);

    private static readonly Gen<MailAttachment> Attachment = Gen.Select(
        Line, Gen.OneOf(Gen.Int[0, 200], Gen.Int[0, 20_000]), Gen.Byte,
        (name, length, seed) => new MailAttachment(name, "application/pdf", Bytes(length, seed)));

    private static readonly Gen<ComposedMessage> Message = Gen.Select(
        Line, Text, Text, Attachment.List[0, 3], Line,
        Pick("client@example.test", "žofie@example.test", "klient@háčky.test", "用户@例子.测试", "o'brien+tag@example.test"),
        (subject, text, html, attachments, name, address) => new ComposedMessage
        {
            MessageId = "id@bank.test",
            Date = Now,
            From = new("statements@bank.test", "Česká banka, a.s."),
            To = new(address, name),
            Subject = subject,
            Language = "cs",
            Text = text,
            Html = html,
            Attachments = attachments,
            Fields = [new("Auto-Submitted", "auto-generated")],
        });

    private static readonly Gen<(string Key, IssuerSealing Form)> Form = Gen.Select(
        Pick("", "rsa2048", "rsa3072", "P-256", "P-384", "P-521", "X25519", "ML-KEM-768", "ML-KEM-1024"),
        Gen.Enum<ContentEncryption>(), Gen.Enum<RsaKeyTransport>(), Gen.Enum<SignatureForm>(), Gen.Bool,
        (key, content, transport, signature, legacy) =>
            (key, new IssuerSealing { ContentEncryption = content, KeyTransport = transport, EncryptedSignature = signature, LegacyDisplay = legacy }));

    [Fact]
    public void What_is_opened_is_what_was_sealed()
    {
        using var sealing = new SealingBench();

        Gen.Select(Message, Form).Sample(
            (message, form) =>
            {
                var eml = Seal(sealing, message, form.Key, form.Form);
                var opened = Opener.Open(eml, form.Key.Length > 0 ? [SealingPki.Key(SealingPki.Recipient(form.Key))] : Array.Empty<DecryptionKey>());

                var notOurs = opened.Problems.Where(problem => !problem.StartsWith("It was signed for", StringComparison.Ordinal));
                notOurs.ShouldBeEmpty();
                opened.Fields.Subject.ShouldBe(message.Subject);
                EmailAddress.TryParse(opened.Fields.To!, out var to, out _).ShouldBeTrue();
                EmailAddress.TryParse(message.To.Address, out var expected, out _).ShouldBeTrue();
                to!.Normalized.ShouldBe(expected!.Normalized);
                Lines(opened.Text).ShouldBe(Lines(message.Text));
                Lines(opened.Html).ShouldBe(Lines(message.Html));
                opened.Attachments.Select(attachment => attachment.Name).ShouldBe(message.Attachments.Select(attachment => attachment.FileName));
                foreach (var (own, theirs) in message.Attachments.Zip(opened.Attachments))
                    theirs.Content.Span.SequenceEqual(own.Content.Span).ShouldBeTrue();

                using var outer = MimeMessage.Load(new MemoryStream(eml), TestContext.Current.CancellationToken);
                outer.To.Mailboxes.Single().Name.ShouldBe(message.To.Name);
            },
            iter: 200, threads: 1);
    }

    [Fact]
    public void Openssl_opens_what_was_sealed()
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var root = bench.WriteCertificate(SealingPki.Root);

        Gen.Select(Message, Form.Where(form => form.Key.Length > 0 && form.Key[0] is 'r' or 'P')).Sample(
            (message, form) =>
            {
                var recipient = SealingPki.Recipient(form.Key);
                bench.Write("message.eml", Seal(sealing, message, form.Key, form.Form));
                bench.Run("openssl", "cms", "-decrypt", "-in", "message.eml", "-out", "signed.eml", "-recip", bench.WriteCertificate(recipient), "-inkey", bench.WriteKey(recipient));
                var inner = bench.Run("openssl", "cms", "-verify", "-in", "signed.eml", "-CAfile", root, "-purpose", "smimesign");

                using var read = MimeMessage.Load(new MemoryStream(inner), TestContext.Current.CancellationToken);
                read.Subject.ShouldBe(message.Subject);
                read.Attachments.OfType<MimePart>().Select(Content).ShouldBe(message.Attachments.Select(attachment => Convert.ToHexString(attachment.Content.Span)));
            },
            iter: 20, threads: 1);
    }

    private static Gen<string> Pick(params string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static byte[] Seal(SealingBench sealing, ComposedMessage message, string key, IssuerSealing form)
    {
        var issuer = SealingBench.Issuer() with { Sealing = form };
        var pending = sealing.Sealer.SealAsync(message, issuer, key.Length > 0 ? [SealingPki.Recipient(key)] : [], CancellationToken.None);

        // Without a timestamp server nothing waits.
        pending.IsCompletedSuccessfully.ShouldBeTrue();
        return pending.Result.Eml.ToArray();
    }

    // RFC 2046 §4.1.1: a text is lines; how they end and what is empty around them is not kept.
    private static string Lines(string? text) => (text ?? "").ReplaceLineEndings("\n").Trim();

    private static string Content(MimePart part)
    {
        // MimeKit reads an empty body as no content.
        using var content = new MemoryStream();
        part.Content?.DecodeTo(content, TestContext.Current.CancellationToken);
        return Convert.ToHexString(content.ToArray());
    }

    private static byte[] Bytes(int length, byte seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
