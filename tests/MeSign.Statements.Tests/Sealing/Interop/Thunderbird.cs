using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace MeSign.Statements.Tests.Sealing.Interop;

/// <summary>What Thunderbird's message window says; 0 is its word for good (<c>nsICMSMessageErrors</c>), -1 for nothing of the kind.</summary>
internal sealed record ThunderbirdVerdict(int Signature, int Encryption, string? Signer, string? Subject, string[]? Attachments, string? Error);

/// <summary>Thunderbird without a screen, its profile in the bench's folder, driven over Marionette.</summary>
internal sealed class Thunderbird : IAsyncDisposable
{
    private const string Preferences = """
        user_pref("marionette.port", 0);
        user_pref("mail.provider.suppress_dialog_on_startup", true);
        user_pref("mail.openMessageBehavior", 0);
        user_pref("mailnews.start_page.enabled", false);
        user_pref("datareporting.policy.dataSubmissionEnabled", false);
        user_pref("app.update.enabled", false);
        user_pref("network.dns.disabled", true);
        user_pref("security.OCSP.enabled", 0);
        user_pref("mail.accountmanager.accounts", "account1");
        user_pref("mail.accountmanager.localfoldersserver", "server1");
        user_pref("mail.account.account1.server", "server1");
        user_pref("mail.server.server1.type", "none");
        user_pref("mail.server.server1.hostname", "Local Folders");
        user_pref("mail.server.server1.userName", "nobody");
        user_pref("mail.server.server1.directory-rel", "[ProfD]Mail/Local Folders");

        """;

    private readonly Process _process;
    private readonly NetworkStream _marionette;
    private readonly string _script = File.ReadAllText(Path.Join(Repository.Root, "tests/MeSign.Statements.Tests/Sealing/Interop/ShowMessage.js"));
    private int _commands;

    private Thunderbird(Process process, NetworkStream marionette) => (_process, _marionette) = (process, marionette);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<Thunderbird> StartAsync(Workbench bench, X509Certificate2 root, IEnumerable<X509Certificate2> recipients)
    {
        var profile = Directory.CreateDirectory(bench.Path("profile")).FullName;
        await File.WriteAllTextAsync(Path.Join(profile, "user.js"), Preferences, Cancellation);
        bench.Run("certutil", "-N", "-d", $"sql:{profile}", "--empty-password");
        bench.Run("certutil", "-A", "-d", $"sql:{profile}", "-n", "root", "-t", "CT,C,C", "-a", "-i", bench.WriteCertificate(root));
        foreach (var recipient in recipients)
            bench.Run("pk12util", "-d", $"sql:{profile}", "-K", "", "-W", "x", "-i", bench.WritePkcs12(recipient));

        var start = new ProcessStartInfo("thunderbird", ["--headless", "--marionette", "-remote-allow-system-access", "--no-remote", "--profile", profile])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = profile;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            var thunderbird = new Thunderbird(process, await ConnectAsync(Path.Join(profile, "MarionetteActivePort")));
            await thunderbird.ReadAsync();
            await thunderbird.SendAsync("WebDriver:NewSession", new { capabilities = new { } });
            await thunderbird.SendAsync("Marionette:SetContext", new { value = "chrome" });
            await thunderbird.SendAsync("WebDriver:SetTimeouts", new { script = 60_000 });
            return thunderbird;
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    public async Task<ThunderbirdVerdict> JudgeAsync(string eml)
    {
        var answer = await SendAsync("WebDriver:ExecuteAsyncScript", new { script = _script, args = new[] { eml }, sandbox = "system", newSandbox = true });
        return answer.GetProperty("value").Deserialize<ThunderbirdVerdict>(JsonSerializerOptions.Web)!;
    }

    public async ValueTask DisposeAsync()
    {
        await _marionette.DisposeAsync();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static async Task<NetworkStream> ConnectAsync(string portFile)
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            if (File.Exists(portFile) && int.TryParse(await File.ReadAllTextAsync(portFile, Cancellation), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            {
                var client = new TcpClient();
                await client.ConnectAsync(System.Net.IPAddress.Loopback, port, Cancellation);
                return client.GetStream();
            }
            await Task.Delay(100, Cancellation);
        }
        throw new InvalidOperationException("Thunderbird opened no port for Marionette.");
    }

    // Marionette: the length in decimal, a colon, JSON; a command is [0, id, name, parameters], an answer [1, id, error, result].
    private async Task<JsonElement> SendAsync(string command, object parameters)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new[] { 0, ++_commands, command, parameters });
        await _marionette.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes($"{json.Length}:"), .. json], Cancellation);
        var answer = await ReadAsync();
        answer[2].ValueKind.ShouldBe(JsonValueKind.Null, answer.ToString());
        return answer[3];
    }

    private async Task<JsonElement> ReadAsync()
    {
        var length = 0;
        var one = new byte[1];
        while (true)
        {
            await _marionette.ReadExactlyAsync(one, Cancellation);
            if (one[0] == ':')
                break;
            length = length * 10 + one[0] - '0';
        }
        var json = new byte[length];
        await _marionette.ReadExactlyAsync(json, Cancellation);
        return JsonDocument.Parse(json).RootElement;
    }
}
