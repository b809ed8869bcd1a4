using System.Net.NetworkInformation;
using Azure.Storage.Queues;
using MailKit.Net.Smtp;
using MailKit.Security;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Authority;
using MimeKit;

namespace MeSign.Statements.Tests.Sandbox;

public sealed class RunningSandboxTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-sandbox-");
    private RunningSandbox _sandbox = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _sandbox = await RunningSandbox.StartAsync(
        new SandboxOptions
        {
            Folder = _folder.FullName,
            Recipients =
            [
                new RecipientOrder("anna@example.test", "Anna", KeyKind.P256),
                new RecipientOrder("revoked@example.test", "Rita", KeyKind.P384, RecipientFault.Revoked),
            ],
        },
        Console.Error.WriteLine,
        Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Everything_that_the_settings_name_is_there_and_answers()
    {
        var settings = _sandbox.Settings;

        (await new QueueServiceClient(settings["StatementStorage"]).GetPropertiesAsync(Cancellation)).GetRawResponse().Status.ShouldBe(200);
        using var relay = new SmtpClient { CheckCertificateRevocation = false };
        relay.ServerCertificateValidationCallback = (_, certificate, _, _) => certificate?.Issuer == _sandbox.Authority.Issuing.Subject;
        await relay.ConnectAsync(settings["MeSign:Relays:sandbox:Host"]!, int.Parse(settings["MeSign:Relays:sandbox:Port"]!), SecureSocketOptions.StartTls, Cancellation);
        await relay.SendAsync(
            new MimeMessage([new MailboxAddress("", "a@example.test")], [new MailboxAddress("", "b@example.test")], "x", new TextPart()), Cancellation);

        _sandbox.Sink.Messages.ShouldHaveSingleItem().Tls.ShouldBeTrue();
        settings.Where(setting => setting.Value!.StartsWith(_folder.FullName, StringComparison.Ordinal) && !Path.Exists(setting.Value)).ShouldBeEmpty();
        Directory.Exists(settings["MeSign:Issuers:example-bank:Templates"]).ShouldBeTrue();
    }

    [Fact]
    public void Keeps_recipients_keys_away_from_the_bank()
    {
        Directory.EnumerateFiles(_sandbox.Folder.Certificates).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["anna@example.test.pem", "revoked@example.test.pem"]);
        File.Exists(Path.Combine(_sandbox.Folder.Recipients, "anna@example.test.key")).ShouldBeTrue();
        _sandbox.Recipients["anna@example.test"].HasPrivateKey.ShouldBeTrue();
    }

    [Fact]
    public void Listens_on_loopback_only()
    {
        int[] ours =
        [
            _sandbox.Azurite.Ports.Blob, _sandbox.Azurite.Ports.Queue, _sandbox.Azurite.Ports.Table,
            _sandbox.Sink.Port, _sandbox.Sink.ImplicitTlsPort, _sandbox.Timestamps.TimestampAddress.Port,
        ];

        var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(listener => ours.Contains(listener.Port)).ToList();

        listeners.Select(listener => listener.Port).Order().ShouldBe(ours.Order());
        listeners.Select(listener => listener.Address.ToString()).Distinct(StringComparer.Ordinal).ShouldBe(["127.0.0.1"]);
    }
}
