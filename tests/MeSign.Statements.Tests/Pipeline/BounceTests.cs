using System.Diagnostics.Metrics;
using System.Text;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using MeSign.Statements.Delivery;
using MeSign.Statements.Delivery.Bounces;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Delivery.Bounces;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>What came to the return path, to the row of the statement that it is about.</summary>
public sealed class BounceTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
    private QueueServiceClient _queues = null!;
    private StatementLedger _ledger = null!;
    private SuppressionList _suppressions = null!;
    private ServiceProvider _meters = null!;
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
        await tables.CreateTableAsync(StorageNames.Suppressions, Cancellation);
        _suppressions = new SuppressionList(tables, _time);
        _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        _bounces = new RecordBounce(
            _ledger,
            new RecipientHasher(new byte[32]),
            _suppressions,
            outcomes,
            new BounceMetrics(_meters.GetRequiredService<IMeterFactory>()),
            Options.Create(new SuppressionOptions()),
            _time,
            NullLogger<RecordBounce>.Instance);
    }

    public ValueTask DisposeAsync() => _meters.DisposeAsync();

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
    public async Task A_delay_and_a_receipt_end_nothing()
    {
        await StatementAsync(StatementState.Relayed);

        foreach (var message in new[] { BounceSamples.Notification("delayed", "4.4.1", "smtp; timed out"), BounceSamples.ReadReceipt })
        {
            var recorded = await ReadAsync(message);
            (recorded.Effect, recorded.Row!.State).ShouldBe((BounceEffect.Noted, StatementState.Relayed));
        }

        (await ResultsAsync()).ShouldBe(0);
        (await SuppressionAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_complaint_is_noted_on_the_row_and_its_sender_is_written_to_no_more()
    {
        await StatementAsync(StatementState.Relayed);

        var recorded = await ReadAsync(BounceSamples.Complaint);
        var again = await ReadAsync(BounceSamples.Complaint);

        (recorded.Effect, recorded.Row!.State, recorded.Row.Complaint).ShouldBe((BounceEffect.Complained, StatementState.Relayed, "abuse"));
        recorded.Row.History[^1].Note.ShouldBe("complaint: abuse");
        again.Effect.ShouldBe(BounceEffect.Noted);
        (await ResultsAsync()).ShouldBe(0);
        var suppression = (await SuppressionAsync()).ShouldNotBeNull();
        (suppression.Cause, suppression.Statement, suppression.Expires).ShouldBe((SuppressionCause.Complaint, "b1/j1", _time.GetUtcNow().AddDays(730)));
    }

    [Fact]
    public async Task A_complaint_that_is_none_suppresses_nobody()
    {
        await StatementAsync(StatementState.Relayed);

        var recorded = await ReadAsync(BounceSamples.Complaint.Replace("Feedback-Type: abuse", "Feedback-Type: not-spam", StringComparison.Ordinal));

        recorded.Row!.Complaint.ShouldBe("not-spam");
        (await SuppressionAsync()).ShouldBeNull();
    }

    [Theory]
    [InlineData("5.1.1", "smtp; 550 5.1.1 User unknown", true)]
    [InlineData("5.2.1", "smtp; 550 5.2.1 The account is disabled", true)]
    [InlineData("5.1.2", "smtp; 550 5.1.2 Host unknown", true)]
    [InlineData("5.2.2", "smtp; 552 5.2.2 Mailbox full", false)]
    [InlineData("5.7.1", "smtp; 554 5.7.1 Message rejected as spam", false)]
    [InlineData("4.4.7", "smtp; delivery time expired", false)]
    public async Task Only_a_mailbox_that_is_no_more_is_suppressed(string status, string diagnostic, bool suppressed)
    {
        await StatementAsync(StatementState.Relayed);

        (await RecordAsync(BounceSamples.Notification("failed", status, diagnostic)))!.State.ShouldBe(StatementState.Bounced);

        ((await SuppressionAsync()) is not null).ShouldBe(suppressed);
        _time.Advance(TimeSpan.FromDays(180));
        (await SuppressionAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_bounce_that_names_somebody_else_changes_nothing()
    {
        await StatementAsync(StatementState.Relayed);

        var recorded = await ReadAsync(BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown").Replace("jana@example.test", "eve@example.test", StringComparison.Ordinal));

        (recorded.Effect, recorded.Row!.State).ShouldBe((BounceEffect.OtherRecipient, StatementState.Relayed));
        (await SuppressionAsync()).ShouldBeNull();
        (await ResultsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Of_several_recipients_of_one_report_the_statements_own_counts()
    {
        await StatementAsync(StatementState.Relayed);
        var other = "Final-Recipient: rfc822; eve@example.test\r\nAction: failed\r\nStatus: 5.1.1\r\n";

        (await RecordAsync(BounceSamples.Notification("delivered", "2.0.0", "smtp; 250 Ok", other)))!.State.ShouldBe(StatementState.Delivered);

        (await SuppressionAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_bounce_that_is_faster_than_its_worker_is_to_come_back()
    {
        await StatementAsync(StatementState.Submitting);

        var recorded = await ReadAsync(BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown"));

        (recorded.Effect, recorded.Row!.State).ShouldBe((BounceEffect.TooEarly, StatementState.Submitting));
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

    private async Task<LedgerRow?> RecordAsync(string message) => (await ReadAsync(message)).Row;

    private Task<RecordedBounce> ReadAsync(string message) => _bounces.RunAsync(Encoding.UTF8.GetBytes(message), Cancellation);

    private async Task<Suppression?> SuppressionAsync() => await _suppressions.FindAsync(new RecipientHasher(new byte[32]).Hash("jana@example.test"), Cancellation);

    private async Task<int> ResultsAsync() =>
        (await _queues.GetQueueClient(StorageNames.Results).GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount;
}
