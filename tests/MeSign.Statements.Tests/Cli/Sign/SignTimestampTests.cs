using System.Text.Json;
using MeSign.Statements.Tests.Delivery;
using MeSign.Statements.Tests.Signing;
using MeSign.Statements.Tests.Trust;

namespace MeSign.Statements.Tests.Cli.Sign;

/// <summary>Timestamp servers on the command line.</summary>
public sealed class SignTimestampTests : SignCommandBench
{
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
    public async Task The_signers_own_root_stands_beside_those_of_the_settings()
    {
        var other = new TestAuthority();
        await using var own = await TestTimestampServer.StartAsync();
        await using var foreign = await TestTimestampServer.StartAsync(other);
        var settings = _folder.Write("settings.json", JsonSerializer.SerializeToUtf8Bytes(new
        {
            Values = new Dictionary<string, string>(StringComparer.Ordinal) { ["MeSign__Timestamps__Roots__0"] = other.Root.ExportCertificatePem() },
        }));

        var byOwn = await CommandRun.OfAsync(["sign", _input, _folder["own.pdf"], .. _signer, "--settings", settings, "--tsa", own.Address.ToString()]);
        var bySettings = await CommandRun.OfAsync(["sign", _input, _folder["other.pdf"], .. _signer, "--settings", settings, "--tsa", foreign.Address.ToString()]);

        byOwn.ExitCode.ShouldBe(0, byOwn.Error + byOwn.Output);
        bySettings.ExitCode.ShouldBe(0, bySettings.Error + bySettings.Output);
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
}
