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

        services.AddSingleton(provider => new DeferralSchedule(provider.GetRequiredService<IOptions<DeliveryOptions>>().Value));
        services.AddSingleton<Outbox>();
        services.AddSingleton<StatementQueues>();
        services.AddSingleton<SmtpSubmitter>();
        return services;
    }
}
