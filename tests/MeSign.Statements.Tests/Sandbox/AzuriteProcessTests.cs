using System.Diagnostics;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using MeSign.Statements.Sandbox.Azurite;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Sandbox;

public sealed class AzuriteProcessTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Blob_queue_and_table_keep_what_they_are_given()
    {
        var storage = await azurite.NewAccountAsync();
        var container = new BlobContainerClient(storage.ConnectionString, "statements");
        var queue = new QueueClient(storage.ConnectionString, "statement-jobs");
        var table = new TableClient(storage.ConnectionString, "statements");
        await container.CreateAsync(cancellationToken: Cancellation);
        await queue.CreateAsync(cancellationToken: Cancellation);
        await table.CreateAsync(Cancellation);

        await container.UploadBlobAsync("a.pdf", BinaryData.FromString("%PDF-"), Cancellation);
        await queue.SendMessageAsync("job", Cancellation);
        await table.AddEntityAsync(new TableEntity("batch", "job") { ["State"] = "Received" }, Cancellation);

        (await container.GetBlobClient("a.pdf").DownloadContentAsync(Cancellation)).Value.Content.ToString().ShouldBe("%PDF-");
        (await queue.ReceiveMessageAsync(cancellationToken: Cancellation)).Value.MessageText.ShouldBe("job");
        (await table.GetEntityAsync<TableEntity>("batch", "job", cancellationToken: Cancellation)).Value["State"].ShouldBe("Received");
    }

    [Fact]
    public async Task Accounts_do_not_see_each_other()
    {
        var one = await azurite.NewAccountAsync();
        var other = await azurite.NewAccountAsync();

        await new QueueClient(one.ConnectionString, "statement-jobs").CreateAsync(cancellationToken: Cancellation);
        await new TableClient(one.ConnectionString, "statements").CreateAsync(Cancellation);

        (await new QueueClient(other.ConnectionString, "statement-jobs").ExistsAsync(Cancellation)).Value.ShouldBeFalse();
        await Should.ThrowAsync<RequestFailedException>(
            new TableClient(other.ConnectionString, "statements").AddEntityAsync(new TableEntity("p", "r"), Cancellation));
    }

    [Fact]
    public async Task Data_in_a_folder_survives_a_stop_at_the_same_address()
    {
        var folder = Directory.CreateTempSubdirectory("mesign-azurite-");
        try
        {
            await using var first = await AzuriteProcess.StartAsync(
                new AzuriteOptions { DataFolder = folder.FullName, Ports = new AzuritePorts(ServerPort.Free(), ServerPort.Free(), ServerPort.Free()) }, _ => { }, Cancellation);
            var queue = new QueueClient(first.Storage.ConnectionString, "statement-jobs");
            await queue.CreateAsync(cancellationToken: Cancellation);
            await queue.SendMessageAsync("kept", Cancellation);

            await first.StopAsync();
            await using var second = await first.RestartAsync(Cancellation);

            second.Storage.ShouldBe(first.Storage);
            (await queue.ReceiveMessageAsync(cancellationToken: Cancellation)).Value.MessageText.ShouldBe("kept");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Ends_when_the_pipe_from_its_parent_closes()
    {
        await using var process = await AzuriteProcess.StartAsync(new AzuriteOptions(), _ => { }, Cancellation);
        using var node = Process.GetProcessById(process.ProcessId);

        // The kernel does the same when the parent dies.
        await process.StopAsync();

        node.HasExited.ShouldBeTrue();
    }

    [Fact]
    public async Task Two_at_once_find_ports_of_their_own()
    {
        var starts = await Task.WhenAll(
            AzuriteProcess.StartAsync(new AzuriteOptions(), _ => { }, Cancellation),
            AzuriteProcess.StartAsync(new AzuriteOptions(), _ => { }, Cancellation));
        await using var one = starts[0];
        await using var other = starts[1];

        int[] ports = [one.Ports.Blob, one.Ports.Queue, one.Ports.Table, other.Ports.Blob, other.Ports.Queue, other.Ports.Table];

        ports.Distinct().Count().ShouldBe(6);
    }
}
