using System.Text;
using System.Text.Json;
using Azure.Storage.Queues;
using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Delivery;

public sealed class StatementQueuesTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly DateTimeOffset At = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private QueueServiceClient _service = null!;
    private StatementQueues _queues = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _service = new QueueServiceClient((await azurite.NewAccountAsync()).ConnectionString);
        foreach (var name in new[] { StorageNames.Jobs, StorageNames.Batches, StorageNames.Deliveries, StorageNames.Results })
            await _service.CreateQueueAsync(name, cancellationToken: Cancellation);
        _queues = new StatementQueues(_service);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Sends_jobs_and_batches_as_base64_of_what_it_was_given()
    {
        await _queues.SendJobAsync("""{"version":1}"""u8.ToArray(), delay: null, Cancellation);
        await _queues.SendBatchAsync("""{"version":2}"""u8.ToArray(), delay: null, Cancellation);

        (await ReadAsync(StorageNames.Jobs)).ShouldBe("""{"version":1}""");
        (await ReadAsync(StorageNames.Batches)).ShouldBe("""{"version":2}""");
    }

    [Fact]
    public async Task Sends_a_delivery_that_never_expires_and_reads_it_back()
    {
        await _queues.SendDeliveryAsync(new DeliveryOrder("b1", "j1"), delay: null, Cancellation);

        var message = (await _service.GetQueueClient(StorageNames.Deliveries).ReceiveMessageAsync(cancellationToken: Cancellation)).Value;
        message.ExpiresOn!.Value.Year.ShouldBe(9999);
        DeliveryOrder.Read(message.Body).ShouldBe(new DeliveryOrder("b1", "j1"));
    }

    [Fact]
    public async Task Hides_a_delayed_delivery()
    {
        await _queues.SendDeliveryAsync(new DeliveryOrder("b1", "j1"), TimeSpan.FromHours(1), Cancellation);

        var queue = _service.GetQueueClient(StorageNames.Deliveries);
        (await queue.ReceiveMessageAsync(cancellationToken: Cancellation)).Value.ShouldBeNull();
        (await queue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount.ShouldBe(1);
    }

    [Fact]
    public async Task Takes_a_delay_longer_than_the_queue_does()
    {
        await _queues.SendDeliveryAsync(new DeliveryOrder("b1", "j1"), TimeSpan.FromDays(30), Cancellation);

        (await _service.GetQueueClient(StorageNames.Deliveries).GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount.ShouldBe(1);
    }

    [Fact]
    public async Task Sends_a_result_in_the_form_of_the_contract()
    {
        var row = new LedgerRow
        {
            Batch = "b1",
            Job = "j1",
            Issuer = "bank",
            State = StatementState.Failed,
            Code = FailureCode.RecipientRefused,
            Detail = "relay main answered 550 5.1.1 to RCPT TO",
            JobSha256 = "aa",
            MessageId = "id@bank.example",
            Encrypted = true,
            Updated = At,
        };

        await _queues.SendResultAsync(StatementResult.Of(row), Cancellation);

        (await ReadAsync(StorageNames.Results)).ShouldBe(
            """{"version":1,"batch":"b1","job":"j1","issuer":"bank","state":"Failed","code":"RecipientRefused","detail":"relay main answered 550 5.1.1 to RCPT TO","messageId":"id@bank.example","encrypted":true,"at":"2026-11-23T08:00:00+00:00"}""");
    }

    [Fact]
    public void A_result_leaves_out_what_is_not_known()
    {
        var row = new LedgerRow { Batch = "unreadable", Job = "x", State = StatementState.Abandoned, JobSha256 = "aa", Updated = At };

        JsonSerializer.Serialize(StatementResult.Of(row), DeliveryJson.Default.StatementResult)
            .ShouldBe("""{"version":1,"batch":"unreadable","job":"x","state":"Abandoned","at":"2026-11-23T08:00:00+00:00"}""");
    }

    [Theory]
    [InlineData("""{"batch":"b1","job":"j1"}""")]
    [InlineData("""{"batch":"b1","job":"j1","later":true}""")]
    [InlineData("eyJiYXRjaCI6ImIxIiwiam9iIjoiajEifQ==")]
    public void Reads_an_order_in_base64_or_plain(string body) =>
        DeliveryOrder.Read(BinaryData.FromString(body)).ShouldBe(new DeliveryOrder("b1", "j1"));

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"batch":"b1"}""")]
    [InlineData("""{"batch":"../x","job":"j1"}""")]
    [InlineData("""{"batch":"b1","job":7}""")]
    [InlineData("AAAA")]
    public void Reads_nothing_from_a_body_that_is_no_order(string body) => DeliveryOrder.Read(BinaryData.FromString(body)).ShouldBeNull();

    private async Task<string> ReadAsync(string queue)
    {
        var message = (await _service.GetQueueClient(queue).ReceiveMessageAsync(cancellationToken: Cancellation)).Value;
        return Encoding.UTF8.GetString(Convert.FromBase64String(message.Body.ToString()));
    }
}
