using System.Security.Cryptography;
using System.Text;
using MeSign.Statements.Issuers;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Signing;
using MeSign.Statements.Tests.Trust;
using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>Signatures over messages as they leave.</summary>
public class DkimTests : DkimBench
{
    private static readonly byte[] Pdf = [.. "%PDF-1.7\n"u8, .. RandomNumberGenerator.GetBytes(20_000)];

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Dkimpy_and_MimeKit_verify_every_signature(bool encrypt, bool international)
    {
        using var bench = new Workbench();
        var (issuer, records) = Signing(bench);
        var eml = await SealAsync(issuer, encrypt, international);

        Verify(bench, eml, records).ShouldBe(["True", "True"]);
        using var message = MimeMessage.Load(new MemoryStream(eml), TestContext.Current.CancellationToken);
        var verifier = new DkimVerifier(new Records(records));
        foreach (var signature in message.Headers.Where(header => header.Id == HeaderId.DkimSignature))
            (await verifier.VerifyAsync(message, signature, TestContext.Current.CancellationToken)).ShouldBeTrue(signature.Value);
    }

    [Fact]
    public async Task A_key_on_a_token_signs_as_well()
    {
        using var bench = new Workbench();
        _ = SoftHsm.Shared;
        var key = DkimKey.OnToken(SoftHsm.Module, SoftHsm.Token, "rsa", SoftHsm.Pin);
        var issuer = SealingBench.Issuer() with { Dkim = [new("bank.test", "hsm", key)] };
        using var rsa = RSA.Create();
        rsa.ImportFromPem(TestKeys.Get("RSA2048").ExportPkcs8PrivateKeyPem());

        var eml = await SealAsync(issuer, encrypt: true);

        Verify(bench, eml, new() { ["hsm._domainkey.bank.test"] = Record(rsa) }).ShouldBe(["True"]);
        Should.Throw<InvalidDataException>(() => DkimKey.OnToken(SoftHsm.Module, SoftHsm.Token, "ec", SoftHsm.Pin)).Message.ShouldContain("no RSA private key");
        Should.Throw<InvalidDataException>(() => DkimKey.OnToken(SoftHsm.Module, SoftHsm.Token, "absent", SoftHsm.Pin)).Message.ShouldContain("no RSA private key");
    }

    [Theory]
    [InlineData("From: ", "From: ceo@evil.test\r\nFrom: ")]
    [InlineData("MIME-Version", "Cc: everyone@evil.test\r\nMIME-Version")]
    [InlineData("MIME-Version", "Subject: Urgent\r\nMIME-Version")]
    [InlineData("MIME-Version", "Content-Type: text/plain\r\nMIME-Version")]
    [InlineData("Subject: Confidential", "Subject: Urgent")]
    public async Task No_field_is_changed_or_added_on_the_way(string original, string changed)
    {
        using var bench = new Workbench();
        var (issuer, records) = Signing(bench);
        var text = Encoding.ASCII.GetString(await SealAsync(issuer, encrypt: true));
        var at = text.IndexOf($"\r\n{original}", StringComparison.Ordinal) + 2;
        at.ShouldBeGreaterThan(2);

        var altered = string.Concat(text.AsSpan(0, at), changed, text.AsSpan(at + original.Length));

        Verify(bench, Encoding.ASCII.GetBytes(altered), records).ShouldBe(["False", "False"]);
    }

    [Fact]
    public async Task Survives_what_relays_do_to_white_space_and_not_another_body()
    {
        using var bench = new Workbench();
        var (issuer, records) = Signing(bench);
        var text = Encoding.ASCII.GetString(await SealAsync(issuer, encrypt: false));
        var body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var relayed = $"Received: from a by b\r\n{text[..body].Replace("\r\nSubject: ", "\r\nSUBJECT:   ", StringComparison.Ordinal)}{text[body..]}\r\n \r\n\r\n"
            .Replace("micalg=sha-256;\r\n\t", "micalg=sha-256;\r\n    ", StringComparison.Ordinal);
        var other = text.Replace("October", "Octobre", StringComparison.Ordinal);

        Verify(bench, Encoding.ASCII.GetBytes(relayed), records).ShouldBe(["True", "True"]);
        Verify(bench, Encoding.ASCII.GetBytes(other), records).ShouldAllBe(verdict => verdict != "True");
    }

    [Fact]
    public async Task The_fields_stand_first_in_short_lines_and_nothing_else_changes()
    {
        using var bench = new Workbench();
        var (issuer, _) = Signing(bench);

        var text = Encoding.ASCII.GetString(await SealAsync(issuer, encrypt: true));

        text.ShouldStartWith("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n\td=bank.test;\r\n\ts=rsa; t=");
        text.ShouldContain("DKIM-Signature: v=1; a=ed25519-sha256;");
        text.Replace("\r\n", "").ShouldNotContain("\n");
        text.Split("\r\n").ShouldAllBe(line => line.Length <= 78);
        // A Bcc or a Return-Path never is in what is signed: the relay writes the one, nobody the other.
        text.Split("\r\n\r\n")[0].ShouldNotContain("Bcc");
        text.Split("\r\n\r\n")[0].ShouldNotContain("Return-Path");
    }

    /// <summary>RFC 6376 §3.4.5 and §3.4.4, whose examples these are.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("\r\n\r\n", "")]
    [InlineData(" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n")]
    [InlineData("a\r\n \t\r\n\r\nb \r\n \r\n", "a\r\n\r\n\r\nb\r\n")]
    [InlineData("no line end", "no line end\r\n")]
    public void A_body_in_relaxed_form(string body, string canonical)
    {
        ReadOnlyMemory<byte> bytes = Encoding.ASCII.GetBytes(body);
        var expected = SHA256.HashData(Encoding.ASCII.GetBytes(canonical));

        // However it comes in pieces.
        for (var at = 0; at <= bytes.Length; at++)
            DkimBody.Hash([bytes[..at], bytes[at..]]).ShouldBe(expected);
        DkimBody.Hash(Enumerable.Range(0, bytes.Length).Select(i => bytes.Slice(i, 1))).ShouldBe(expected);
    }

    [Theory]
    [InlineData("A: X", "a:X")]
    [InlineData("B : Y\t\r\n\tZ  ", "b:Y Z")]
    public void A_field_in_relaxed_form(string field, string canonical) => DkimBody.Relaxed(field).ShouldBe(canonical);

    private static readonly string Judge = """
        import sys, json, dkim
        message = open(sys.argv[1], "rb").read()
        records = json.load(open(sys.argv[2]))
        dns = lambda name, timeout=5: records.get(name.decode().rstrip("."), "").encode()
        for i in range(message.split(b"\r\n\r\n")[0].count(b"DKIM-Signature:")):
            try:
                print(dkim.DKIM(message).verify(idx=i, dnsfunc=dns))
            except dkim.DKIMException as e:
                print(type(e).__name__)
        """;

    private static (Issuer Issuer, Dictionary<string, string> Records) Signing(Workbench bench)
    {
        using var rsa = RSA.Create(2048);
        var ed25519 = new Ed25519PrivateKeyParameters(RandomNumberGenerator.GetBytes(32));
        File.WriteAllText(bench.Path("rsa.pem"), rsa.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(bench.Path("ed.pem"), PemEncoding.WriteString("PRIVATE KEY", [.. Convert.FromHexString("302E020100300506032B657004220420"), .. ed25519.GetEncoded()]));
        var issuer = SealingBench.Issuer() with
        {
            Dkim = [new("bank.test", "rsa", DkimKey.Load(bench.Path("rsa.pem"), null)), new("bank.test", "ed", DkimKey.Load(bench.Path("ed.pem"), null))],
        };
        return (issuer, new()
        {
            ["rsa._domainkey.bank.test"] = Record(rsa),
            // RFC 8463 §4: the bare key.
            ["ed._domainkey.bank.test"] = $"v=DKIM1; k=ed25519; p={Convert.ToBase64String(ed25519.GeneratePublicKey().GetEncoded())}",
        });
    }

    private static string Record(RSA rsa) => $"v=DKIM1; k=rsa; p={Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo())}";

    private static async Task<byte[]> SealAsync(Issuer issuer, bool encrypt, bool international = false)
    {
        using var sealing = new SealingBench();
        var job = international
            ? SealingBench.Job(locale: "cs", name: "Příliš žluťoučký kůň úpěl ďábelské ódy a nikdo ho neslyšel", address: "žofie@háčky.test", fileName: "Výpis.pdf")
            : SealingBench.Job();
        var result = await sealing.Sealer.SealAsync(
            sealing.Composer.Compose(job, issuer, Pdf), issuer, encrypt ? [SealingPki.Recipient("rsa2048")] : [], TestContext.Current.CancellationToken);
        return result.Eml.ToArray();
    }

    private static string[] Verify(Workbench bench, byte[] eml, Dictionary<string, string> records)
    {
        bench.Write("judge.py", Encoding.UTF8.GetBytes(Judge));
        bench.Write("message.eml", eml);
        bench.Write("records.json", System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(records));
        return Encoding.ASCII.GetString(bench.Run("/usr/bin/python3", "judge.py", "message.eml", "records.json")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private sealed class Records(Dictionary<string, string> records) : DkimPublicKeyLocatorBase
    {
        public override Org.BouncyCastle.Crypto.AsymmetricKeyParameter LocatePublicKey(string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            GetPublicKey(records[$"{selector}._domainkey.{domain}"]);

        public override Task<Org.BouncyCastle.Crypto.AsymmetricKeyParameter> LocatePublicKeyAsync(string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));
    }
}
