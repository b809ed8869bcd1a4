using System.Security.Cryptography;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using MeSign.Statements.Cli.Runner;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Authority;
using MeSign.Statements.Sandbox.Samples;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MimeKit;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>From the queue to the mailbox over real parts, judged by other people's programs.</summary>
public sealed class WholeWayTests : IAsyncLifetime
{
    private const string Rsa = "rsa@example.test";
    private const string Ec = "ec@example.test";
    private const string Batch = "2026-10";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-way-");
    private readonly CapturedLogs _logs = new();
    private RunningSandbox _sandbox = null!;
    private IHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private SandboxFolder Files => _sandbox.Folder;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await RunningSandbox.StartAsync(
            new SandboxOptions
            {
                Folder = _folder.FullName,
                Recipients = [new RecipientOrder(Rsa, "Rosa", KeyKind.Rsa2048), new RecipientOrder(Ec, "Emil", KeyKind.P256)],
            },
            Console.Error.WriteLine,
            Cancellation);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(_sandbox.Settings);
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs);
        builder.Services.AddStatements().AddRunner();
        _host = builder.Build();
        await _host.Services.GetRequiredService<StorageSetup>().EnsureAsync(Cancellation);
        await _host.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(Cancellation);
        _host.Dispose();
        await _sandbox.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_statement_arrives_signed_timestamped_and_encrypted_and_nothing_of_it_is_in_the_logs()
    {
        var documents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (recipient, number) in new[] { (Rsa, 0), (Ec, 1) })
        {
            documents[recipient] = _sandbox.Drawer.Draw(SampleStatement.Make(SamplePerson.Number(number), new DateOnly(2026, 10, 1), number));
            await SendAsync(recipient, documents[recipient]);
        }

        foreach (var (recipient, document) in documents)
        {
            var row = await RelayedAsync(recipient);
            var mail = _sandbox.Sink.Messages.Single(message => message.Recipients.Single().Address == recipient);
            var pdf = await OpenWithOpensslAsync(mail, recipient);

            await ShouldSatisfyTheJudgesAsync(pdf, document, recipient);
            ShouldBeOnRecord(row, mail, document, recipient);
            ShouldNotBeLogged(recipient, pdf);
        }

        _sandbox.Timestamps.Issued.ShouldBe(4);
    }

    private async Task SendAsync(string recipient, byte[] document)
    {
        var storage = _sandbox.Settings["StatementStorage"];
        await new BlobContainerClient(storage, "statements").GetBlobClient($"{recipient}.pdf").UploadAsync(BinaryData.FromBytes(document), Cancellation);
        await new QueueClient(storage, "statement-jobs").SendMessageAsync(
            $$"""
            {
              "version": 1, "id": "{{JobOf(recipient)}}", "batch": "{{Batch}}", "issuer": "{{RunningSandbox.IssuerId}}", "kind": "statement",
              "document": { "blob": "{{recipient}}.pdf", "sha256": "{{Convert.ToHexStringLower(SHA256.HashData(document))}}", "name": "statement.pdf" },
              "recipient": { "email": "{{recipient}}", "name": "Secretive Person", "locale": "en-GB" },
              "fields": { "period": "October 2026", "account": "CZ65 9999 0000 0000 1234", "balance": "EUR 12,345.67" },
              "encryption": "required"
            }
            """,
            Cancellation);
    }

    private async Task<LedgerRow> RelayedAsync(string recipient)
    {
        var ledger = _host.Services.GetRequiredService<StatementLedger>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (await ledger.FindAsync(new StatementKey(Batch, JobOf(recipient)), limit.Token) is { Reported: true } row)
            {
                row.State.ShouldBe(StatementState.Relayed, row.Detail);
                return row;
            }

            limit.IsCancellationRequested.ShouldBeFalse(string.Join('\n', _logs.Lines.Select(line => line.Text)));
            await Task.Delay(100, Cancellation);
        }
    }

    /// <returns>The attachment.</returns>
    private async Task<byte[]> OpenWithOpensslAsync(SinkMessage mail, string recipient)
    {
        var keys = Path.Combine(Files.Recipients, recipient);
        (await ExternalProgram.RunAsync("openssl", _folder.FullName, "cms", "-decrypt", "-in", mail.Path, "-recip", keys + ".pem", "-inkey", keys + ".key", "-out", "signed.eml"))
            .ShouldSucceed();
        (await ExternalProgram.RunAsync("openssl", _folder.FullName, "cms", "-verify", "-in", "signed.eml", "-CAfile", Files.Root, "-purpose", "smimesign", "-out", "content.eml"))
            .ShouldSucceed().Output.ShouldContain("CMS Verification successful");

        var content = await MimeMessage.LoadAsync(Path.Combine(_folder.FullName, "content.eml"), Cancellation);
        content.Subject.ShouldBe("Your statement for October 2026");
        content.TextBody!.ShouldContain("EUR 12,345.67");
        var attachment = content.Attachments.ShouldHaveSingleItem().ShouldBeOfType<MimePart>();
        attachment.FileName.ShouldBe("statement.pdf");
        using var pdf = new MemoryStream();
        await attachment.Content!.DecodeToAsync(pdf, Cancellation);
        return pdf.ToArray();
    }

    private async Task ShouldSatisfyTheJudgesAsync(byte[] pdf, byte[] document, string recipient)
    {
        pdf.AsSpan(0, document.Length).SequenceEqual(document).ShouldBeTrue("the bank's bytes are the signed file's first");
        var nss = _folder.CreateSubdirectory("nss-" + recipient).FullName;
        await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, "signed.pdf"), pdf, Cancellation);

        (await ExternalProgram.RunAsync("qpdf", _folder.FullName, "--check", "signed.pdf")).ShouldSucceed().Output.ShouldContain("No syntax or stream encoding errors found");
        (await ExternalProgram.RunAsync("certutil", _folder.FullName, "-N", "-d", $"sql:{nss}", "--empty-password")).ShouldSucceed();
        (await ExternalProgram.RunAsync("certutil", _folder.FullName, "-A", "-d", $"sql:{nss}", "-n", "root", "-t", "CT,CT,CT", "-i", Files.Root)).ShouldSucceed();
        var verdict = (await ExternalProgram.RunAsync("pdfsig", _folder.FullName, "-no-ocsp", "-nssdir", nss, "signed.pdf")).ShouldSucceed().Output;
        verdict.ShouldContain("Signature Validation: Signature is Valid.");
        verdict.ShouldContain("Certificate Validation: Certificate is Trusted.");
        verdict.ShouldContain("Total document signed");
        verdict.ShouldContain("Signer Certificate Common Name: First Example Bank");
        verdict.ShouldContain("ETSI.CAdES.detached");
    }

    private void ShouldBeOnRecord(LedgerRow row, SinkMessage mail, byte[] document, string recipient)
    {
        mail.Tls.ShouldBeTrue();
        mail.Sender.ShouldBe("bounces@bank.example.test");
        row.Issuer.ShouldBe(RunningSandbox.IssuerId);
        row.DocumentSha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(document)));
        row.SealedSha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(mail.Path))));
        row.Encrypted.ShouldBe(true);
        row.EncryptedTo.ShouldBe([_sandbox.Recipients[recipient].GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant()]);
        row.Attempts.ShouldBe(1);
        row.RelayReply.ShouldStartWith("250");
        row.Timestamp.ShouldNotBeNull();
    }

    private void ShouldNotBeLogged(string recipient, byte[] pdf)
    {
        string[] secrets =
        [
            recipient, recipient.Split('@')[0] + "@", "Secretive", "Your statement", "October 2026", "CZ65", "12,345.67",
            Convert.ToBase64String(pdf.AsSpan(0, 60)), "%PDF-", "PRIVATE KEY",
        ];
        var lines = _logs.Lines.Where(line => line.Category.StartsWith("MeSign", StringComparison.Ordinal)).Select(line => line.Text).ToList();

        lines.ShouldContain(line => line.Contains($"{Batch}/{JobOf(recipient)} ended as Relayed", StringComparison.Ordinal));
        lines.Where(line => secrets.Any(secret => line.Contains(secret, StringComparison.OrdinalIgnoreCase))).ShouldBeEmpty();
    }

    private static string JobOf(string recipient) => "job-" + recipient.Split('@')[0];
}
