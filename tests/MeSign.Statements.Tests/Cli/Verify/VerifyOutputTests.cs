using System.Security.Cryptography;
using System.Text.Json;
using MeSign.Statements.Tests.Pdf;
using MeSign.Statements.Tests.Trust;

namespace MeSign.Statements.Tests.Cli.Verify;

/// <summary>How it is said, and as of when.</summary>
public sealed class VerifyOutputTests : IDisposable
{
    private readonly VerifyBench _bench = new();

    [Fact]
    public async Task A_name_in_a_certificate_cannot_steer_the_terminal()
    {
        var bench = await SigningBench.Shared;
        using var key = RSA.Create(2048);
        using var hostile = TestAuthority.Shared.Issue(key, subject: "CN=\"Bank\u001b[2K\u001b[1G\u001b[32mVALID\u202e\"");
        var identity = bench.Identity with { Certificate = hostile, Key = new Statements.Signing.Pkcs12SigningKey(hostile) };
        var pdf = _bench.Write("1.pdf", await bench.SignAsync(VerifyBench.Document, bench.Approval with { Identity = identity, Reason = "\u001b]0;title\u0007" }));

        foreach (var json in new[] { Array.Empty<string>(), ["--json"] })
        {
            var run = await _bench.VerifyAsync([pdf, .. json]);

            run.ExitCode.ShouldBe(0, run.Output + run.Error);
            run.Output.ShouldContain("VALID");
            run.Output.ReplaceLineEndings("").ShouldNotContain(character => char.IsControl(character) || character == '\u202e');
        }
    }

    [Fact]
    public async Task Prints_a_line_of_json_for_each_file()
    {
        var pdf = _bench.Write("1.pdf", await VerifyBench.SignedPdfAsync());
        var text = _bench.Write("2.eml", "no message"u8.ToArray());

        var run = await _bench.VerifyAsync(pdf, text, "--json");

        run.ExitCode.ShouldBe(1);
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        lines.Length.ShouldBe(2);
        lines[0].GetProperty("valid").GetBoolean().ShouldBeTrue();
        var signature = lines[0].GetProperty("signatures")[0];
        signature.GetProperty("level").GetString().ShouldBe("B-T");
        signature.GetProperty("identity").GetString().ShouldBe("Organization");
        signature.GetProperty("timestamp").GetDateTimeOffset().ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromHours(1));
        lines[1].GetProperty("valid").GetBoolean().ShouldBeFalse();
        lines[1].GetProperty("problems").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Json_has_chain_revocation_form_and_coverage()
    {
        var signed = await VerifyBench.SignedPdfAsync();
        var crl = _bench.Write("issuing.crl", TestAuthority.Shared.Revoke(TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(1)));

        var run = await _bench.VerifyAsync(_bench.Write("1.pdf", signed), "--crl", crl, "--json");

        run.ExitCode.ShouldBe(0, run.Output + run.Error);
        var signature = JsonDocument.Parse(run.Output).RootElement.GetProperty("signatures")[0];
        signature.GetProperty("form").GetString().ShouldBe("ETSI.CAdES.detached");
        signature.GetProperty("coverage").GetString().ShouldBe("WholeFile");
        signature.GetProperty("coveredBytes").GetInt64().ShouldBe(signed.Length);
        var chain = signature.GetProperty("chain").EnumerateArray().ToArray();
        chain.Select(one => one.GetProperty("subject").GetString()).ShouldBe(["O=Example Bank, CN=Statements", "CN=Test Issuing", "CN=Test Root"]);
        chain[0].GetProperty("revocation").GetString().ShouldBe("good");
        chain[1].GetProperty("revocation").GetString().ShouldBe("not listed");
        chain[2].TryGetProperty("revocation", out _).ShouldBeFalse();
        signature.GetProperty("timestampChain").GetArrayLength().ShouldBe(3);
        signature.GetProperty("timestampPolicy").GetString().ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("2025-06-01", 1)]
    [InlineData("2030-06-01T12:00Z", 0)]
    public async Task Judges_as_of_the_time_that_is_named(string at, int exitCode)
    {
        var bench = await SigningBench.Shared;
        var pdf = _bench.Write("1.pdf", await bench.SignAsync(VerifyBench.Document));

        var run = await _bench.VerifyAsync(pdf, "--at", at);

        run.ExitCode.ShouldBe(exitCode, run.Output + run.Error);
    }

    [Theory]
    [InlineData("/nowhere/1.pdf")]
    [InlineData(".", "--key", "/nowhere/key.pem")]
    [InlineData(".", "--crl", "/nowhere/crl")]
    [InlineData(".", "--password-file", "/nowhere/password")]
    public async Task A_file_that_is_not_there_is_a_wrong_command_line(params string[] args)
    {
        var run = await _bench.VerifyAsync(args);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("/nowhere/");
        run.Error.ShouldContain("exist");
    }

    public void Dispose() => _bench.Dispose();
}
