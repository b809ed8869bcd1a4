using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Storage.Blobs;
using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sealing;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Delivery;

public sealed class OutboxTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly StatementKey Key = new("b1", "j1");
    private static readonly DateTimeOffset GenTime = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private string _connection = null!;
    private BlobServiceClient _blobs = null!;
    private Outbox _outbox = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _connection = (await azurite.NewAccountAsync()).ConnectionString;
        _blobs = new BlobServiceClient(_connection);
        await _blobs.CreateBlobContainerAsync(StorageNames.Sealed, cancellationToken: Cancellation);
        _outbox = new Outbox(_blobs);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Keeps_a_message_and_what_is_known_of_it()
    {
        var message = Message("first");

        var put = await _outbox.PutAsync(Key, "bank", message, Cancellation);

        put.Written.ShouldBeTrue();
        var entry = (await _outbox.FindAsync(Key, Cancellation)).ShouldNotBeNull();
        entry.ShouldSatisfyAllConditions(
            () => entry.Key.ShouldBe(Key),
            () => entry.Issuer.ShouldBe("bank"),
            () => entry.MessageId.ShouldBe("id@bank.example"),
            () => entry.Encrypted.ShouldBeTrue(),
            () => entry.EncryptedTo.ShouldBe(["aa", "bb"]),
            () => entry.Timestamp.ShouldBe(GenTime),
            () => entry.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(message.Eml.ToArray()))),
            () => entry.Bytes.ShouldBe(message.Eml.Length));
        (await _outbox.OpenAsync(Key, entry.Sha256, Cancellation)).ToArray().ShouldBe(message.Eml.ToArray());
        (await _blobs.GetBlobContainerClient("sealed").GetBlobClient("b1/j1.eml").ExistsAsync(Cancellation)).Value.ShouldBeTrue();
    }

    [Fact]
    public async Task Writes_once()
    {
        await _outbox.PutAsync(Key, "bank", Message("first"), Cancellation);

        var second = await _outbox.PutAsync(Key, "bank", Message("second") with { Encryption = null, EncryptedTo = [] }, Cancellation);

        second.Written.ShouldBeFalse();
        second.Entry.Encrypted.ShouldBeTrue();
        Encoding.ASCII.GetString((await _outbox.OpenAsync(Key, second.Entry.Sha256, Cancellation)).Span).ShouldEndWith("first\r\n");
    }

    [Fact]
    public async Task Keeps_one_of_many_that_are_put_at_once()
    {
        var puts = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => _outbox.PutAsync(Key, "bank", Message($"{i}"), Cancellation)));

        var winner = puts.Where(put => put.Written).ShouldHaveSingleItem();
        puts.ShouldAllBe(put => put.Entry.Sha256 == winner.Entry.Sha256);
    }

    [Fact]
    public async Task Knows_its_own_write_again_whose_answer_was_lost()
    {
        var options = new BlobClientOptions();
        options.AddPolicy(new LostAnswers(), HttpPipelinePosition.PerRetry);

        var put = await new Outbox(new BlobServiceClient(_connection, options)).PutAsync(Key, "bank", Message("first"), Cancellation);

        put.Written.ShouldBeTrue();
    }

    [Fact]
    public async Task Finds_nothing_where_nothing_was_put() => (await _outbox.FindAsync(Key, Cancellation)).ShouldBeNull();

    [Fact]
    public async Task A_signed_only_message_opens_with_no_certificate()
    {
        await _outbox.PutAsync(Key, "bank", Message("x") with { Encryption = null, EncryptedTo = [] }, Cancellation);

        var entry = (await _outbox.FindAsync(Key, Cancellation))!;
        entry.Encrypted.ShouldBeFalse();
        entry.EncryptedTo.ShouldBeEmpty();
    }

    [Fact]
    public async Task Refuses_to_open_a_message_that_was_changed()
    {
        var put = await _outbox.PutAsync(Key, "bank", Message("first"), Cancellation);
        var blob = _blobs.GetBlobContainerClient("sealed").GetBlobClient("b1/j1.eml");
        var metadata = (await blob.GetPropertiesAsync(cancellationToken: Cancellation)).Value.Metadata;
        await blob.UploadAsync(BinaryData.FromString("forged"), new Azure.Storage.Blobs.Models.BlobUploadOptions { Metadata = metadata }, Cancellation);

        await Should.ThrowAsync<InvalidDataException>(() => _outbox.OpenAsync(Key, put.Entry.Sha256, Cancellation));
    }

    [Fact]
    public async Task Refuses_a_blob_that_it_did_not_write()
    {
        await _blobs.GetBlobContainerClient("sealed").UploadBlobAsync("b1/j1.eml", BinaryData.FromString("x"), Cancellation);

        (await Should.ThrowAsync<InvalidDataException>(() => _outbox.FindAsync(Key, Cancellation))).Message.ShouldContain("sealed/b1/j1.eml");
    }

    private static SealedMessage Message(string text) => new(
        MessageBytes.Of(Encoding.ASCII.GetBytes($"Subject: x\r\n\r\n{text}\r\n")), new EncryptionChoice(ContentEncryption.Aes256Cbc, EncryptionReason.Issuer), ["aa", "bb"], "id@bank.example", GenTime);
}
