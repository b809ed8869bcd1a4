using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using MeSign.Statements.Cli;
using MeSign.Statements.Tests.Delivery;
using MeSign.Statements.Tests.Pdf;
using MeSign.Statements.Tests.Signing;
using MeSign.Statements.Tests.Trust;

namespace MeSign.Statements.Tests.Cli.Sign;

public sealed class SignCommandTests : IDisposable
{
    private static readonly byte[] Document = PdfBuilder.OnePage("/Lang (en)", "/Contents 4 0 R").Stream(4, "", "0 0 m 9 9 l S").Table();

    private readonly TestFolder _folder = new();
    private readonly string _input;
    private readonly string[] _signer;

    public SignCommandTests()
    {
        _input = _folder.Write("in.pdf", Document);
        using var key = RSA.Create(2048);
        using var certificate = TestAuthority.Shared.Issue(key);
        var password = RandomNumberGenerator.GetHexString(20);
        var all = new X509Certificate2Collection { certificate, TestAuthority.Shared.Issuing, TestAuthority.Shared.Root };
        _signer = ["--pfx", _folder.Write("bank.p12", all.Export(X509ContentType.Pfx, password)!), "--password-file", _folder.Write("password", System.Text.Encoding.UTF8.GetBytes(password + "\n"))];
    }

    public void Dispose() => _folder.Dispose();

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
    public async Task Trusts_timestamps_of_the_signers_own_root_where_no_other_is_named()
    {
        await using var own = await TestTimestampServer.StartAsync();
        await using var foreign = await TestTimestampServer.StartAsync(new TestAuthority());

        var signed = await CommandRun.OfAsync(["sign", _input, _folder["out.pdf"], .. _signer, "--tsa", own.Address.ToString()]);
        var refused = await CommandRun.OfAsync(["sign", _input, _folder["no.pdf"], .. _signer, "--tsa", foreign.Address.ToString()]);

        signed.ExitCode.ShouldBe(0, signed.Error + signed.Output);
        refused.ExitCode.ShouldBe(1);
        refused.Output.ShouldContain("sent a token that is not valid");
        File.Exists(_folder["no.pdf"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Signs_folders_and_prints_a_line_of_json_for_each_file()
    {
        var folder = Directory.CreateDirectory(_folder["october/a"]).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "1.pdf"), Document, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder["october/2.pdf"], "no PDF", TestContext.Current.CancellationToken);

        var run = await CommandRun.OfAsync(["sign", _folder["october"], "--to", _folder["signed"], "--level", "B-B", "--certify", "none", "--json", .. _signer]);

        run.ExitCode.ShouldBe(1, run.Error);
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(line => Path.GetFileName(line.GetProperty("file").GetString()!));
        lines["1.pdf"].GetProperty("result").GetString().ShouldBe("signed");
        lines["1.pdf"].GetProperty("certified").GetBoolean().ShouldBeFalse();
        lines["1.pdf"].GetProperty("milliseconds").GetInt64().ShouldBeGreaterThanOrEqualTo(0);
        lines["2.pdf"].GetProperty("result").GetString().ShouldBe("refused");
        lines["2.pdf"].GetProperty("code").GetString().ShouldBe(nameof(FailureCode.DocumentNotPdf));
        Directory.GetFiles(_folder["signed"], "*", SearchOption.AllDirectories).ShouldBe([_folder["signed/a/1.pdf"]]);
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
    public async Task An_output_that_exists_is_replaced_only_when_asked()
    {
        var output = _folder.Write("out.pdf", "earlier"u8);

        var refused = await CommandRun.OfAsync(["sign", _input, output, "--level", "B-B", .. _signer]);
        var untouched = await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken);
        var replaced = await CommandRun.OfAsync(["sign", _input, output, "--level", "B-B", "--overwrite", .. _signer]);

        refused.ExitCode.ShouldBe(1);
        refused.Output.ShouldContain("--overwrite");
        untouched.ShouldBe("earlier");
        replaced.ExitCode.ShouldBe(0, replaced.Output + replaced.Error);
        new FileInfo(output).Length.ShouldBeGreaterThan(Document.Length);
    }

    [Fact]
    public async Task The_input_is_never_replaced_not_even_by_way_of_a_link()
    {
        Directory.CreateSymbolicLink(_folder["link"], Path.GetDirectoryName(_input)!);

        var same = await CommandRun.OfAsync(["sign", _input, _input, "--level", "B-B", "--overwrite", .. _signer]);
        var linked = await CommandRun.OfAsync(["sign", _input, _folder["link/in.pdf"], "--level", "B-B", "--overwrite", .. _signer]);

        same.ExitCode.ShouldBe(2);
        linked.ExitCode.ShouldBe(1);
        (await File.ReadAllBytesAsync(_input, TestContext.Current.CancellationToken)).ShouldBe(Document);
    }

    [Fact]
    public async Task Without_a_timestamp_nothing_is_written_and_nothing_left_behind()
    {
        var root = _folder.Write("root.pem", System.Text.Encoding.ASCII.GetBytes(TestAuthority.Shared.Root.ExportCertificatePem()));

        // Port 9 (discard) on loopback: nobody listens.
        var run = await CommandRun.OfAsync(["sign", _input, _folder["out/out.pdf"], "--tsa", "http://127.0.0.1:9/", "--tsa-trust", root, .. _signer]);

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("delayed");
        run.Output.ShouldContain("127.0.0.1");
        Directory.GetFiles(_folder["out"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_waits_for_a_server_that_has_had_enough_for_a_moment()
    {
        const int Documents = 16, Refusals = 2;
        await using var timestamps = await TestTimestampServer.StartAsync();
        var root = _folder.Write("root.pem", System.Text.Encoding.ASCII.GetBytes(TestAuthority.Shared.Root.ExportCertificatePem()));
        var folder = Directory.CreateDirectory(_folder["october"]).FullName;
        for (var n = 0; n < Documents; n++)
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{n}.pdf"), Document, TestContext.Current.CancellationToken);
        var refused = 0;
        // From the first answer on.
        timestamps.Twist = request =>
        {
            timestamps.Instead = Volatile.Read(ref refused) < Refusals ? Refuse : null;
            return request;
        };

        var run = await CommandRun.OfAsync(["sign", folder, "--to", _folder["signed"], "--tsa", timestamps.Address.ToString(), "--tsa-trust", root, .. _signer]);

        run.ExitCode.ShouldBe(0, run.Error + run.Output);
        run.Output.ShouldContain($"{Documents} signed, 0 not signed.");
        refused.ShouldBeGreaterThanOrEqualTo(Refusals);

        Task Refuse(Microsoft.AspNetCore.Http.HttpContext context, byte[] query)
        {
            if (Interlocked.Increment(ref refused) >= Refusals)
                timestamps.Instead = null;
            (context.Response.StatusCode, context.Response.Headers.RetryAfter) = (503, "1");
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Stopped_it_leaves_no_half_file()
    {
        await using var timestamps = await TestTimestampServer.StartAsync();
        var root = _folder.Write("root.pem", System.Text.Encoding.ASCII.GetBytes(TestAuthority.Shared.Root.ExportCertificatePem()));
        using var stop = new CancellationTokenSource();
        timestamps.Instead = async (context, _) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        await using var error = new StringWriter();

        var exit = await CommandLine.RunAsync(
            ["sign", _input, _folder["out/out.pdf"], "--tsa", timestamps.Address.ToString(), "--tsa-trust", root, .. _signer], TextWriter.Null, error, stop.Token);

        exit.ShouldBe(1);
        error.ToString().ShouldContain("stopped");
        Directory.GetFileSystemEntries(_folder["out"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task Asks_a_server_with_a_login_behind_a_root_of_its_own()
    {
        using var certificates = new RelayCertificates();
        await using var timestamps = await TestTimestampServer.StartAsync(tls: tls => tls.ServerCertificate = certificates.Server());
        var root = _folder.Write("root.pem", System.Text.Encoding.ASCII.GetBytes(TestAuthority.Shared.Root.ExportCertificatePem()));
        var tlsRoot = _folder.Write("tls.pem", System.Text.Encoding.ASCII.GetBytes(certificates.RootPem));
        string[] common = ["sign", _input, _folder["out.pdf"], "--tsa", timestamps.Address.ToString(), "--tsa-trust", root, .. _signer];

        var untrusted = await CommandRun.OfAsync(common);
        var run = await CommandRun.OfAsync([.. common, "--tsa-tls-trust", tlsRoot, "--tsa-user", "bank", "--tsa-password-file", _folder.Write("tsa.password", "s3cret\n"u8)]);

        untrusted.ExitCode.ShouldBe(1);
        untrusted.Output.ShouldContain("TLS");
        run.ExitCode.ShouldBe(0, run.Error + run.Output);
        timestamps.Requests.Single().Authorization.ToString().ShouldBe($"Basic {Convert.ToBase64String("bank:s3cret"u8)}");
    }

    [Fact]
    public async Task What_an_earlier_run_put_below_the_folder_is_no_input_of_the_next()
    {
        Directory.CreateDirectory(_folder["october"]);
        File.Copy(_input, _folder["october/1.pdf"]);

        var first = await CommandRun.OfAsync(["sign", _folder["october"], "--to", _folder["october/signed"], "--level", "B-B", .. _signer]);
        var second = await CommandRun.OfAsync(["sign", _folder["october"], "--to", _folder["october/signed"], "--level", "B-B", "--overwrite", .. _signer]);

        first.ExitCode.ShouldBe(0, first.Error + first.Output);
        second.ExitCode.ShouldBe(0, second.Error + second.Output);
        Directory.GetFiles(_folder["october/signed"], "*", SearchOption.AllDirectories).Length.ShouldBe(1);
    }

    [Fact]
    public async Task An_output_that_cannot_be_written_is_named()
    {
        var run = await CommandRun.OfAsync(["sign", _input, Path.Combine(_input, "out.pdf"), "--level", "B-B", .. _signer]);

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain($"{Path.Combine(_input, "out.pdf")} cannot be written: name another output");
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
