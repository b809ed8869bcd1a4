using System.Text;
using System.Text.Json;
using MeSign.Statements.Tests.Cli.Seal;
using MeSign.Statements.Tests.Cli.Verify;
using MeSign.Statements.Tests.Sealing;

namespace MeSign.Statements.Tests.Cli.Open;

public sealed class OpenCommandTests : IAsyncLifetime
{
    private SealedFiles _files = null!;

    public async ValueTask InitializeAsync() => _files = await SealedFiles.StartAsync();

    public ValueTask DisposeAsync() => _files.DisposeAsync();

    [Fact]
    public async Task Writes_texts_and_attachments_that_are_the_ones_sealed()
    {
        await _files.SealAsync([.. _files.Sender, .. _files.Job, .. _files.Reader]);

        var run = await _files.OpenAsync([_files.Out, .. _files.Key, "--to", _files.PathOf("opened"), "--json"]);

        run.ExitCode.ShouldBe(0, run.Output + run.Error);
        var verdict = JsonDocument.Parse(run.Output).RootElement;
        verdict.GetProperty("valid").GetBoolean().ShouldBeTrue();
        var written = verdict.GetProperty("written").EnumerateArray().Select(file => file.GetString()).ToArray();
        written.ShouldBe([_files.PathOf("opened/message.txt"), _files.PathOf("opened/message.html"), _files.PathOf("opened/Výpis z účtu.pdf")]);
        File.ReadAllBytes(_files.PathOf("opened/Výpis z účtu.pdf"))[..SealedFiles.Document.Length].ShouldBe(SealedFiles.Document);
        File.ReadAllText(_files.PathOf("opened/message.txt")).ShouldContain("Your statement of account 4711");
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(_files.PathOf("opened/message.txt")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Without_a_folder_it_shows_the_text()
    {
        await _files.SealAsync([.. _files.Sender, .. _files.Job, .. _files.Reader]);

        var run = await _files.OpenAsync([_files.Out, .. _files.Key]);

        run.ExitCode.ShouldBe(0, run.Output);
        run.Output.ShouldStartWith("VALID");
        run.Output.ShouldContain("\n    Your statement of account 4711");
    }

    [Fact]
    public async Task Opens_with_an_x25519_key_in_one_file_with_its_certificate_under_a_password()
    {
        var recipient = SealingPki.Recipient("X25519");
        var eml = _files.Write("sealed.eml", await VerifyBench.SealedAsync(await VerifyBench.SignedPdfAsync(), recipient: recipient));
        _files.Run("openssl", "pkcs8", "-topk8", "-in", _files.WriteKey(recipient), "-out", "locked.key", "-passout", "pass:geheim");
        var both = File.ReadAllText(_files.Certificate(recipient)) + File.ReadAllText(_files.PathOf("locked.key"));
        var key = _files.Write("both.pem", Encoding.ASCII.GetBytes(both));

        var opened = await _files.OpenAsync(eml, "--key", key, "--password-file", _files.Write("word", "geheim\n"u8.ToArray()), "--trust", _files.RecipientRoot);
        var refused = await _files.OpenAsync(eml, "--key", key, "--password-file", _files.Write("word", "other\n"u8.ToArray()));

        opened.ExitCode.ShouldBe(0, opened.Output + opened.Error);
        opened.Output.ShouldContain("•••• 4321");
        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain("has another password");
    }

    [Fact]
    public async Task Opens_with_an_ml_kem_key()
    {
        var recipient = SealingPki.Recipient("ML-KEM-768");
        var eml = _files.Write("sealed.eml", await MailForgery.SealAsync(recipient));
        var key = _files.WriteKey(recipient);

        var run = await CommandRun.OfAsync("open", eml, "--key", key, "--trust", _files.RecipientRoot, "--even-invalid", "--to", _files.PathOf("opened"));

        // The document in it is not one, and that alone speaks against it.
        run.Output.ShouldMatch(@"opened with\s+CN=client@example.test");
        File.ReadAllText(_files.PathOf("opened/message.txt")).ShouldContain("•••• 4321");
    }

    [Fact]
    public async Task A_key_of_another_certificate_is_a_wrong_command_line()
    {
        var (own, other) = (SealingPki.Recipient("X25519"), SealingPki.Recipient("X25519", "other@example.test"));
        File.Move(_files.WriteKey(other), Path.ChangeExtension(_files.Certificate(own), ".key"), overwrite: true);

        var run = await _files.OpenAsync(_files.Write("x.eml", "From: a@b.test\r\n\r\n"u8.ToArray()), "--key", _files.Certificate(own));

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("is no certificate with its private key");
    }

    [Fact]
    public async Task Nothing_is_overwritten_and_nothing_half_written()
    {
        await _files.SealAsync([.. _files.Sender, .. _files.Job, .. _files.Reader]);
        Directory.CreateDirectory(_files.PathOf("opened"));
        _files.Write("opened/message.html", "mine"u8.ToArray());

        var run = await _files.OpenAsync([_files.Out, .. _files.Key, "--to", _files.PathOf("opened")]);

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("message.html exists");
        Directory.GetFiles(_files.PathOf("opened")).ShouldBe([_files.PathOf("opened/message.html")]);
        File.ReadAllText(_files.PathOf("opened/message.html")).ShouldBe("mine");
    }

    [Fact]
    public async Task A_link_to_somewhere_else_is_not_followed()
    {
        await _files.SealAsync([.. _files.Sender, .. _files.Job, .. _files.Reader]);
        Directory.CreateDirectory(_files.PathOf("opened"));
        File.CreateSymbolicLink(_files.PathOf("opened/message.txt"), _files.PathOf("elsewhere"));

        var run = await _files.OpenAsync([_files.Out, .. _files.Key, "--to", _files.PathOf("opened")]);

        run.ExitCode.ShouldBe(1);
        File.Exists(_files.PathOf("elsewhere")).ShouldBeFalse();
    }

    [Fact]
    public async Task What_something_speaks_against_is_withheld_unless_asked_for()
    {
        await _files.SealAsync([.. _files.Sender, .. _files.Job, "--signed-only", "--no-timestamp"]);
        var eml = File.ReadAllText(_files.Out);
        var forged = _files.Write("forged.eml", Encoding.UTF8.GetBytes(eml.Replace("account 4711", "account 6666", StringComparison.Ordinal)));

        var withheld = await _files.OpenAsync(forged, "--to", _files.PathOf("opened"));
        var shown = await _files.OpenAsync(forged, "--even-invalid");

        withheld.ExitCode.ShouldBe(1);
        withheld.Output.ShouldStartWith("INVALID");
        withheld.Output.ShouldContain("not handed out");
        Directory.Exists(_files.PathOf("opened")).ShouldBeFalse();
        shown.ExitCode.ShouldBe(1);
        shown.Output.ShouldContain("account 6666");
    }

    [Fact]
    public async Task Names_of_attachments_lead_nowhere()
    {
        // Signed by somebody whom the reader trusts, and still hostile.
        var (certificate, key) = (_files.Certificate(SealingPki.Signer()), _files.WriteKey(SealingPki.Signer()));
        var names = new[] { "../../evil.pdf", "/etc/passwd", "a.txt", "A.TXT", "..", "" };
        var parts = names.Select(name => $"--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\n{name}\r\n");
        _files.Write("content", Encoding.ASCII.GetBytes($"Content-Type: multipart/mixed; boundary=b\r\n\r\n{string.Concat(parts)}--b--\r\n"));
        _files.Run("openssl", "cms", "-sign", "-in", "content", "-out", "hostile.eml", "-from", "statements@bank.test", "-to", "x@example.test", "-signer", certificate, "-inkey", key);

        await CommandRun.OfAsync("open", _files.PathOf("hostile.eml"), "--trust", _files.RecipientRoot, "--to", _files.PathOf("in/opened"), "--even-invalid");

        Directory.GetFiles(_files.PathOf("in"), "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["A (2).TXT", "a.txt", "evil.pdf", "passwd", "unnamed", "unnamed (2)"]);
        File.Exists(_files.PathOf("evil.pdf")).ShouldBeFalse();
    }

    [Theory]
    [InlineData(".", "--key", "/nowhere/key.pem")]
    [InlineData("/nowhere.eml")]
    public async Task A_file_that_is_not_there_is_a_wrong_command_line(params string[] args)
    {
        var run = await _files.OpenAsync([.. args.Select(arg => arg == "." ? _files.Write("x.eml", "From: a@b.test\r\n\r\n"u8.ToArray()) : arg)]);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("/nowhere");
    }
}
