using Azure.Data.Tables;
using MeSign.Statements.Intake;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Recipients;

/// <summary>A directory of recipient certificates in a table and a folder.</summary>
public abstract class RecipientDirectoryBench(AzuriteFixture azurite)
{
    private protected const string Jana = "jana@example.test";
    private protected static readonly RecipientPki Pki = RecipientPki.Shared;
    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected AzuriteFixture Azurite => azurite;

    private protected async Task<RecipientRoom> RoomAsync(RecipientPki? pki = null, params (string Key, string? Value)[] settings)
    {
        var storage = await azurite.NewAccountAsync();
        await new TableServiceClient(storage.ConnectionString).CreateTableIfNotExistsAsync("certificates", Cancellation);
        return new RecipientRoom(storage, pki, settings);
    }

    private protected static JobRecipient Recipient(string address) => new(address, null, null);
}
