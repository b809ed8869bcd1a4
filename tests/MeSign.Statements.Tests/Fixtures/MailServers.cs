using System.Diagnostics;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;
using MeSign.Statements.Tests.Delivery;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>
/// Debian's postfix as a real relay and its dovecot as a real mailbox, from one folder and on free ports of 127.0.0.1: the
/// relay wants STARTTLS and a login that dovecot checks, hands known mailboxes to dovecot by LMTP, and bounces the others.
/// </summary>
public sealed class MailServers : IAsyncLifetime
{
    internal const string ReturnPathUser = "bounces@bank.example.test";
    internal const string Mailbox = "jana@post.example.test";
    internal const string IdnMailbox = "jana@xn--bcher-kva.example.test";
    internal const string Password = "wonderland";
    internal const string RelayUser = "relay";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-mail-");
    private readonly RelayCertificates _certificates = new();
    private readonly List<(Process Process, string[] Stop)> _running = [];
    private string? _serverCertificate;

    internal int SmtpPort { get; } = ServerPort.Free();

    internal int ImapPort { get; } = ServerPort.Free();

    internal int ImapsPort { get; } = ServerPort.Free();

    internal string Root => In("root.pem");

    internal string PasswordFile => In("password");

    private int LmtpPort { get; } = ServerPort.Free();

    private int SaslPort { get; } = ServerPort.Free();

    public async ValueTask InitializeAsync()
    {
        foreach (var folder in (string[])["run", "mail", "conf", "queue", "data"])
            Directory.CreateDirectory(In(folder));
        var server = _certificates.Server();
        _serverCertificate = server.GetCertHashString();
        await File.WriteAllTextAsync(Root, _certificates.RootPem);
        await File.WriteAllTextAsync(In("server.pem"), server.ExportCertificatePem());
        await File.WriteAllTextAsync(In("server.key"), System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(server)!.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(PasswordFile, Password);
        await File.WriteAllLinesAsync(In("users"), [.. new[] { ReturnPathUser, Mailbox, IdnMailbox, RelayUser }.Select(user => $"{user}:{{PLAIN}}{Password}::::::")]);
        await File.WriteAllTextAsync(In("dovecot.conf"), Dovecot());
        await File.WriteAllTextAsync(In("conf/main.cf"), PostfixMain());
        await File.WriteAllTextAsync(In("conf/master.cf"), PostfixMaster());
        await RunAsync("chmod", "755", _folder.FullName);
        // Both programs take their configuration from root only, and give up root's rights by themselves.
        await RunAsync("chown", "-R", "root:root", _folder.FullName);
        await RunAsync("chown", "mail:mail", In("mail"));
        await RunAsync("chown", "postfix", In("data"));
        Start(["dovecot", "-F", "-c", In("dovecot.conf")], ["dovecot", "-c", In("dovecot.conf"), "stop"]);
        Start(["postfix", "-c", In("conf"), "start-fg"], ["postfix", "-c", In("conf"), "stop"]);
        foreach (var port in (int[])[SmtpPort, ImapPort, LmtpPort])
            await ServerPort.OpenAsync(port, greeting: _folder.Name);
        foreach (var port in (int[])[ImapsPort, SaslPort])
            await ServerPort.OpenAsync(port, greeting: null);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (process, stop) in Enumerable.Reverse(_running))
        {
            using (process)
            {
                await RunAsync(stop[0], stop[1..]);
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            }
        }

        _certificates.Dispose();
        await RunAsync("rm", "-rf", _folder.FullName);
    }

    /// <summary>A mailbox as its owner sees it.</summary>
    internal async Task<ImapClient> LogInAsync(string user)
    {
        var client = new ImapClient { ServerCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == _serverCertificate, CheckCertificateRevocation = false };
        await client.ConnectAsync("localhost", ImapsPort, SecureSocketOptions.SslOnConnect, TestContext.Current.CancellationToken);
        await client.AuthenticateAsync(user, Password, TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>Messages of a folder of the return path's mailbox; 0 where there is no such folder.</summary>
    internal async Task<int> CountAsync(string folder = "INBOX")
    {
        using var client = await LogInAsync(ReturnPathUser);
        try
        {
            var opened = await client.GetFolderAsync(folder, TestContext.Current.CancellationToken);
            return await opened.OpenAsync(FolderAccess.ReadOnly, TestContext.Current.CancellationToken) == FolderAccess.ReadOnly ? opened.Count : -1;
        }
        catch (FolderNotFoundException)
        {
            return 0;
        }
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private void Start(string[] command, string[] stop)
    {
        var (program, arguments) = AsRoot(command);
        _running.Add((Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, WorkingDirectory = Path.GetTempPath() })!, stop));
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var (name, all) = AsRoot([program, .. arguments]);
        (await ExternalProgram.RunAsync(name, Path.GetTempPath(), [.. all])).ShouldSucceed();
    }

    private static (string Program, IEnumerable<string> Arguments) AsRoot(string[] command) =>
        Environment.UserName == "root" ? (command[0], command[1..]) : ("sudo", ["-n", .. command]);

    private string Dovecot() => $$"""
        protocols = imap lmtp
        base_dir = {{In("run")}}
        log_path = {{In("dovecot.log")}}
        listen = 127.0.0.1
        login_greeting = {{_folder.Name}}
        ssl = required
        ssl_min_protocol = TLSv1.2
        ssl_cert = <{{In("server.pem")}}
        ssl_key = <{{In("server.key")}}
        auth_mechanisms = plain login
        first_valid_uid = 1
        mail_uid = mail
        mail_gid = mail
        mail_location = maildir:{{In("mail")}}/%u
        recipient_delimiter = +
        passdb {
          driver = passwd-file
          args = {{In("users")}}
        }
        userdb {
          driver = passwd-file
          args = {{In("users")}}
        }
        service imap-login {
          inet_listener imap {
            port = {{ImapPort}}
          }
          inet_listener imaps {
            port = {{ImapsPort}}
            ssl = yes
          }
        }
        service lmtp {
          inet_listener lmtp {
            port = {{LmtpPort}}
          }
        }
        service auth {
          inet_listener sasl {
            port = {{SaslPort}}
          }
        }
        namespace inbox {
          inbox = yes
          separator = /
        }

        """;

    private string PostfixMain() => $"""
        compatibility_level = 3.6
        queue_directory = {In("queue")}
        data_directory = {In("data")}
        maillog_file = {In("postfix.log")}
        maillog_file_prefixes = {_folder.FullName}
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        myhostname = mx.post.example.test
        smtpd_banner = $myhostname ESMTP {_folder.Name}
        mydestination =
        alias_maps =
        alias_database =
        local_recipient_maps =
        virtual_mailbox_domains = bank.example.test, post.example.test, xn--bcher-kva.example.test
        virtual_mailbox_maps =
        virtual_transport = lmtp:inet:127.0.0.1:{LmtpPort}
        default_transport = error:no way out of the tests
        recipient_delimiter = +
        smtpd_peername_lookup = no
        smtpd_tls_security_level = encrypt
        smtpd_tls_cert_file = {In("server.pem")}
        smtpd_tls_key_file = {In("server.key")}
        smtpd_tls_auth_only = yes
        smtpd_sasl_auth_enable = yes
        smtpd_sasl_type = dovecot
        smtpd_sasl_path = inet:127.0.0.1:{SaslPort}
        smtpd_relay_restrictions = permit_sasl_authenticated, reject
        message_size_limit = 2000000

        """;

    private string PostfixMaster() => $"""
        127.0.0.1:{SmtpPort} inet n - n - - smtpd
        pickup unix n - n 60 1 pickup
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        tlsmgr unix - - n 1000? 1 tlsmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        verify unix - - n - 1 verify
        flush unix n - n 1000? 0 flush
        proxymap unix - - n - - proxymap
        lmtp unix - - n - - lmtp
        error unix - - n - - error
        retry unix - - n - - error
        scache unix - - n - 1 scache
        anvil unix - - n - 1 anvil
        postlog unix-dgram n - n - 1 postlogd

        """;
}
