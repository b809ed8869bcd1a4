using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using MeSign.Statements.Intake;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;
using MeSign.Statements.Trust;
using MimeKit;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>Names, addresses and file names as Python's email library, MimeKit and our own opener read them, inside and outside.</summary>
public sealed class OutsideHeaderTests : IDisposable
{
    // An HP-Outer field holds another field (RFC 9788 §2.2): read as one.
    private const string Python = """
        import email, email.policy, json
        from email.header import decode_header, make_header
        from email.utils import getaddresses
        def read(path, policy):
            with open(path, 'rb') as f: return email.message_from_binary_file(f, policy=policy)
        # decode_header and not policy.default, which keeps the white space between encoded words of a phrase (RFC 2047 §6.2).
        def sender(m):
            a = getaddresses([v.replace('\r', '').replace('\n', '') for v in m.get_all('From')])
            return [str(make_header(decode_header(a[0][0]))), a[0][1], len(a)]
        outer, inner = read('message.eml', email.policy.default), read('content', email.policy.default)
        plain = read('content', email.policy.compat32)
        print(json.dumps({
            'outer': sender(read('message.eml', email.policy.compat32)), 'inner': sender(plain),
            'declared': [sender(email.message_from_string(v)) for v in map(str.lstrip, plain.get_all('HP-Outer')) if v.startswith('From:')],
            'files': [p.get_filename() for p in inner.iter_attachments()],
            'defects': [str(d) for h in (outer['From'], inner['From'], inner['To'], inner['Subject']) for d in h.defects],
        }))
        """;

    private readonly SealingBench _sealing = new();
    private readonly Workbench _bench = new();

    public void Dispose()
    {
        _sealing.Dispose();
        _bench.Dispose();
    }

    [Theory]
    [InlineData("Plain Bank")]
    [InlineData("Česká banka, a.s.")]
    [InlineData("Smith & Sons, \"The Bank\" (London)")]
    [InlineData("Müller, Ø \"x\" <evil@example.test>")]
    [InlineData("John Q. Public")]
    [InlineData("Back\\slash \\\"Bank\\\"")]
    [InlineData("=?utf-8?Q?not_one?=")]
    [InlineData("Two  spaces")]
    [InlineData("株式会社みずほ銀行 東京都千代田区大手町一丁目五番五号 大手町タワー総合窓口お客様サービス課御中")]
    [InlineData("بنك الشمال، ش.م.")]
    [InlineData("Bank 😀 of 𝒳, Ltd.")]
    [InlineData("A very long name of a bank that needs more than one line of a header, and has commas, dots. and (comments) in it")]
    public async Task The_senders_name_reads_the_same_everywhere(string name)
    {
        var read = await SealAndReadAsync(SealingBench.Job(), name);

        string[] expected = [name, "statements@bank.test", "1"];
        foreach (var who in new[] { read.GetProperty("outer"), read.GetProperty("inner"), read.GetProperty("declared").EnumerateArray().ShouldHaveSingleItem() })
            who.EnumerateArray().Select(one => one.ToString()).ShouldBe(expected);
        read.GetProperty("defects").EnumerateArray().ShouldBeEmpty();
        using var mime = await MimeMessage.LoadAsync(_bench.Path("message.eml"), TestContext.Current.CancellationToken);
        mime.From.Mailboxes.Select(from => (from.Name, from.Address)).ShouldBe([(name, "statements@bank.test")]);
        var opened = Opener.Open(File.ReadAllBytes(_bench.Path("message.eml")), [Recipient]);
        opened.Problems.ShouldBeEmpty();
        opened.HeaderProtection.Differences.Select(difference => difference.Name).ShouldBe(["Subject"]);
    }

    [Theory]
    [InlineData("statement.pdf")]
    [InlineData("Výpis z účtu říjen 2026.pdf")]
    [InlineData("it's 100% (final); x=1, 'a'.pdf")]
    [InlineData("выписка по счёту за октябрь две тысячи двадцать шестого года, отделение Северное, для клиента с очень длинным именем и ещё более длинной фамилией.pdf")]
    [InlineData("a-name-of-one-hundred-and-fifty-ascii-characters-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.pdf")]
    [InlineData("كشف حساب 10-2026.pdf")]
    [InlineData("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀a👩‍👩‍👧.pdf")]
    [InlineData("=?utf-8?Q?not_one?=.pdf")]
    [InlineData("say \"=?\" or C:\\x \\\" 100%41*'.pdf")]
    public async Task A_file_name_reads_the_same_everywhere(string name)
    {
        var read = await SealAndReadAsync(SealingBench.Job(fileName: name), "Bank");

        read.GetProperty("files").EnumerateArray().Select(file => file.GetString()).ShouldBe([name]);
        Opener.Open(File.ReadAllBytes(_bench.Path("message.eml")), [Recipient]).Attachments.Single().Name.ShouldBe(name);
        File.ReadLines(_bench.Path("content")).ShouldAllBe(line => line.Length <= 78);
    }

    [Fact]
    public async Task An_address_that_is_not_ascii_stays_as_it_is_inside_and_outside()
    {
        var job = SealingBench.Job(address: "žluťoučký@příklad.test", name: "Kůň");
        var recipient = SealingPki.Recipient("rsa2048", "x@xn--pklad-zsa96e.test");

        var eml = await SealAsync(job, "Bank", recipient);

        Encoding.UTF8.GetString(eml).ShouldContain("<žluťoučký@příklad.test>");
        var opened = Opener.Open(eml, [recipient], archives: [recipient]);
        opened.Problems.ShouldBeEmpty();
        (opened.Fields.To, opened.OuterFields.To).ShouldBe(("žluťoučký@příklad.test", "žluťoučký@příklad.test"));
    }

    [Fact]
    public async Task A_domain_that_is_not_ascii_needs_no_smtputf8()
    {
        var eml = await SealAsync(SealingBench.Job(address: "kun@příklad.test"), "Bank", Recipient);

        Ascii.IsValid(eml).ShouldBeTrue();
        Encoding.ASCII.GetString(eml).ShouldContain("<kun@xn--pklad-zsa96e.test>");
    }

    private static X509Certificate2 Recipient => SealingPki.Recipient("rsa2048");

    private static MessageOpener Opener { get; } =
        new(new CmsVerifier(TrustAnchors.Of([SealingPki.Root]), TrustAnchors.None, CrlSet.None, TimeProvider.System));

    private async Task<byte[]> SealAsync(StatementJob job, string fromName, X509Certificate2 recipient)
    {
        var issuer = SealingBench.Issuer() with { FromName = fromName };
        var composed = _sealing.Composer.Compose(job, issuer, "%PDF-1.7"u8.ToArray());
        return (await _sealing.Sealer.SealAsync(composed, issuer, [recipient], TestContext.Current.CancellationToken)).Eml.ToArray();
    }

    private async Task<JsonElement> SealAndReadAsync(StatementJob job, string fromName)
    {
        _bench.Write("message.eml", await SealAsync(job, fromName, Recipient));
        _bench.Run("openssl", "cms", "-decrypt", "-in", "message.eml", "-out", "signed", "-recip", _bench.WriteCertificate(Recipient), "-inkey", _bench.WriteKey(Recipient));
        _bench.Run("openssl", "cms", "-verify", "-in", "signed", "-out", "content", "-CAfile", _bench.WriteCertificate(SealingPki.Root), "-purpose", "smimesign");
        return JsonDocument.Parse(_bench.Run("/usr/bin/python3", "-c", Python)).RootElement;
    }
}
