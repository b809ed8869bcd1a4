using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using MeSign.Statements.Tests.Pdf;
using MeSign.Statements.Tests.Signing;
using MeSign.Statements.Tests.Trust;

namespace MeSign.Statements.Tests.Cli.Sign;

/// <summary>What is signed, how, and by whom.</summary>
public sealed class SignCommandTests : SignCommandBench
{
    [Fact]
    public async Task Signs_with_everything_on_the_command_line_and_verify_agrees()
    {
        await using var timestamps = await TestTimestampServer.StartAsync();
        var root = _folder.Write("root.pem", System.Text.Encoding.ASCII.GetBytes(TestAuthority.Shared.Root.ExportCertificatePem()));

        var run = await CommandRun.OfAsync(["sign", _input, _folder["out.pdf"], .. _signer, "--tsa", timestamps.Address.ToString(), "--tsa-trust", root, "--certify", "2", "--field", "Bank", "--reason", "Statement"]);

        run.ExitCode.ShouldBe(0, run.Error + run.Output);
        run.Output.ShouldStartWith($"signed   {_folder["out.pdf"]} at ");
        await SigningBench.JudgeAsync(Document, await File.ReadAllBytesAsync(_folder["out.pdf"], TestContext.Current.CancellationToken));
        var verified = await CommandRun.OfAsync("verify", _folder["out.pdf"], "--trust", root);
        verified.ExitCode.ShouldBe(0, verified.Output);
        verified.Output.ShouldContain("Bank, a certification that allows forms to be filled in");
        verified.Output.ShouldContain("PAdES B-T");
        verified.Output.ShouldMatch(@"Reason\s+Statement");
    }

    [Fact]
    public async Task Repairs_only_when_asked_and_says_what()
    {
        var damaged = _folder.Write("damaged.pdf", Document.AsSpan(0, Document.Length - 20));

        var refused = await CommandRun.OfAsync(["sign", damaged, _folder["out.pdf"], "--level", "B-B", "--json", .. _signer]);
        var repaired = await CommandRun.OfAsync(["sign", damaged, _folder["out.pdf"], "--level", "B-B", "--json", "--repair", .. _signer]);

        refused.ExitCode.ShouldBe(1);
        refused.Output.ShouldContain(nameof(FailureCode.DocumentDamaged));
        repaired.ExitCode.ShouldBe(0, repaired.Output + repaired.Error);
        JsonDocument.Parse(repaired.Output).RootElement.GetProperty("repaired").GetString()!.ShouldContain("at byte");
    }

    [Fact]
    public async Task A_file_whose_password_is_another_is_named()
    {
        var wrong = _folder.Write("wrong", "wrong"u8);

        var run = await CommandRun.OfAsync("sign", _input, _folder["out.pdf"], "--level", "B-B", _signer[0], _signer[1], "--password-file", wrong);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("--pfx");
        run.Error.ShouldContain("bank.p12");
        run.Error.ShouldContain("--password-file");
    }

    [Theory]
    [InlineData("IN.pdf or --to", "in.pdf")]
    [InlineData("does not exist", "missing.pdf", "out.pdf")]
    [InlineData("--tsa", "in.pdf", "out.pdf", "--pfx", "bank.p12", "--password-file", "password")]
    [InlineData("is not a URL", "in.pdf", "out.pdf", "--pfx", "bank.p12", "--tsa", "tsa.example.test")]
    [InlineData("--issuer", "in.pdf", "out.pdf")]
    [InlineData("both become", "in.pdf", "in.pdf", "--to", "signed")]
    [InlineData("--level: Argument 'B-X'", "in.pdf", "out.pdf", "--level", "B-X")]
    [InlineData("--settings FILE", "in.pdf", "out.pdf", "--issuer", "bank")]
    [InlineData("--tsa-password-file", "in.pdf", "out.pdf", "--pfx", "bank.p12", "--tsa", "https://tsa.example.test", "--tsa-user", "bank")]
    [InlineData("--place says where", "in.pdf", "out.pdf", "--pfx", "bank.p12", "--password-file", "password", "--level", "B-B", "--place", "last")]
    [InlineData("is no place", "in.pdf", "out.pdf", "--pfx", "bank.p12", "--password-file", "password", "--level", "B-B", "--visible", "in.pdf", "--place", "middle")]
    [InlineData("seal.pdf does not exist", "in.pdf", "out.pdf", "--pfx", "bank.p12", "--password-file", "password", "--level", "B-B", "--visible", "seal.pdf")]
    [InlineData("--hash and --scheme go with --pfx", "in.pdf", "out.pdf", "--issuer", "bank", "--hash", "SHA512")]
    [InlineData("MD5", "in.pdf", "out.pdf", "--pfx", "bank.p12", "--hash", "MD5")]
    public async Task A_wrong_command_line_ends_with_2_and_says_what_is_missing(string reason, params string[] args)
    {
        var run = await CommandRun.OfAsync(["sign", .. args.Select(arg => arg.EndsWith(".pdf", StringComparison.Ordinal) || arg is "bank.p12" or "password" or "signed" ? _folder[arg] : arg)]);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(reason == "IN.pdf or --to" ? "--to DIR" : reason);
    }

    [Theory]
    [InlineData("B-LT")]
    [InlineData("B-LTA")]
    public async Task Puts_given_lists_into_a_document_of_level(string level)
    {
        await using var revocation = await TestRevocationServer.StartAsync(ocsp: false, crl: false);
        await using var timestamps = await TestTimestampServer.StartAsync(revocation.Authority);
        using var key = RSA.Create(2048);
        using var certificate = revocation.Authority.Issue(key);
        var all = new X509Certificate2Collection { certificate, revocation.Authority.Issuing, revocation.Authority.Root };
        var pfx = _folder.Write("other.p12", all.Export(X509ContentType.Pfx, "")!);
        var root = _folder.Write("root.pem", System.Text.Encoding.ASCII.GetBytes(revocation.Authority.Root.ExportCertificatePem()));
        string[] lists = [_folder.Write("root.crl", revocation.List("root")), _folder.Write("issuing.crl", revocation.List("issuing"))];
        string[] signer = ["--pfx", pfx, "--tsa", timestamps.Address.ToString(), "--tsa-trust", root, "--level", level];

        var without = await CommandRun.OfAsync(["sign", _input, _folder["none.pdf"], .. signer]);
        var run = await CommandRun.OfAsync(["sign", _input, _folder["out.pdf"], .. signer, "--crl", .. lists]);

        without.ExitCode.ShouldBe(1);
        without.Output.ShouldContain(nameof(FailureCode.RevocationNotPublished));
        File.Exists(_folder["none.pdf"]).ShouldBeFalse();
        run.ExitCode.ShouldBe(0, run.Error + run.Output);
        await SigningBench.JudgeAsync(Document, await File.ReadAllBytesAsync(_folder["out.pdf"], TestContext.Current.CancellationToken), 1, revocation.Authority);
        (await CommandRun.OfAsync("verify", _folder["out.pdf"], "--trust", root)).Output.ShouldContain($"PAdES {level}");
    }

    [Theory]
    [InlineData("SHA384", "RsaPss", "SHA-384")]
    [InlineData("SHA512", "RsaPkcs1", "SHA-512")]
    public async Task Signs_with_the_hash_and_scheme_asked_for(string hash, string scheme, string seen)
    {
        var run = await CommandRun.OfAsync(["sign", _input, _folder["out.pdf"], "--level", "B-B", "--hash", hash, "--scheme", scheme, .. _signer]);

        run.ExitCode.ShouldBe(0, run.Error + run.Output);
        await SigningBench.JudgeAsync(Document, await File.ReadAllBytesAsync(_folder["out.pdf"], TestContext.Current.CancellationToken));
        (await Tool.RunAsync("pdfsig", "-nocert", _folder["out.pdf"])).Output.ShouldContain(seen);
    }

    [Fact]
    public async Task Shows_a_seal_where_it_is_asked_for()
    {
        var seal = _folder.Write("seal.pdf", Document);

        var words = await CommandRun.OfAsync(["sign", _input, _folder["words.pdf"], "--level", "B-B", "--visible", seal, "--place", "first,top-left", .. _signer]);
        var numbers = await CommandRun.OfAsync(["sign", _input, _folder["numbers.pdf"], "--level", "B-B", "--visible", seal, "--place", "1,36,700,100,50", .. _signer]);

        words.ExitCode.ShouldBe(0, words.Error + words.Output);
        numbers.ExitCode.ShouldBe(0, numbers.Error + numbers.Output);
        await SigningBench.JudgeAsync(Document, await File.ReadAllBytesAsync(_folder["words.pdf"], TestContext.Current.CancellationToken));
        // The seal keeps the proportions of its own page, 595 by 842, in the middle: 50 high is 35.33 wide.
        var text = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(_folder["numbers.pdf"], TestContext.Current.CancellationToken));
        text.ShouldMatch(@"/Rect ?\[68\.33\d* 700 103\.66\d* 750\]");
    }

    [Fact]
    public async Task Opens_encrypted_documents_with_their_own_password()
    {
        await Tool.RunAsync("qpdf", _input, _folder["encrypted.pdf"], "--encrypt", "user", "owner", "256", "--");
        var password = _folder.Write("pdf.password", "user\n"u8);

        var refused = await CommandRun.OfAsync(["sign", _folder["encrypted.pdf"], _folder["none.pdf"], "--level", "B-B", "--json", .. _signer]);
        var run = await CommandRun.OfAsync(["sign", _folder["encrypted.pdf"], _folder["out.pdf"], "--level", "B-B", "--pdf-password-file", password, .. _signer]);

        refused.ExitCode.ShouldBe(1);
        JsonDocument.Parse(refused.Output).RootElement.GetProperty("code").GetString().ShouldBe(nameof(FailureCode.DocumentEncrypted));
        run.ExitCode.ShouldBe(0, run.Error + run.Output);
        (await Tool.RunAsync("pdfsig", "-nocert", "-upw", "user", _folder["out.pdf"])).Output.ShouldContain("Signature is Valid");
    }

    [Fact]
    public async Task Signs_with_an_issuer_of_the_settings()
    {
        await using var timestamps = await TestTimestampServer.StartAsync();
        var settings = _folder.Write("settings.json", JsonSerializer.SerializeToUtf8Bytes(new
        {
            Values = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["MeSign__Timestamps__Roots__0"] = _folder.Write("root.pem", System.Text.Encoding.ASCII.GetBytes(TestAuthority.Shared.Root.ExportCertificatePem())),
                ["MeSign__Issuers__bank__FromAddress"] = "statements@bank.example",
                ["MeSign__Issuers__bank__FromName"] = "Example Bank",
                ["MeSign__Issuers__bank__SigningPkcs12"] = _signer[1],
                ["MeSign__Issuers__bank__SigningPasswordFile"] = _signer[3],
                ["MeSign__Issuers__bank__TimestampServers__0"] = timestamps.Address.ToString(),
                ["MeSign__Issuers__bank__Relay"] = "main",
                ["MeSign__Issuers__bank__Templates"] = Path.Join(AppContext.BaseDirectory, "Templates"),
                ["MeSign__Issuers__bank__Appearance__Reason"] = "Monthly statement",
                ["MeSign__Issuers__bank__Appearance__Seal"] = _folder.Write("seal.pdf", Document),
                ["MeSign__Issuers__bank__Appearance__SealPlace"] = "first page, top left",
                ["MeSign__Issuers__bank__Pdf__Certify"] = "approval",
            },
        }));

        var run = await CommandRun.OfAsync("sign", _input, _folder["out.pdf"], "--issuer", "bank", "--settings", settings, "--json");
        var unknown = await CommandRun.OfAsync("sign", _input, _folder["other.pdf"], "--issuer", "other", "--settings", settings);

        run.ExitCode.ShouldBe(0, run.Error + run.Output);
        JsonDocument.Parse(run.Output).RootElement.GetProperty("certified").GetBoolean().ShouldBeFalse();
        System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(_folder["out.pdf"], TestContext.Current.CancellationToken)).ShouldContain("/Subtype /Form");
        unknown.ExitCode.ShouldBe(1);
        unknown.Error.ShouldContain("\"other\" is not configured");
    }
}
