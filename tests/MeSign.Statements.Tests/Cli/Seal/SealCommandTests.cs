using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using MeSign.Statements.Tests.Sealing;

namespace MeSign.Statements.Tests.Cli.Seal;

public sealed class SealCommandTests : IAsyncLifetime
{
    private SealedFiles _files = null!;

    public async ValueTask InitializeAsync() => _files = await SealedFiles.StartAsync();

    public ValueTask DisposeAsync() => _files.DisposeAsync();

    [Fact]
    public async Task Seals_from_options_alone_what_openssl_opens_and_verify_calls_valid()
    {
        var run = await _files.SealAsync([.. _files.Sender, .. _files.Job, .. _files.Reader]);

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("encrypted to ");
        run.Output.ShouldMatch(@"timestamp \d{4}-\d\d-\d\d");
        var key = _files.Key[1];
        _files.Run("openssl", "cms", "-decrypt", "-in", _files.Out, "-out", "signed", "-recip", Path.ChangeExtension(key, ".pem"), "-inkey", key);
        var text = Encoding.UTF8.GetString(_files.Run("openssl", "cms", "-verify", "-in", "signed", "-CAfile", _files.Root, "-purpose", "smimesign"));
        text.ShouldContain("Subject: Your statement for October 2026");
        var verified = await _files.VerifyAsync([_files.Out, .. _files.Key]);
        verified.ExitCode.ShouldBe(0, verified.Output);
        verified.Output.ShouldContain($"From          {SealedFiles.From}");
        verified.Output.ShouldMatch(@"Encrypted\s+AES-256-CBC");
        verified.Output.ShouldContain("O=Example Bank");
        verified.Output.ShouldContain("organisation validated");
        verified.Output.ShouldMatch(@"Timestamped\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ by ");
        verified.Output.ShouldMatch(@"Attached PDF\s+valid: Výpis z účtu.pdf");
        _files.Timestamps.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Seals_a_job_file_with_an_issuer_of_the_settings()
    {
        var settings = Settings(SealingBench.SandboxTemplates);
        var job = _files.Write("job.json", JsonSerializer.SerializeToUtf8Bytes(new
        {
            version = 1,
            id = "1",
            issuer = "bank",
            kind = "statement",
            recipient = new { email = SealedFiles.To, locale = "cs-CZ" },
            fields = new { period = "říjen 2026", account = "4711" },
        }));

        var run = await _files.SealAsync("--settings", settings, "--job", job, "--document", _files.Pdf, "--to-cert", _files.Reader[1], "--json");

        run.ExitCode.ShouldBe(0, run.Error);
        var made = JsonDocument.Parse(run.Output).RootElement;
        made.GetProperty("encrypted").GetBoolean().ShouldBeTrue();
        made.GetProperty("encryptedTo")[0].GetString().ShouldBe(SealingPki.Recipient("rsa2048").GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256), StringCompareShould.IgnoreCase);
        made.GetProperty("bytes").GetInt64().ShouldBe(new FileInfo(_files.Out).Length);
        File.ReadAllText(_files.Out).ShouldContain("Subject: From your bank");
        var opened = await _files.OpenAsync([_files.Out, .. _files.Key]);
        opened.ExitCode.ShouldBe(0, opened.Output + opened.Error);
        opened.Output.ShouldContain("najdete výpis z účtu 4711 za období říjen 2026");
    }

    [Fact]
    public async Task Signed_only_is_readable_by_everyone_and_says_so()
    {
        var run = await _files.SealAsync([.. _files.Sender, .. _files.Job, "--signed-only", "--no-timestamp"]);

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("signed only: everyone on the way can read it");
        run.Output.ShouldContain("no timestamp");
        _files.Timestamps.Requests.ShouldBeEmpty();
        var verified = await _files.VerifyAsync(_files.Out);
        verified.ExitCode.ShouldBe(0, verified.Output);
        verified.Output.ShouldMatch(@"Encrypted\s+no: everyone on the way could read it");
        verified.Output.ShouldMatch(@"Timestamped\s+no valid timestamp; the signer says");
    }

    [Fact]
    public async Task Takes_the_forms_that_are_asked_for()
    {
        var run = await _files.SealAsync(
            [.. _files.Sender, .. _files.Job, .. _files.Reader, "--content-encryption", "Aes256Gcm", "--key-transport", "OaepSha256", "--signature", "Clear", "--outer-subject", "Vertraulich"]);

        run.ExitCode.ShouldBe(0, run.Error);
        var verified = await _files.VerifyAsync([_files.Out, .. _files.Key]);
        verified.Output.ShouldContain("AES-256-GCM");
        verified.Output.ShouldContain("RSA-OAEP");
        verified.Output.ShouldContain("shown outside Subject: \"Vertraulich\"");
    }

    [Fact]
    public async Task A_missing_field_is_named_before_a_timestamp_is_spent()
    {
        var run = await _files.SealAsync([.. _files.Sender, "--to", SealedFiles.To, "--document", _files.Pdf, "--field", "period=x", .. _files.Reader]);

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("TemplateFailed");
        run.Error.ShouldContain("statement/en.");
        run.Error.ShouldContain("fields.account is not given");
        _files.Timestamps.Requests.ShouldBeEmpty();
        File.Exists(_files.Out).ShouldBeFalse();
    }

    [Theory]
    [InlineData("other@example.test", "does not name other@example.test")]
    [InlineData("client@example.test", "does not lead to a root", true)]
    public async Task A_recipient_certificate_that_must_not_be_used_is_named_and_nothing_is_written(string to, string reason, bool otherRoot = false)
    {
        var run = await _files.SealAsync(
            [.. _files.Sender, "--to", to, .. _files.Job[2..], "--to-cert", _files.Reader[1], "--to-trust", otherRoot ? _files.Root : _files.RecipientRoot]);

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain(reason);
        _files.Timestamps.Requests.ShouldBeEmpty();
        File.Exists(_files.Out).ShouldBeFalse();
    }

    [Fact]
    public async Task A_certificate_that_only_signs_is_not_encrypted_to()
    {
        var signing = _files.Certificate(SealingPki.Make("rsa2048", "CN=x", SealedFiles.To, X509KeyUsageFlags.DigitalSignature));

        var run = await _files.SealAsync([.. _files.Sender, .. _files.Job, .. _files.Reader, "--to-cert", signing]);

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("keyUsage forbids it");
    }

    [Fact]
    public async Task Never_overwrites()
    {
        _files.Write("out.eml", "earlier"u8.ToArray());

        var run = await _files.SealAsync([.. _files.Sender, .. _files.Job, .. _files.Reader]);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("exists");
        File.ReadAllText(_files.Out).ShouldBe("earlier");
    }

    [Fact]
    public async Task A_from_address_that_the_certificate_does_not_name_is_refused()
    {
        var run = await _files.SealAsync([.. _files.Sender.Select(arg => arg == SealedFiles.From ? "ceo@bank.test" : arg), .. _files.Job, .. _files.Reader]);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("--from ceo@bank.test is not in the certificate");
    }

    [Theory]
    [InlineData("who may read it")]
    [InlineData("who may read it", "--signed-only", "--to-cert", "x.pem")]
    [InlineData("encryption is required", "--signed-only", "--encryption", "required")]
    [InlineData("never to encrypt", "--to-cert", "x.pem", "--encryption", "never")]
    [InlineData("/nowhere.pem does not exist", "--to-cert", "/nowhere.pem", "--to-trust", ".")]
    [InlineData("unknown: use required", "--signed-only", "--encryption", "none")]
    public async Task A_wrong_command_line_ends_with_2_and_says_what_is_missing(string reason, params string[] args)
    {
        var given = args.Select(arg => arg == "." ? _files.RecipientRoot : arg);

        var run = await _files.SealAsync([.. _files.Sender, .. _files.Job, .. given]);

        run.ExitCode.ShouldBe(2, run.Output + run.Error);
        run.Error.ShouldContain(reason);
        File.Exists(_files.Out).ShouldBeFalse();
    }

    [Fact]
    public async Task A_kind_without_a_document_is_told_so()
    {
        var run = await _files.SealAsync([.. _files.Sender, .. _files.Job, "--kind", "code", "--signed-only"]);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("document does not go with kind code");
    }

    [Fact]
    public async Task Broken_templates_of_an_issuer_are_all_named_before_anything_is_done()
    {
        Directory.CreateDirectory(_files.PathOf("templates/statement"));
        _files.Write("templates/statement/en.subject.liquid", "{{ x "u8.ToArray());
        _files.Write("templates/statement/en.text.liquid", "{% if %}"u8.ToArray());

        var run = await _files.SealAsync(["--settings", Settings(_files.PathOf("templates")), "--issuer", "bank", .. _files.Job, .. _files.Reader]);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("settings are wrong");
        run.Error.ShouldContain("MeSign:Issuers:bank:Templates: template statement/en.subject.liquid does not parse");
        run.Error.ShouldContain("MeSign:Issuers:bank:Templates: template statement/en.text.liquid does not parse");
        run.Error.ShouldContain("statement/en.html.liquid is missing");
    }

    private string Settings(string templates) => _files.Write("settings.json", JsonSerializer.SerializeToUtf8Bytes(new
    {
        Values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["MeSign__Timestamps__Roots__0"] = _files.Root,
            ["MeSign__Recipients__Roots__0"] = _files.RecipientRoot,
            ["MeSign__Issuers__bank__FromAddress"] = SealedFiles.From,
            ["MeSign__Issuers__bank__FromName"] = "Bank",
            ["MeSign__Issuers__bank__SigningPkcs12"] = _files.Pfx,
            ["MeSign__Issuers__bank__SigningPasswordFile"] = _files.PasswordFile,
            ["MeSign__Issuers__bank__TimestampServers__0"] = _files.Timestamps.Address.ToString(),
            ["MeSign__Issuers__bank__Relay"] = "main",
            ["MeSign__Issuers__bank__Templates"] = templates,
            ["MeSign__Issuers__bank__OuterSubject"] = "From your bank",
        },
    }));
}
