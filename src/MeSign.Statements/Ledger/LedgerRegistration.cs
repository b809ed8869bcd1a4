using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Ledger;

internal static class LedgerRegistration
{
    public static IServiceCollection AddLedger(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<LedgerOptions>, LedgerOptionsValidator>();
        services.AddOptionsWithValidateOnStart<LedgerOptions>().BindConfiguration(LedgerOptions.Section);
        services.AddSingleton(provider => new StatementLedger(
            provider.GetRequiredService<TableServiceClient>(),
            provider.GetRequiredService<IOptions<LedgerOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new RecipientHasher(Convert.FromBase64String(provider.GetRequiredService<IOptions<LedgerOptions>>().Value.RecipientKey)));
        services.AddSingleton(provider => new BatchRegister(
            provider.GetRequiredService<TableServiceClient>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new LedgerAudit(
            provider.GetRequiredService<TableServiceClient>(), provider.GetRequiredService<IOptions<LedgerOptions>>().Value));
        services.AddSingleton<LedgerScan>();
        services.AddSingleton<DocumentIndex>();
        services.AddSingleton(provider => new LedgerErasure(
            provider.GetRequiredService<TableServiceClient>(),
            provider.GetRequiredService<LedgerScan>(),
            provider.GetRequiredService<DocumentIndex>(),
            provider.GetRequiredService<IOptions<LedgerOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
