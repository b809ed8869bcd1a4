using Azure.Core;
using MeSign.Statements.Delivery.Bounces;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Delivery;

internal static class DeliveryRegistration
{
    public static IServiceCollection AddDelivery(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<DeliveryOptions>, DeliveryOptionsValidator>();
        services.AddOptionsWithValidateOnStart<DeliveryOptions>().BindConfiguration(DeliveryOptions.Section);
        services.AddSingleton<IValidateOptions<RelaysOptions>, RelaysOptionsValidator>();
        services.AddOptionsWithValidateOnStart<RelaysOptions>().BindConfiguration(RelaysOptions.Section);
        services.AddSingleton<IValidateOptions<ImapOptions>, ImapOptionsValidator>();
        services.AddOptionsWithValidateOnStart<ImapOptions>().BindConfiguration(ImapOptions.Section);
        services.AddSingleton<IValidateOptions<SuppressionOptions>, SuppressionOptionsValidator>();
        services.AddOptionsWithValidateOnStart<SuppressionOptions>().BindConfiguration(SuppressionOptions.Section);

        services.AddMetrics();
        services.AddSingleton<BounceMetrics>();
        services.AddSingleton<RelayTlsFaults>();
        services.AddSingleton<BounceBlobs>();
        services.AddSingleton<BounceMailbox>();
        services.AddSingleton<SuppressionList>();
        services.AddSingleton(provider => new MailLogin(provider.GetRequiredService<TokenCredential>));
        services.AddSingleton(provider => new DeferralSchedule(provider.GetRequiredService<IOptions<DeliveryOptions>>().Value));
        services.AddSingleton<Outbox>();
        services.AddSingleton<StatementQueues>();
        services.AddSingleton<SmtpSubmitter>();
        return services;
    }
}
