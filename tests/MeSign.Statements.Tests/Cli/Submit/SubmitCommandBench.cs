using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Cli.Seal;
using MeSign.Statements.Tests.Fixtures;
using MeSign.Statements.Tests.Sealing;

namespace MeSign.Statements.Tests.Cli.Submit;

/// <summary>A storage account, and a folder to submit from.</summary>
public abstract class SubmitCommandBench(AzuriteFixture azurite) : IAsyncLifetime
{
    private protected readonly ScratchFolder _folder = new();
    private protected string _connection = "";
    private protected string _settings = "";
    private protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _connection = (await azurite.NewAccountAsync()).ConnectionString;
        _settings = _folder.WriteSettings(("StatementStorage", _connection));
        await Queue(StorageNames.Jobs).CreateAsync(cancellationToken: Cancelled);
        await Queue(StorageNames.Batches).CreateAsync(cancellationToken: Cancelled);
        await Documents.CreateAsync(cancellationToken: Cancelled);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected string IssuerSettings(SealedFiles files) => _folder.WriteSettings(
        ("StatementStorage", _connection),
        ("MeSign__Timestamps__Roots__0", files.Root),
        ("MeSign__Issuers__northbank__FromAddress", SealedFiles.From),
        ("MeSign__Issuers__northbank__FromName", "Northbank"),
        ("MeSign__Issuers__northbank__SigningPkcs12", files.Pfx),
        ("MeSign__Issuers__northbank__SigningPasswordFile", files.PasswordFile),
        ("MeSign__Issuers__northbank__TimestampServers__0", files.Timestamps.Address.ToString()),
        ("MeSign__Issuers__northbank__Relay", "main"),
        ("MeSign__Issuers__northbank__Templates", SealingBench.SandboxTemplates));

    private protected BlobContainerClient Documents => new BlobServiceClient(_connection).GetBlobContainerClient(StorageNames.Documents);

    private protected static string Hash(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private protected QueueClient Queue(string name) => new QueueServiceClient(_connection).GetQueueClient(name);

    private protected async Task<Azure.Storage.Queues.Models.QueueMessage> ReceiveAsync(string queue) =>
        (await Queue(queue).ReceiveMessagesAsync(32, cancellationToken: Cancelled)).Value.ShouldHaveSingleItem();

    private protected async Task<string> BlobAsync(string name) =>
        (await Documents.GetBlobClient(name).DownloadContentAsync(Cancelled)).Value.Content.ToString();

    private protected async Task ShouldHaveSubmittedNothingAsync()
    {
        (await Queue(StorageNames.Jobs).PeekMessagesAsync(1, Cancelled)).Value.ShouldBeEmpty();
        (await Queue(StorageNames.Batches).PeekMessagesAsync(1, Cancelled)).Value.ShouldBeEmpty();
        (await Documents.GetBlobsAsync(cancellationToken: Cancelled).ToListAsync(Cancelled)).ShouldBeEmpty();
    }
}
