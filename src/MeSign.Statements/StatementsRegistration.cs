using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Ledger;
using MeSign.Statements.Pdf;
using MeSign.Statements.Recipients;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;
using MeSign.Statements.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements;

public static class StatementsRegistration
{
    /// <summary>
    /// Everything that a host needs: <see cref="StatementPipeline"/>, the slices' own parts, and the storage account.
    /// Settings come from the host's configuration; a wrong one stops the start and names every fault at once.
    /// </summary>
    public static IServiceCollection AddStatements(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services
            .AddStorage()
            .AddSigning()
            .AddIntake()
            .AddIssuers()
            .AddRecipients()
            .AddPdf()
            .AddSealing()
            .AddDelivery()
            .AddLedger();

        services.AddSingleton<IValidateOptions<RelaysOptions>, IssuerRelayValidator>();
        services.AddSingleton<IValidateOptions<IssuersOptions>, IssuerTemplateValidator>();
        services.AddSingleton<IValidateOptions<IssuersOptions>, IssuerSealValidator>();
        services.AddSingleton<SignerRevocation>();
        services.AddSingleton<HeldJobs>();
        services.AddSingleton<JobAdmission>();
        services.AddSingleton<Outcomes>();
        services.AddSingleton(provider => new MakeMessage(
            provider.GetRequiredService<PdfSigner>(), provider.GetRequiredService<MessageComposer>(), provider.GetRequiredService<MessageSealer>()));
        services.AddSingleton<OutageGuard>();
        services.AddSingleton<ExpandBatch>();
        services.AddSingleton<SealStatement>();
        services.AddSingleton<DeliverStatement>();
        services.AddSingleton<RecordAbandoned>();
        services.AddSingleton<RecordBounce>();
        services.AddSingleton<CollectBounces>();
        services.AddSingleton<IValidateOptions<SweepOptions>, SweepOptionsValidator>();
        services.AddOptionsWithValidateOnStart<SweepOptions>().BindConfiguration(SweepOptions.Section);
        services.AddMetrics();
        services.AddSingleton<SweepMetrics>();
        services.AddSingleton<CompleteBatches>();
        services.AddSingleton(provider => new Erasure(
            provider.GetRequiredService<LedgerErasure>(),
            provider.GetRequiredService<StatementLedger>(),
            provider.GetRequiredService<RecipientHasher>(),
            provider.GetRequiredService<DocumentStore>(),
            provider.GetRequiredService<Outbox>(),
            provider.GetRequiredService<HeldJobs>(),
            provider.GetRequiredService<SuppressionList>(),
            provider.GetRequiredService<IssuerDirectory>,
            provider.GetRequiredService<SweepMetrics>(),
            provider.GetRequiredService<IOptions<SweepOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Erasure>>()));
        services.AddSingleton<RemoveUnclaimed>();
        services.AddSingleton<Sweep>();
        services.AddSingleton(provider => new Decisions(
            provider.GetRequiredService<StatementLedger>(),
            provider.GetRequiredService<HeldJobs>(),
            provider.GetRequiredService<StatementQueues>(),
            provider.GetRequiredService<Outcomes>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Decisions>>()));
        services.AddSingleton(provider => new StatementPipeline(
            provider.GetRequiredService<OutageGuard>(),
            provider.GetRequiredService<ExpandBatch>(),
            provider.GetRequiredService<SealStatement>(),
            provider.GetRequiredService<DeliverStatement>(),
            provider.GetRequiredService<RecordAbandoned>(),
            provider.GetRequiredService<RecordBounce>(),
            provider.GetRequiredService<CollectBounces>(),
            provider.GetRequiredService<Sweep>()));
        return services;
    }
}
