using System.Text;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Delivery.Bounces;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>What came to the return path, to the row of the statement that it is about.</summary>
public sealed class BounceTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
    private QueueServiceClient _queues = null!;
    private StatementLedger _ledger = null!;
    private RecordBounce _bounces = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var connection = (await azurite.NewAccountAsync()).ConnectionString;
        var tables = new TableServiceClient(connection);
        await tables.CreateTableAsync(StorageNames.Ledger, Cancellation);
        await tables.CreateTableAsync(StorageNames.LedgerRecipients, Cancellation);
        _queues = new QueueServiceClient(connection);
        await _queues.CreateQueueAsync(StorageNames.Results, cancellationToken: Cancellation);
        _ledger = new StatementLedger(tables, new LedgerOptions { RecipientKey = Convert.ToBase64String(new byte[32]) }, _time);
        var outcomes = new Outcomes(
            _ledger, new StatementQueues(_queues), new DeferralSchedule(new DeliveryOptions()), _time, NullLogger<Outcomes>.Instance);
        _bounces = new RecordBounce(_ledger, outcomes, NullLogger<RecordBounce>.Instance);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_failure_notification_ends_a_relayed_statement_as_bounced_and_tells_the_bank_once()
    {
        await StatementAsync(StatementState.Relayed);

        var row = await RecordAsync(BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 <jana@example.test>: User unknown"));
        var again = await RecordAsync(BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 <jana@example.test>: User unknown"));

        row!.State.ShouldBe(StatementState.Bounced);
        row.Detail.ShouldBe("returned as InvalidRecipient: 550 5.1.1");
        again!.State.ShouldBe(StatementState.Bounced);
        (await ResultsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_success_notification_ends_it_as_delivered_and_a_later_bounce_counts()
    {
        await StatementAsync(StatementState.Relayed);

        (await RecordAsync(BounceSamples.Notification("delivered", "2.0.0", "smtp; 250 Ok")))!.State.ShouldBe(StatementState.Delivered);
        (await RecordAsync(BounceSamples.Notification("failed", "5.2.2", "smtp; 552 5.2.2 Mailbox full")))!.State.ShouldBe(StatementState.Bounced);
    }

    [Fact]
    public async Task A_bounce_settles_what_was_uncertain()
    {
        await StatementAsync(StatementState.Uncertain);

        (await RecordAsync(BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown")))!.State.ShouldBe(StatementState.Bounced);
    }

    [Fact]
    public async Task A_delay_a_complaint_and_a_receipt_end_nothing()
    {
        await StatementAsync(StatementState.Relayed);

        foreach (var message in new[] { BounceSamples.Notification("delayed", "4.4.1", "smtp; timed out"), BounceSamples.Complaint, BounceSamples.ReadReceipt })
            (await RecordAsync(message))!.State.ShouldBe(StatementState.Relayed);
        (await ResultsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_bounce_that_is_faster_than_its_worker_is_to_come_back()
    {
        await StatementAsync(StatementState.Submitting);

        await Should.ThrowAsync<StatementDelayedException>(() => RecordAsync(BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown")));
    }

    [Theory]
    [InlineData("ffffffffffffffffffffffffffffffff@bank.example")]
    [InlineData("somebody-elses@bank.example")]
    public async Task A_bounce_of_no_statement_changes_nothing(string messageId)
    {
        await StatementAsync(StatementState.Relayed);

        (await RecordAsync(BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown", messageId: messageId))).ShouldBeNull();
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("bounces+0123456789abcdef0123456789abcdef@bank.example")]
    [InlineData("0123456789abcdef0123456789abcdef@bank.example")]
    public async Task A_statement_is_found_by_envelope_id_return_path_and_message_id(string reference)
    {
        await StatementAsync(StatementState.Relayed);

        (await _ledger.FindByMessageAsync(["nothing", reference], Cancellation))!.Key.ShouldBe(new StatementKey("b1", "j1"));
    }

    private async Task StatementAsync(StatementState state)
    {
        var receipt = new StatementReceipt { Key = new StatementKey("b1", "j1"), Issuer = "bank", Kind = JobKind.Statement, RecipientAddress = "jana@example.test", JobSha256 = "aa" };
        var row = (await _ledger.ReceiveAsync(receipt, Cancellation)).Row;
        row = await _ledger.MoveAsync(row with { MessageId = BounceSamples.MessageId }, StatementState.Sealed, Cancellation);
        row = await _ledger.MoveAsync(row with { LeaseUntil = _time.GetUtcNow().AddMinutes(5) }, StatementState.Submitting, Cancellation);
        if (state != StatementState.Submitting)
            await _ledger.AmendAsync(await _ledger.MoveAsync(row, state, Cancellation) with { Reported = true }, Cancellation);
    }

    private Task<LedgerRow?> RecordAsync(string message) => _bounces.RunAsync(Encoding.UTF8.GetBytes(message), Cancellation);

    private async Task<int> ResultsAsync() =>
        (await _queues.GetQueueClient(StorageNames.Results).GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount;
}
